"""Sends documents: what they bill is looked at once more, the ledger gets their amounts, and what it made is read."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from servicedesk_core.domain.billing import compared
from servicedesk_core.errors import (
    AuthenticationError,
    OutcomeUnknownError,
    PermanentError,
    RejectedError,
    ServiceDeskError,
    WriteConflictError,
)
from servicedesk_core.features.billing.drafts import Source
from servicedesk_core.features.billing.periods.tables import refuse_locked
from servicedesk_core.features.billing.sending import tables
from servicedesk_core.features.billing.sending.rules import KIND_OF, rounding_lines, without_amounts
from servicedesk_core.features.billing.sending.tables import StoredDocument
from servicedesk_core.features.billing.tables.marks import PRICED_BY, marks
from servicedesk_core.hooks.calls import ConnectorCalls
from servicedesk_core.hooks.writing import FindResult, Found, Inconclusive
from servicedesk_core.outbox.record_sender import RecordSender
from servicedesk_core.outbox.senders import Sent, Shown
from servicedesk_core.ports import Clock
from servicedesk_core.store import Store, Tx, outbox
from servicedesk_core.store.outbox import StoredWrite
from servicedesk_core.wording import counted


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

        What an earlier attempt began stands in the books already, so it is gone on with, whatever changed since.

        Raises:
            RejectedError: A record that it bills changed, is gone or is billed by others, or its month is locked.
            ConnectorError: It is not known whether an earlier attempt began it.
        """

        def look(tx: Tx) -> tuple[StoredDocument, RejectedError | None]:
            document = _document(tx, write, calls.connection)
            if why := why_not_any_more(tx, document):
                hint = "servicedesk billing preview shows what is to be billed now; send that."
                return document, RejectedError(f"{why} Nothing was sent.", hint=hint, connection=calls.connection)
            try:
                refuse_locked(tx, document.requested.issue_on, document.requested.issue_on)
            except ServiceDeskError as error:
                return document, RejectedError(error.message, hint=error.hint, connection=calls.connection)
            return document, None

        document, refused = await self.copier.store.read(look)
        if refused is not None and not (write.standing.attempt and await self._is_begun(calls, write)):
            raise refused
        return await RecordSender.check(self, calls, _whole(write, document))

    async def send(self, calls: ConnectorCalls, write: StoredWrite) -> Sent:
        """See :meth:`Sender.send`.

        Raises:
            RejectedError: The ledger refused it; the amounts that it named are kept with the document.
            OutcomeUnknownError: It may have been made; or an earlier attempt may have begun it, and it cannot be gone
                on with now.
            PermanentError: It was refused otherwise; see :meth:`Sender.send` for what else is raised.
        """
        document = await self.copier.store.read(lambda tx: _document(tx, write, calls.connection))
        try:
            return _untold(await RecordSender.send(self, calls, _whole(write, document)))
        except (RejectedError, OutcomeUnknownError) as error:
            told = without_amounts(error.message)
            is_plain = isinstance(error, WriteConflictError) or told == error.message
            if is_plain and isinstance(error, OutcomeUnknownError):
                raise
            number, why, at = document.document_id, () if is_plain else (error.message,), self.clock.now()
            await self.copier.store.write(lambda tx: tables.note_shown(tx, number, (None, None, None), why, at))
            if is_plain:
                raise
            hint = f"servicedesk billing status --number {document.number} has the amounts."
            if isinstance(error, OutcomeUnknownError):
                hint = f"{error.hint} {hint}" if error.hint else hint
                raise OutcomeUnknownError(told, hint=hint, connection=calls.connection) from None
            untold = RejectedError(told, field_errors=error.field_errors, hint=hint, connection=calls.connection)
            untold.after_write = error.after_write
            raise untold from None
        except AuthenticationError:
            raise
        except PermanentError as error:
            if write.standing.attempt <= 1:
                raise
            told = f"An earlier attempt may have begun it, and now: {error.message}"
            raise OutcomeUnknownError(told, hint=error.hint, connection=calls.connection) from error

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

    async def _is_begun(self, calls: ConnectorCalls, write: StoredWrite) -> bool:
        """Whether something of it stands in the ledger; of an attempt that is proven absent no time is kept."""
        taken = await self.copier.store.read(lambda tx: outbox.taken_refs(tx, write))
        found = await self.find(calls, replace(write, sent_at=write.sent_at or write.proposed_at), taken)
        if isinstance(found, Inconclusive):
            raise OutcomeUnknownError(found.reason, connection=calls.connection)
        return isinstance(found, Found) or bool(found.begun)

    async def _whole(self, calls: ConnectorCalls, write: StoredWrite) -> StoredWrite:
        document = await self.copier.store.read(lambda tx: _document(tx, write, calls.connection))
        return _whole(write, document)


def why_not_any_more(tx: Tx, document: StoredDocument) -> str | None:
    """Return why a document is not sent any more as it was previewed, as a sentence; ``None`` = it is."""
    if not tables.holds(tx, document.document_id):
        return f"What {document.number} bills is billed by another document since it was dropped."
    credited = document.requested.credits
    if credited is not None and tables.is_over(tx, document.ledger, credited):
        return f"The invoice that {document.number} takes back stands for nothing in {document.ledger} any more."
    known = tables.sources_of(tx, document.document_id)
    marked = [one for one, mark in known.items() if mark is not None]
    now = marks(tx, marked)
    if changed := [one for one in marked if now.get(one) != known[one]]:
        gone = [one for one in changed if one not in now]
        if len(gone) == len(changed):
            return f"{_told(changed)} is gone since {document.number} was previewed."
        return f"{_told(changed)} changed since {document.number} was previewed, or {PRICED_BY} did."
    if document.sequence is not None and (posted := tables.posted(tx, known)):
        return f"{_told(posted)} was posted in the PSA, which bills it by itself."
    return None


async def compare(store: Store, clock: Clock, calls: ConnectorCalls, document: StoredDocument, ref: str) -> None:
    """Read a document in the ledger, and keep what it comes to there and how it differs from the request.

    Raises:
        ConnectorError: It could not be read.
    """
    shown = await calls.read_document(document.kind, ref)
    asked = document.requested
    difference = compared(asked, shown, rounding_lines=rounding_lines(asked, shown))
    amounts, at = (shown.net, shown.tax, shown.total), clock.now()
    await store.write(lambda tx: tables.note_shown(tx, document.document_id, amounts, difference.reasons, at))


def _untold(sent: Sent) -> Sent:
    """Return a confirmation without the amounts that the ledger named: whoever sees the write reads it."""
    refused = {field: without_amounts(why) for field, why in sent.refused.items()}
    return replace(sent, refused=refused, warnings=tuple(map(without_amounts, sent.warnings)))


def _told(several: Iterable[Source]) -> str:
    """Return what people call records: the first of a stream by its id, and how many there are besides."""
    found = sorted(several, key=lambda one: (one.stream, one.ref))
    more = Counter(one.stream for one in found)
    first = found[0]
    others = sum(more.values()) - 1
    return f"{first.stream} {first.ref}" + (f" and {counted(others, 'other record')}" if others else "")


def _document(tx: Tx, write: StoredWrite, connection: str) -> StoredDocument:
    if (document := tables.of_write(tx, write.id)) is not None:
        return document
    hint = "Documents are sent with `servicedesk billing send`, `transfer` or `credit`."
    raise RejectedError("Nothing says what this document bills. Nothing was sent.", hint=hint, connection=connection)


def _whole(write: StoredWrite, document: StoredDocument) -> StoredWrite:
    return replace(write, values=dict(document.request))
