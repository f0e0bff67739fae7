"""Proposing documents: each is stored as a write, with its number and with what it bills, or not at all."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, Protocol

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.domain.billing import DocumentKind, DocumentRequest
from servicedesk_core.domain.writing import Intent
from servicedesk_core.errors import WriteError
from servicedesk_core.features.billing.drafts import Draft, Source
from servicedesk_core.features.billing.periods.tables import refuse_locked
from servicedesk_core.features.billing.sending import tables
from servicedesk_core.features.billing.sending.rules import CREATE, WORD, month_of, numbered, without_money
from servicedesk_core.features.billing.sending.tables import NumberTakenError, StoredDocument
from servicedesk_core.features.billing.tables.marks import PRICED_BY, marks
from servicedesk_core.outbox.writes import Writes
from servicedesk_core.plugins.host import Host
from servicedesk_core.store import Tx
from servicedesk_core.store.outbox import StoredWrite

_TRIES: Final = 20
"""How often a number is drawn anew that somebody else took at the same moment."""

RequestOf = Callable[[Draft, str], DocumentRequest]
"""Makes what the ledger is asked for of a draft and its number.

Raises:
    WriteError: Something of it has no counterpart in the ledger.
"""


class LedgerDesk(ConfiguredDesk, Protocol):
    """A desk that sends documents into a ledger."""

    @property
    def host(self) -> Host:
        """Opens connections."""
        ...

    @property
    def outbox(self) -> Writes:
        """The outbox."""
        ...


@dataclass(frozen=True, slots=True)
class Batch:
    """Drafts that are sent together.

    Attributes:
        ledger: Connection of the ledger.
        digest: Stands for all of them, also those that were proposed before.
        drafts: Those that are still to be proposed.
        known: What stood for the records that they bill when they were previewed.
        request_of: Makes what the ledger is asked for.
        prefixes: How our numbers begin.
        reason: Why.
        allowed: Raises a :class:`WriteError` where one may not be sent, in the transaction that would store it.
        credits: Number of the invoice that they take back.
    """

    ledger: str
    digest: str
    drafts: tuple[Draft, ...]
    known: Mapping[Source, bytes]
    request_of: RequestOf
    prefixes: Mapping[DocumentKind, str]
    reason: str = ""
    allowed: Callable[[Tx], None] = lambda _tx: None
    credits: str | None = None

    async def propose(self, desk: LedgerDesk) -> None:
        """Propose what is still to be: each document in one transaction with all that belongs to it.

        Raises:
            WriteError: Something is billed already, changed since the preview, or may not be sent.
            PeriodClosedError: Its month takes no new documents.
            WriteNotGrantedError: The configuration does not grant it.
        """
        for draft in self.drafts:
            await self._propose(desk, draft)

    async def _propose(self, desk: LedgerDesk, draft: Draft) -> None:
        for _ in range(_TRIES):
            sequence, request = await desk.store.read(partial(self._requested, draft=draft))
            keep = partial(self._keep, draft=draft, request=request, sequence=sequence, at=desk.clock.now())
            try:
                await desk.outbox.propose(self._intent(draft, request), also=keep)
            except NumberTakenError:
                continue
            return
        raise WriteError("Others draw numbers all the time.", hint="Try it again.")

    def _requested(self, tx: Tx, draft: Draft) -> tuple[int | None, DocumentRequest]:
        if draft.number is not None:
            return None, self.request_of(draft, draft.number)
        sequence = tables.next_sequence(tx, draft.kind)
        return sequence, self.request_of(draft, numbered(self.prefixes[draft.kind], sequence))

    def _intent(self, draft: Draft, request: DocumentRequest) -> Intent:
        label = f"{WORD[draft.kind]} {request.number} for {draft.company}, {month_of(draft.first, draft.last)}"
        return Intent(
            self.ledger,
            CREATE[draft.kind],
            f"{draft.kind.value}:new:{request.number}",
            label,
            without_money(request),
            reason=self.reason,
        )

    def _keep(
        self, tx: Tx, write: StoredWrite, *, draft: Draft, request: DocumentRequest, sequence: int | None, at: datetime
    ) -> None:
        self.allowed(tx)
        if draft.kind is DocumentKind.INVOICE:
            refuse_locked(tx, draft.first, draft.last)
        refuse_locked(tx, request.issue_on, request.issue_on)
        wanted = [source for line in draft.lines for source in line.sources]
        now = marks(tx, wanted)
        if changed := [one for one in wanted if now.get(one) != self.known.get(one)]:
            message = f"{changed[0].stream} {changed[0].ref} changed since it was previewed, or {PRICED_BY} did."
            raise WriteError(message, hint="Preview it again.")
        document = stored(
            draft, request, ledger=self.ledger, batch=self.digest, by=write.proposed_by, at=at, sequence=sequence,
            write_id=write.id, credits=self.credits, reason=self.reason,
        )  # fmt: skip
        tables.keep(tx, document, now)


def known_of(tx: Tx, drafts: Iterable[Draft]) -> dict[Source, bytes]:
    """Return what stands for the records that drafts bill."""
    return marks(tx, [source for draft in drafts for line in draft.lines for source in line.sources])


def stored(
    draft: Draft,
    request: DocumentRequest,
    *,
    ledger: str,
    batch: str,
    by: str,
    at: datetime,
    sequence: int | None = None,
    write_id: int | None = None,
    linked_ref: str | None = None,
    credits: str | None = None,  # noqa: A002  # as the request calls it
    reason: str = "",
) -> StoredDocument:
    """Return a document as it is kept; see the columns of the table."""
    return StoredDocument(
        document_id=0,
        kind=draft.kind,
        ledger=ledger,
        number=request.number,
        sequence=sequence,
        psa=draft.connection,
        company_ref=draft.company_ref,
        company=draft.company,
        first_on=draft.first,
        last_on=draft.last,
        digest=draft.digest,
        batch=batch,
        draft=draft.model_dump(mode="json"),
        request=request.model_dump(mode="json", exclude_none=True),
        net=request.net,
        total=request.total,
        currency=request.currency,
        credits=credits,
        reason=reason,
        write_id=write_id,
        linked_ref=linked_ref,
        made_by=by,
        made_at=at,
        shown_net=None,
        shown_tax=None,
        shown_total=None,
        differences=(),
        compared_at=None,
    )
