"""Sends documents: what they bill is looked at once more, the ledger gets their amounts, and what it made is read."""

from dataclasses import dataclass, replace

from servicedesk_core.errors import RejectedError, ServiceDeskError
from servicedesk_core.features.billing.periods.tables import refuse_locked
from servicedesk_core.features.billing.sending import tables
from servicedesk_core.features.billing.sending.rules import KIND_OF
from servicedesk_core.features.billing.sending.standing import compare, why_not_any_more
from servicedesk_core.features.billing.sending.tables import StoredDocument
from servicedesk_core.hooks.calls import ConnectorCalls
from servicedesk_core.hooks.writing import FindResult
from servicedesk_core.outbox.record_sender import RecordSender
from servicedesk_core.outbox.senders import Sent, Shown
from servicedesk_core.ports import Clock
from servicedesk_core.store import Tx
from servicedesk_core.store.outbox import StoredWrite


@dataclass(frozen=True, slots=True)
class DocumentSender(RecordSender):
    """Carries documents like every record, and what they come to with them.

    Attributes:
        clock: The time.
    """

    clock: Clock

    def carries(self, kind: str) -> bool:
        """See :meth:`Sender.carries`."""
        return kind in KIND_OF

    async def check(self, calls: ConnectorCalls, write: StoredWrite) -> Shown | None:
        """See :meth:`Sender.check`: refuses what is not as it was previewed any more.

        Raises:
            RejectedError: A record that it bills changed, is gone or is billed by others, or its month is locked.
        """

        def look(tx: Tx) -> StoredDocument:
            document = _document(tx, write, calls.connection)
            if why := why_not_any_more(tx, document):
                hint = "servicedesk billing preview shows what is to be billed now; send that."
                raise RejectedError(f"{why} Nothing was sent.", hint=hint, connection=calls.connection)
            try:
                refuse_locked(tx, document.requested.issue_on, document.requested.issue_on)
            except ServiceDeskError as error:
                raise RejectedError(error.message, hint=error.hint, connection=calls.connection) from None
            return document

        document = await self.copier.store.read(look)
        return await RecordSender.check(self, calls, _whole(write, document))

    async def send(self, calls: ConnectorCalls, write: StoredWrite) -> Sent:
        """See :meth:`Sender.send`."""
        return await RecordSender.send(self, calls, await self._whole(calls, write))

    async def find(self, calls: ConnectorCalls, write: StoredWrite, taken: frozenset[str]) -> FindResult:
        """See :meth:`Sender.find`."""
        return await RecordSender.find(self, calls, await self._whole(calls, write), taken)

    async def confirmed(self, calls: ConnectorCalls, write: StoredWrite, sent: Sent | None) -> bool:
        """See :meth:`Sender.confirmed`: stores the record, and holds what the ledger made of it against the request."""
        is_done = await RecordSender.confirmed(self, calls, write, sent)
        ref = (sent.ref if sent else None) or write.ref
        document = await self.copier.store.read(lambda tx: tables.of_write(tx, write.id))
        if ref is not None and document is not None and calls.implements("read_document"):
            await compare(self.copier.store, self.clock, calls, document, ref)
        return is_done

    async def _whole(self, calls: ConnectorCalls, write: StoredWrite) -> StoredWrite:
        document = await self.copier.store.read(lambda tx: _document(tx, write, calls.connection))
        return _whole(write, document)


def _document(tx: Tx, write: StoredWrite, connection: str) -> StoredDocument:
    if (document := tables.of_write(tx, write.id)) is not None:
        return document
    hint = "Documents are sent with `servicedesk billing send`, `transfer` or `credit`."
    raise RejectedError("Nothing says what this document bills. Nothing was sent.", hint=hint, connection=connection)


def _whole(write: StoredWrite, document: StoredDocument) -> StoredWrite:
    return replace(write, values=dict(document.request))
