"""Hints are followed: the records they name are read at the vendor, a few at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.errors import LeaseHeldError, ServiceDeskError
from servicedesk_core.hooks import FetchStatus, HintKind
from servicedesk_core.problem import Problem
from servicedesk_core.store import Store, Tx, sources, webhooks
from servicedesk_core.store.webhooks import Hint
from servicedesk_core.sync.hinted import Reread

AT_ONCE: Final = 200
"""Records that are read together: a killed process reads no more than these again."""

ROUNDS: Final = 10
"""So many times :data:`AT_ONCE` in one go; what is left then waits, so that no storm holds off a sync."""

GIVE_UP: Final = 6
"""Attempts after which a record is left to the next sync."""

MISSING: Final = "missing"
_SETTLED: Final = {FetchStatus.FOUND, FetchStatus.MERGED, FetchStatus.DENIED}
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
_LOOK_TWICE: Final = timedelta(minutes=5)
"""A record that was just made may not be readable yet: only when it is still missing after this it counts as gone."""


class FollowingDesk(ConfiguredDesk, Protocol):
    """A desk that can read single records."""

    @property
    def store(self) -> Store:
        """The desk's own database."""

    async def read_again(self, connection: str, hinted: Mapping[str, Mapping[str, bool]]) -> Reread:
        """Read single records of a connection."""


@dataclass(slots=True)
class Followed:
    """What came of the hints of one connection.

    Attributes:
        connection: Its name.
        read: Records that were read.
        changed: Those that were news.
        gone: Those that are gone.
        left: Those that are left to the next sync.
        is_busy: Whether somebody else was at the connection, such as a sync; what waits is followed after it.
        error: Why it stopped, if it did; what waits is followed later.
    """

    connection: str
    read: int = 0
    changed: int = 0
    gone: int = 0
    left: int = 0
    is_busy: bool = False
    error: Problem | None = None


async def follow_all(desk: FollowingDesk) -> tuple[Followed, ...]:
    """Follow what waits, connection by connection; one that fails leaves the others alone.

    What waits for a connection that is not configured any more goes on waiting.

    Raises:
        StoreError: The store cannot be used.
    """
    known = await desk.store.read(sources.all)
    waiting = await desk.store.read(webhooks.waiting)
    due = [one for one in known if one.id in waiting and one.name in desk.settings.connections]
    return tuple([await _follow(desk, one.name, one.id) for one in due])


async def _follow(desk: FollowingDesk, connection: str, source_id: int) -> Followed:
    done = Followed(connection)
    for _ in range(ROUNDS):
        now = desk.clock.now()
        hints = await desk.store.read(partial(webhooks.due, source_id=source_id, now=now, limit=AT_ONCE))
        if not hints:
            break
        hinted: dict[str, dict[str, bool]] = {}
        for one in hints:
            hinted.setdefault(one.stream, {})[one.ref] = _is_certain(one)
        try:
            found = await desk.read_again(connection, hinted)
        except LeaseHeldError:
            done.is_busy = True
            break
        except ServiceDeskError as error:
            done.error = Problem.of(error)
            break
        settling = partial(_settle, source_id=source_id, hints=hints, found=found, now=now)
        done.left += await desk.store.write(settling)
        done.read += sum(map(len, found.outcomes.values()))
        done.changed += found.changed
        done.gone += found.gone
    return done


def _settle(tx: Tx, source_id: int, hints: Sequence[Hint], found: Reread, now: datetime) -> int:
    """Note in the store what became of hints; return how many are left to the next sync."""
    followed: list[Hint] = []
    left = sum(found.held_back.values())
    for hint in hints:
        status = found.outcomes.get(hint.stream, {}).get(hint.ref)
        is_gone = status is FetchStatus.MISSING and _is_certain(hint)
        if is_gone or status in _SETTLED or hint.stream in found.unwanted:
            followed.append(hint)
        elif status is FetchStatus.MISSING:
            webhooks.postpone(tx, source_id, hint, now + _LOOK_TWICE, MISSING)
        elif hint.attempts + 1 >= GIVE_UP:
            left += 1
            followed.append(hint)
        else:
            wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2**hint.attempts)
            webhooks.postpone(tx, source_id, hint, now + wait, "failed")
    webhooks.done(tx, source_id, followed)
    webhooks.count(tx, {(source_id, "read"): len(followed), (source_id, "left_to_sync"): left}, now)
    return left


def _is_certain(hint: Hint) -> bool:
    """Whether the vendor says, or an earlier look showed, that the record is gone."""
    return hint.kind is HintKind.DELETED or hint.problem == MISSING
