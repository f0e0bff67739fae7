"""Carries writes to service-desk systems: tickets, notes, time entries, devices."""

from dataclasses import dataclass, replace
from typing import Final

from servicedesk_core.domain import STREAMS
from servicedesk_core.domain.comparing import between, same
from servicedesk_core.errors import NotFoundError, OutcomeUnknownError, RecordMovedError, UnsupportedError
from servicedesk_core.hooks.calls import ConnectorCalls
from servicedesk_core.hooks.pulling import FetchStatus, SourceRecord
from servicedesk_core.hooks.write_capability import WriteCapability
from servicedesk_core.hooks.writing import FindResult, Found, Inconclusive, Known, Write
from servicedesk_core.outbox.copying import Copier
from servicedesk_core.outbox.senders import Handling, Sent, Settled, Shown
from servicedesk_core.store import Tx, outbox
from servicedesk_core.store.outbox import StoredWrite, files

_DELETES: Final = ".delete"
"""How kinds of writes end that take a record away."""


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
            needs_canary=can.reconcilable_by.searches,
            settle_s=can.settle_s,
            timeout_s=can.timeout_s,
            side_effects=can.side_effects,
            visible_to=can.visible_to,
        )

    async def check(self, calls: ConnectorCalls, write: StoredWrite) -> Shown | None:
        """See :meth:`Sender.check`: reads the record again and compares it with what the write is based on.

        What is compared are the fields that the write is based on: that something else of the record changed since it
        was read is no conflict, and the version that is met now is the one that the vendor is told.
        """
        capability(calls, write.kind).check(as_hook_sees(write))
        stream = _stream(write.kind)
        if write.target is None or not write.base or not calls.implements("fetch_records"):
            return None
        outcome = await self.copier.fetch(calls, stream, write.target)
        if outcome.status is FetchStatus.MISSING:
            message = "The vendor has no such record any more, or hides it; nothing was sent."
            raise NotFoundError(message, connection=calls.connection)
        other = next((one.external_id for one in outcome.records if one.external_id != write.target), None)
        if outcome.status is FetchStatus.MERGED or other is not None:
            raise moved(write, outcome.into or other, connection=calls.connection)
        if outcome.status is not FetchStatus.FOUND or not outcome.records:
            return None  # the connector looks too, and refuses when it cannot
        record = outcome.records[0]
        entity = self.copier.entity(calls, stream, record)
        if entity is None:
            return None
        shown = entity.model_dump(mode="json")
        newer = tuple(
            field
            for field, was in write.base.items()
            if not same(shown.get(field), was)
            and not same(shown.get(field), write.values.get(field))
            and not (field in write.values and between(was, shown.get(field), write.values[field]))
        )
        values = {field: shown.get(field) for field in (*write.values, *write.base)}
        return Shown(values, newer, getattr(entity, "modified_at", None), record.revision)

    async def send(self, calls: ConnectorCalls, write: StoredWrite) -> Sent:
        """See :meth:`Sender.send`."""
        content = None
        if write.has_file:
            content = await self.copier.store.read(lambda tx: files.content(tx, write.id))
            capability(calls, write.kind).file_of(as_hook_sees(write, content=content))
        receipt = await calls.send_write(as_hook_sees(write, content=content))
        if write.target is not None and receipt.ref != write.target:
            message = f"The vendor answered for the record {receipt.ref}, and not for {write.target}."
            raise OutcomeUnknownError(message, hint="Look at both.", connection=calls.connection)
        refused = dict(receipt.refused)
        if receipt.record is not None and write.target is not None:
            refused = self._still_as_before(calls, write, receipt.record) | refused
        revision = receipt.revision or (receipt.record.revision if receipt.record else None)
        return Sent(receipt.ref, receipt.warnings, receipt.record, refused, revision)

    def _still_as_before(self, calls: ConnectorCalls, write: StoredWrite, record: SourceRecord) -> dict[str, str]:
        """Return the fields of a change that the vendor took without a word, and still shows as they were."""
        entity = self.copier.entity(calls, _stream(write.kind), record)
        shown = entity.model_dump(mode="json") if entity is not None else {}
        return {
            field: "The vendor took it without a word, and still shows the old value."
            for field, value in write.values.items()
            if write.base.get(field) is not None
            and same(shown.get(field), write.base[field])
            and not same(value, write.base[field])
        }

    async def find(self, calls: ConnectorCalls, write: StoredWrite, taken: frozenset[str]) -> FindResult:
        """See :meth:`Sender.find`."""
        earlier = await self.copier.store.read(lambda tx: outbox.earlier(tx, write))
        found = await calls.find_write(as_hook_sees(write, taken, tuple(Known(*one) for one in earlier)))
        if write.target is not None and isinstance(found, Found) and found.ref != write.target:
            return Inconclusive(f"The record {write.target} is {found.ref} by now, which shows it.", (found.ref,))
        if write.target is not None and isinstance(found, Found) and found.record is not None:
            return replace(found, refused=self._still_as_before(calls, write, found.record) | dict(found.refused))
        return found

    def settled(self, tx: Tx, write: StoredWrite, result: Settled) -> None:
        """See :meth:`Sender.settled`: nothing hangs on the write of a ticket but the write itself."""

    async def confirmed(self, calls: ConnectorCalls, write: StoredWrite, sent: Sent | None) -> bool:
        """See :meth:`Sender.confirmed`: stores the record as the vendor shows it now."""
        stream = _stream(write.kind)
        ref = (sent.ref if sent else None) or write.ref or write.target
        record = sent.record if sent else None
        if ref is None or not calls.implements("map_record"):
            return True
        by = write.proposed_by, write.id
        counted = STREAMS[stream].counted_in
        if counted and write.parent and not await self._copied(calls, counted, write.parent, by, None):
            return False
        if write.kind.endswith(_DELETES):
            return await self.copier.let_go(calls, stream, ref)
        if record is not None:
            return await self.copier.land(calls, stream, [_of_version(record, sent)], by)
        return await self._copied(calls, stream, ref, by, sent)

    async def _copied(
        self, calls: ConnectorCalls, stream: str, ref: str, by: tuple[str, int], sent: Sent | None
    ) -> bool:
        """Store a record as the vendor shows it now; return whether that is done, as far as it can be."""
        if not calls.implements("fetch_records"):
            return True
        outcome = await self.copier.fetch(calls, stream, ref)
        if outcome.status is FetchStatus.FOUND:
            return await self.copier.land(calls, stream, [_of_version(one, sent) for one in outcome.records], by)
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


def moved(write: StoredWrite, into: str | None, *, connection: str) -> RecordMovedError:
    """Return the error of a write whose record is another one by now; not all who read its text may see that one."""
    message = f"The record {write.target} was merged or moved, and another one stands for it; nothing was sent."
    return RecordMovedError(message, into=into, connection=connection)


def as_hook_sees(
    write: StoredWrite,
    taken: frozenset[str] = frozenset(),
    earlier: tuple[Known, ...] = (),
    content: bytes | None = None,
) -> Write:
    """Return a write as a connector gets it."""
    return Write(
        id=write.key,
        kind=write.kind,
        target=write.target,
        parent=write.parent,
        values=dict(write.values),
        base=dict(write.base),
        base_modified_at=write.base_modified_at,
        base_revision=write.base_revision,
        attempted_at=write.sent_at,
        taken_refs=taken,
        earlier=earlier,
        content=content,
    )


def _of_version(record: SourceRecord, sent: Sent | None) -> SourceRecord:
    return record._replace(revision=record.revision or (sent.revision if sent else None))


def _stream(kind: str) -> str:
    return kind.partition(".")[0]
