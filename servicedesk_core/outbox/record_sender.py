"""Carries writes to service-desk systems: tickets, notes, time entries, devices."""

from dataclasses import dataclass

from servicedesk_core.domain import STREAMS
from servicedesk_core.domain.comparing import same
from servicedesk_core.errors import NotFoundError, UnsupportedError
from servicedesk_core.hooks.calls import ConnectorCalls
from servicedesk_core.hooks.capabilities import WriteCapability
from servicedesk_core.hooks.pulling import FetchStatus
from servicedesk_core.hooks.writing import FindResult, Write
from servicedesk_core.outbox.copying import Copier
from servicedesk_core.outbox.senders import Handling, Mismatch, Sent, Settled
from servicedesk_core.store import Tx
from servicedesk_core.store.outbox import StoredWrite


@dataclass(frozen=True, slots=True)
class RecordSender:
    """Carries every kind that begins with the name of a stream, over ``send_write`` and ``find_write``.

    Attributes:
        copier: Reads records back.
    """

    copier: Copier

    def carries(self, kind: str) -> bool:
        """See :meth:`Sender.carries`."""
        return _stream(kind) in STREAMS

    def handling(self, calls: ConnectorCalls, kind: str) -> Handling:
        """See :meth:`Sender.handling`."""
        can = capability(calls, kind)
        return Handling(
            may_prove_absence=can.reconcilable_by.may_prove_absence,
            settle_s=can.settle_s,
            timeout_s=can.timeout_s,
            max_lengths=dict(can.max_lengths),
            side_effects=can.side_effects,
            visible_to=can.visible_to,
        )

    async def check(self, calls: ConnectorCalls, write: StoredWrite) -> Mismatch | None:
        """See :meth:`Sender.check`: reads the record again and compares it with what the write is based on."""
        stream = _stream(write.kind)
        if write.target is None or not write.base or not calls.implements("fetch_records"):
            return None
        outcome = await self.copier.fetch(calls, stream, write.target)
        if outcome.status is FetchStatus.MISSING:
            message = "The vendor has no such record any more, or hides it; nothing was sent."
            raise NotFoundError(message, connection=calls.connection)
        if outcome.status is not FetchStatus.FOUND or not outcome.records:
            return None  # the connector looks too, and refuses when it cannot
        entity = self.copier.entity(calls, stream, outcome.records[0])
        if entity is None:
            return None
        shown = entity.model_dump(mode="json")
        theirs = {
            field: shown.get(field)
            for field, was in write.base.items()
            if not same(shown.get(field), was) and not same(shown.get(field), write.values.get(field))
        }
        return Mismatch(theirs, getattr(entity, "modified_at", None)) if theirs else None

    async def send(self, calls: ConnectorCalls, write: StoredWrite) -> Sent:
        """See :meth:`Sender.send`."""
        receipt = await calls.send_write(as_hook_sees(write))
        return Sent(receipt.ref, receipt.warnings, receipt.record)

    async def find(self, calls: ConnectorCalls, write: StoredWrite, taken: frozenset[str]) -> FindResult:
        """See :meth:`Sender.find`."""
        return await calls.find_write(as_hook_sees(write, taken))

    def settled(self, tx: Tx, write: StoredWrite, result: Settled) -> None:
        """See :meth:`Sender.settled`: nothing hangs on the write of a ticket but the write itself."""

    async def confirmed(self, calls: ConnectorCalls, write: StoredWrite, sent: Sent | None) -> bool:
        """See :meth:`Sender.confirmed`: stores the record as the vendor shows it now."""
        stream = _stream(write.kind)
        ref = (sent.ref if sent else None) or write.ref or write.target
        record = sent.record if sent else None
        if ref is None or not calls.implements("map_record"):
            return True
        if record is not None:
            return await self.copier.land(calls, stream, [record])
        if not calls.implements("fetch_records"):
            return True
        outcome = await self.copier.fetch(calls, stream, ref)
        if outcome.status is FetchStatus.FOUND:
            return await self.copier.land(calls, stream, outcome.records)
        return outcome.status is FetchStatus.DENIED


def capability(calls: ConnectorCalls, kind: str) -> WriteCapability:
    """Return what a connector says about a kind of writes.

    Raises:
        UnsupportedError: It cannot send them; names those it can.
    """
    offered = calls.describe_capabilities()
    can = offered.write(kind)
    if can is None or not calls.implements("send_write"):
        listed = ", ".join(one.kind for one in offered.writes) if calls.implements("send_write") else ""
        message = f'The connector of this connection cannot write "{kind}".'
        hint = f"It can write {listed}." if listed else "It only reads."
        raise UnsupportedError(message, hint=hint, connection=calls.connection)
    return can


def as_hook_sees(write: StoredWrite, taken: frozenset[str] = frozenset()) -> Write:
    """Return a write as a connector gets it."""
    return Write(
        id=write.key,
        kind=write.kind,
        target=write.target,
        parent=write.parent,
        values=dict(write.values),
        base=dict(write.base),
        base_modified_at=write.base_modified_at,
        attempted_at=write.sent_at,
        taken_refs=taken,
    )


def _stream(kind: str) -> str:
    return kind.partition(".")[0]
