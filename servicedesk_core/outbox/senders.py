"""Senders: who carries a family of kinds of writes to its vendor, and finds out what became of them."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.exc import SQLAlchemyError

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import UnsupportedError
from servicedesk_core.hooks.calls import ConnectorCalls
from servicedesk_core.hooks.pulling import SourceRecord
from servicedesk_core.hooks.writing import FindResult
from servicedesk_core.store import Tx
from servicedesk_core.store.outbox import StoredWrite

_log = logging.getLogger("servicedesk.writes")


@dataclass(frozen=True, slots=True)
class Sent:
    """The vendor's confirmation of a write.

    Attributes:
        ref: The vendor's id of what was written; ``None`` when it accepted without naming one.
        warnings: What the vendor added, for people.
        record: The record as it stands after the write, when the connector read it back.
        refused: Field to the reason, of what the vendor left out although it took the rest.
        revision: The vendor's token of the version that the write made.
        detail: What else the sender wants to have in :meth:`Sender.settled`; not stored by core.
    """

    ref: str | None
    warnings: tuple[str, ...] = ()
    record: SourceRecord | None = None
    refused: Mapping[str, str] = field(default_factory=dict)
    revision: str | None = None
    detail: Any = None


@dataclass(frozen=True, slots=True)
class Handling:
    """How writes of one kind are handled.

    Attributes:
        may_prove_absence: Whether the way in which a doubtful one is looked for can prove that it is not there.
        needs_canary: Whether that is a search, which proves nothing before it was seen to work.
        settle_s: Seconds after the last attempt before which absence proves nothing.
        timeout_s: Longest duration of one attempt.
        side_effects: What may happen at the vendor besides, for the person who approves.
        visible_to: ``staff`` or ``customer``.
    """

    may_prove_absence: bool = False
    needs_canary: bool = False
    settle_s: float = 60.0
    timeout_s: float = 120.0
    side_effects: str = ""
    visible_to: str = "staff"


@dataclass(frozen=True, slots=True)
class Shown:
    """What the vendor shows of the record that a write changes.

    Attributes:
        values: Field of the write or its base to the value.
        newer: Those of them that somebody changed since the base was read; a field that shows what is wanted is none.
        modified_at: The vendor's stamp of this version.
        revision: Its token of this version, if it has one.
    """

    values: dict[str, Any]
    newer: tuple[str, ...] = ()
    modified_at: datetime | None = None
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an attempt; given to :meth:`Sender.settled` in the transaction that stores it.

    Attributes:
        state: ``confirmed``, ``rejected``, ``in_doubt`` or ``queued`` (it certainly did not reach the vendor).
        at: When.
        sent: The confirmation, when it was sent and confirmed just now.
        ref: The vendor's id, when confirmed.
        error_code: Why not.
        error: The same, for people.
    """

    state: WriteState
    at: datetime
    sent: Sent | None = None
    ref: str | None = None
    error_code: str | None = None
    error: str | None = None


class Sender(Protocol):
    """Carries a family of kinds. One instance serves all connections of a desk and keeps no state between calls."""

    def carries(self, kind: str) -> bool:
        """Whether writes of this kind are its own; of several senders the first one that says so carries it."""

    def handling(self, calls: ConnectorCalls, kind: str) -> Handling:
        """Say how writes of a kind are handled.

        Raises:
            UnsupportedError: The connector cannot send them; names those it can.
        """

    async def check(self, calls: ConnectorCalls, write: StoredWrite) -> Shown | None:
        """Look, reading only, what the vendor shows of what the write is based on; ``None`` = there is no such look.

        Raises:
            ConnectorError: The vendor could not be asked, or the write cannot be right; nothing is sent now.
        """

    async def send(self, calls: ConnectorCalls, write: StoredWrite) -> Sent:
        """Send it, once.

        Raises:
            PermanentError: It was refused; nothing was changed.
            TransientError: It certainly did not reach the vendor.
            OutcomeUnknownError: It may have; whatever else is raised means the same.
        """

    async def find(self, calls: ConnectorCalls, write: StoredWrite, taken: frozenset[str]) -> FindResult:
        """Look for a write whose fate is unknown. ``taken`` are the vendor's ids of other writes of ours."""

    def settled(self, tx: Tx, write: StoredWrite, result: Settled) -> None:
        """Store what follows, in the transaction that stores the result itself; raise nothing."""

    async def confirmed(self, calls: ConnectorCalls, write: StoredWrite, sent: Sent | None) -> bool:
        """Bring the desk's copy up to date after a confirmation; return whether that is done.

        Called again later when it is not, also after a crash; without ``sent`` then.
        """


class Senders:
    """All senders of a desk.

    Args:
        senders: Them.
    """

    def __init__(self, senders: Sequence[Sender]) -> None:
        self._senders = tuple(senders)

    def of(self, kind: str) -> Sender:
        """Return the sender that carries a kind.

        Raises:
            UnsupportedError: None does.
        """
        if (sender := self._find(kind)) is not None:
            return sender
        raise UnsupportedError(
            f'Nothing in this program can send writes of the kind "{kind}".',
            hint="Name a kind that the connector offers, such as tickets.update.",
        )

    def settled(self, tx: Tx, write: StoredWrite, result: Settled) -> None:
        """Tell the sender of a write what became of it, if anybody carries such writes."""
        if (sender := self._find(write.kind)) is None:
            return
        try:
            with tx.begin_nested():
                sender.settled(tx, write, result)
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001  # a sender's fault must not undo what is known about the write
            _log.error("what follows from write %d was not stored: %s", write.id, type(error).__name__)

    def _find(self, kind: str) -> Sender | None:
        return next((sender for sender in self._senders if sender.carries(kind)), None)
