"""Standing approvals: what is approved by a rule that somebody enabled, within limits of its own.

The outbox knows who decides about that as :class:`StandingApprovals`. What is approved so is held against it when it is
approved, and again in the transaction in which sending begins.
"""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol, Self

from sqlalchemy.exc import DBAPIError

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import LeaseLostError, StoreError
from servicedesk_core.faces.automatic import AutomaticAct, Facts
from servicedesk_core.store import Tx, outbox
from servicedesk_core.store.outbox import SYSTEM, StoredWrite, automatic
from servicedesk_core.store.outbox.automatic import Automatic

_log = logging.getLogger("servicedesk.writes")

ENDED: Final = "standing_ended"
"""Error code of a write that was approved by a rule that covers it no more; it waits for a person, or for a new one."""

BROKE: Final = "standing_broke"
"""Error code of one of which the act itself failed to tell whether it is still wanted; it waits for a person."""

MOOT: Final = "standing_moot"
"""Error code of one that nobody wants any more."""

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
_TEXT: Final = re.compile(r"rule (?P<name>\S+) v(?P<version>\d+), enabled by (?P<by>(?:(?! via ).)+)")


@dataclass(frozen=True, slots=True)
class Ruling:
    """That a standing approval covers something. As text, ``rule NAME v3, enabled by ana``.

    Attributes:
        name: Name of the standing approval.
        version: Version of the definitions by which it holds.
        by: Who granted it.
        per_run: How many writes one run may have approved by it.
        per_hour: How many may be approved, and how many sent, within an hour.
        per_day: Within 24 hours.
    """

    name: str
    version: int
    by: str
    per_run: int = 0
    per_hour: int = 0
    per_day: int = 0

    def __str__(self) -> str:
        return f"rule {self.name} v{self.version}, enabled by {self.by}"

    @classmethod
    def of(cls, decided_by: str | None) -> Self | None:
        """Return the ruling that a write was approved by, without its limits; ``None`` = a person approved it."""
        found = _TEXT.fullmatch(decided_by or "")
        return None if found is None else cls(found["name"], int(found["version"]), found["by"])

    @property
    def windows(self) -> tuple[tuple[timedelta, int], ...]:
        """Its limits in time: the span, and how many within it."""
        return (HOUR, self.per_hour), (DAY, self.per_day)


class Stop(NamedTuple):
    """Why something that was approved by a rule is not sent.

    Attributes:
        why: A sentence.
        is_moot: Whether nobody wants it any more; else it waits for a person, or for a new standing approval.
        code: The error code of what waits.
    """

    why: str
    is_moot: bool = False
    code: str = ENDED


class StandingApprovals(Protocol):
    """Knows the standing approvals of a desk."""

    def ruling(self, tx: Tx, act: AutomaticAct, facts: Facts, now: datetime) -> Ruling | Stop:
        """Return the standing approval that covers what an act would do, or why none does."""
        ...

    def still(self, tx: Tx, write: StoredWrite, kept: Automatic, ruling: Ruling, now: datetime) -> Ruling | Stop:
        """Return the ruling by which a write was approved with its limits, or why it does not cover it any more.

        Args:
            tx: The transaction that sends.
            write: The write.
            kept: What is kept of it.
            ruling: What it was approved by.
            now: The present.
        """
        ...


class NoApprovals:
    """The standing approvals of a desk that has none."""

    def ruling(self, _tx: Tx, act: AutomaticAct, _facts: Facts, _now: datetime) -> Ruling | Stop:
        """Return that none covers it."""
        return Stop(f"No standing approval covers {act.name}.")

    def still(self, _tx: Tx, _write: StoredWrite, _kept: Automatic, ruling: Ruling, _now: datetime) -> Ruling | Stop:
        """Return that it is not there."""
        return Stop(f"The standing approval {ruling.name} was revoked.")


def still(  # noqa: PLR0917  # what the approvals are asked with
    approvals: StandingApprovals, tx: Tx, write: StoredWrite, kept: Automatic, ruling: Ruling, now: datetime
) -> Ruling | Stop:
    """Return what approvals say of a write; an act that breaks, perhaps foreign code, keeps no other write waiting."""
    try:
        return approvals.still(tx, write, kept, ruling, now)
    except (StoreError, LeaseLostError, DBAPIError):  # the trouble of the whole transaction
        raise
    except Exception as error:  # noqa: BLE001  # whatever it is, that write waits for a person
        _log.exception("%s, asked about write %d: this should not have happened", kept.act, write.id)
        name = type(error).__name__
        return Stop(f"{kept.act} broke ({name}) when {ruling.name} asked whether it is still wanted.", code=BROKE)


def room(tx: Tx, ruling: Ruling, now: datetime) -> int:
    """Return how many more writes may be approved by a ruling in a run that begins now."""
    left = (most - automatic.approved_since(tx, ruling.name, now - span) for span, most in ruling.windows)
    return max(0, min(ruling.per_run, *left))


def full_until(tx: Tx, write: StoredWrite, ruling: Ruling, now: datetime) -> datetime | None:
    """Return until when a write that was approved by a rule has to wait for its limits; ``None`` = it need not."""
    waits = []
    for span, most in ruling.windows:
        sent = automatic.sent_since(tx, ruling.name, now - span, without=write.id)
        if len(sent) >= most:
            freed = sent[len(sent) - most] if most else now
            waits.append(min(freed, now) + span + timedelta(microseconds=1))
    return max(waits, default=None)


def withdraw(tx: Tx, write: StoredWrite, stop: Stop, now: datetime) -> StoredWrite:
    """Take back the approval of a queued write, and of what follows it.

    It waits for a person then, or for a new standing approval; where nobody wants it any more, it ends. The words can
    name people, so they stay with the write, where erasing reaches them, and only the code goes into the audit trail.
    """
    code = MOOT if stop.is_moot else stop.code
    if stop.is_moot:
        state, facts = WriteState.DISCARDED, {"decided_by": SYSTEM, "decided_at": now, "error": stop.why, "hint": None}
    else:
        hint = f"`servicedesk writes approve {write.id}` sends it, `servicedesk writes discard {write.id}` does not."
        state, facts = WriteState.PROPOSED, dict.fromkeys(("decided_by", "decided_at", "next_at"))
        facts |= {"error": f"Not sent: {stop.why}", "hint": hint}
    facts["error_code"] = code
    done = outbox.move(tx, write, state, actor=SYSTEM, now=now, why=code, facts=facts)
    for one in outbox.following(tx, [write.id]):
        if one.state is WriteState.QUEUED or (stop.is_moot and one.state is WriteState.PROPOSED):
            withdraw(tx, one, stop, now)
    return done


def withdraw_all(tx: Tx, approval: str, why: str, now: datetime) -> int:
    """Take back the approval of everything that is queued under a standing approval; return of how many writes."""
    queued: Iterable[StoredWrite] = automatic.queued(tx, approval)
    mine = [one for one in queued if (ruling := Ruling.of(one.decided_by)) and ruling.name == approval]
    for one in mine:
        if outbox.get(tx, one.id).state is WriteState.QUEUED:  # else it went with the one that it follows
            withdraw(tx, one, Stop(why), now)
    return len(mine)
