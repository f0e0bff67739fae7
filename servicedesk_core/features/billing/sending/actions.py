"""Carrying what was previewed, and what the PSA invoiced, into the books, and crediting it."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from servicedesk_core.domain.billing import DocumentKind
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import NotFoundLocallyError, SettingsError, WriteError
from servicedesk_core.faces import Awaited, Capability, Help, Manner, proposal
from servicedesk_core.features.billing.drafts import Draft
from servicedesk_core.features.billing.preview.queries import Company, Period, month_of
from servicedesk_core.features.billing.preview.tables.invoices import psa_invoices
from servicedesk_core.features.billing.preview.tables.previews import previewed
from servicedesk_core.features.billing.sending import tables
from servicedesk_core.features.billing.sending.batches import Batch, LedgerDesk
from servicedesk_core.features.billing.sending.crediting import credit_of, request_back
from servicedesk_core.features.billing.sending.linking import linked
from servicedesk_core.features.billing.sending.model import Carried, DocumentState
from servicedesk_core.features.billing.sending.pages import carried_told, carried_warning
from servicedesk_core.features.billing.sending.preparing import batch_of, books_of, chosen
from servicedesk_core.features.billing.sending.queries import UNSCOPED, SendingQueries, named_companies
from servicedesk_core.features.billing.sending.rows import Shown, rows, shown
from servicedesk_core.features.billing.sending.tables import StoredDocument
from servicedesk_core.features.writes import exit_code
from servicedesk_core.outbox.views import view_of
from servicedesk_core.store import Tx, outbox
from servicedesk_core.store.schema import billing_documents

_PAGE: Final = "servicedesk_core.features.billing.sending.pages:carried"
_BACK: Final = timedelta(days=62)
"""How far back invoices of the PSA are carried unless somebody names a month."""

_TRANSFER: Final = "transfer"
"""What stands for all that was carried from the PSA."""

_DIGEST = Annotated[str, Help("What stands for it in `billing preview`: for all documents, or for one.")]
_REASON = Annotated[str, Help("Why; kept in the audit trail.")]
_ISSUE_ON = Annotated[date | None, Help("Date of the documents [default: today].")]
_POST = Annotated[bool, Help("Into the books at once, where the ledger has drafts; takes trust.")]
_REQUEST_ID = Annotated[str | None, Help("Your own id; what is billed already is not billed again in any case.")]


def _fails(found: Carried) -> int:
    return exit_code(found.writes)


class Sending(SendingQueries[Manner]):
    """Carrying documents into the books."""

    desk: LedgerDesk

    @proposal(
        "billing.send",
        about="The documents, and what became of them.",
        needs=Capability.BILLING_WRITE,
        unscoped=UNSCOPED,
        page=_PAGE,
        warns=carried_warning,
        tells=carried_told,
        fails=_fails,
    )
    async def send(
        self: "Sending[Awaited]",
        *,
        period: Period,
        digest: _DIGEST,
        company: Company = None,
        issue_on: _ISSUE_ON = None,
        post: _POST = False,
        reason: _REASON = "",
        request_id: _REQUEST_ID = None,
        send: bool = False,
    ) -> Carried:
        """Propose what was previewed as documents for the ledger. With --yes this changes the books.

        What is not as it was previewed any more is refused. Sent again, nothing is billed a second time. The first
        document goes into a ledger alone. Where the ledger has drafts, it becomes one; where it has none, clients
        whose documents nobody trusts are sent one at a time.

        Raises:
            NotFoundLocallyError: There is no such client, or no ledger was read yet.
            SettingsError: That is no month, or nobody decided between several ledgers.
            WriteError: It is not what was previewed, is billed already, is not linked to the ledger, or may not go yet.
            PeriodClosedError: The month takes no new documents.
            WriteNotGrantedError: The configuration does not grant it.
        """
        del request_id  # the digest says what is meant
        first, last = month_of(period)
        books = await books_of(self.desk, issue_on=issue_on, post=post)

        def prepared(tx: Tx) -> Batch:
            drafts = previewed(tx, self.desk, first, last, company).drafts
            before = [one.digest for one in tables.of_batch(tx, digest)]
            mine = chosen(drafts, before, digest)
            return batch_of(tx, self.desk, books, mine, digest=digest, reason=reason)

        await (await self.desk.store.read(prepared)).propose(self.desk)
        documents = await self.desk.store.read(lambda tx: tables.of_batch(tx, digest))
        return await self._carried(documents, digest, send=send)

    @proposal(
        "billing.transfer",
        about="The PSA's invoices, and what became of them in the ledger.",
        needs=Capability.BILLING_WRITE,
        unscoped=UNSCOPED,
        page=_PAGE,
        warns=carried_warning,
        tells=carried_told,
        fails=_fails,
    )
    async def transfer(
        self: "Sending[Awaited]",
        *,
        period: Annotated[
            str | None, Help("Only invoices of this month [default: 62 days].", metavar="YYYY-MM")
        ] = None,
        company: Company = None,
        post: _POST = False,
        reason: _REASON = "",
        request_id: _REQUEST_ID = None,
        send: bool = False,
    ) -> Carried:
        """Propose to carry invoices that the PSA made into the ledger. With --yes this changes the books.

        They keep their number and date. One that the ledger has under its number is compared to the cent and linked,
        and never made twice.

        Raises:
            NotFoundLocallyError: There is no such client, or no ledger was read yet.
            SettingsError: That is no month, or nobody decided between several ledgers.
            WriteError: Something is not linked to the ledger, or may not go yet.
            PeriodClosedError: The month takes no new documents.
            ConnectorError: What the ledger has already could not be read.
            WriteNotGrantedError: The configuration does not grant it.
        """
        del request_id  # their numbers say what is meant
        today = self.desk.clock.now().astimezone(ZoneInfo(self.desk.timezone)).date()
        first, last = (today - _BACK, today) if period is None else month_of(period)
        books = await books_of(self.desk, issue_on=None, post=post)

        def prepared(tx: Tx) -> tuple[Batch, list[tuple[Draft, Shown]], list[int]]:
            billed = tables.billed_sources(tx, "invoices")
            voided = period is None
            drafts = psa_invoices(tx, self.desk, first, last, company, billed=billed, voided_before=voided).drafts
            named = _by_number(shown(tx), books.name)
            there = [(draft, named[_key(draft)]) for draft in drafts if _key(draft) in named]
            of_theirs = batch_of(tx, self.desk, books, [draft for draft, _ in there], digest=_TRANSFER, reason=reason)
            known = [(draft, one) for draft, one in there if _is_of(draft, one, of_theirs)]
            numbers = {_key(draft) for draft, _ in known}
            left = [draft for draft in drafts if _key(draft) not in numbers]
            batch = batch_of(tx, self.desk, books, left, digest=_TRANSFER, reason=reason)
            return batch, known, _waiting(tx, books.name, (first, last), company)

        batch, known, waiting = await self.desk.store.read(prepared)
        await linked(self.desk, books.name, known, batch.request_of)
        await batch.propose(self.desk)
        made = {draft.digest for draft in (*batch.drafts, *(draft for draft, _ in known))}

        def fresh(tx: Tx) -> list[StoredDocument]:
            live = tables.live_documents(tx, books.name)
            return [one for one in live if one.document_id in waiting or one.digest in made]

        return await self._carried(await self.desk.store.read(fresh), "", send=send)

    @proposal(
        "billing.credit",
        about="The credit note, and what became of it.",
        needs=Capability.BILLING_WRITE,
        unscoped=UNSCOPED,
        page=_PAGE,
        warns=carried_warning,
        tells=carried_told,
        fails=_fails,
    )
    async def credit(
        self: "Sending[Awaited]",
        number: Annotated[str, Help("Number of the invoice.", name="NUMBER", names="billing.status")],
        *,
        reason: _REASON,
        lines: Annotated[tuple[int, ...], Help("Number of a line; may be repeated [default: all].", name="line")] = (),
        issue_on: _ISSUE_ON = None,
        post: _POST = False,
        request_id: _REQUEST_ID = None,
        send: bool = False,
    ) -> Carried:
        """Propose to take an invoice, or lines of it, back. With --yes this changes the books.

        A document is never edited: what was wrong is credited, and what it billed can be billed again once the ledger
        has the credit note. Nothing is credited twice.

        Raises:
            NotFoundLocallyError: There is no such invoice.
            SettingsError: The reason is empty.
            WriteError: The ledger does not have it, it has no such line, or it is credited already.
            PeriodClosedError: The month of its date takes no new documents.
            WriteNotGrantedError: The configuration does not grant it.
        """
        del request_id  # invoice and lines say what is meant
        if not reason.strip():
            raise SettingsError("The reason is empty.", hint="Say why, for those who look at it later.")
        document, ref = await self.desk.store.read(lambda tx: _invoice(tx, number))
        books = await books_of(self.desk, issue_on=issue_on, post=post, name=document.ledger)
        draft = credit_of(document, lines)
        is_draft = not books.is_final
        made = request_back(document, ref, issue_on=books.issue_on, as_draft=is_draft)

        def prepared(tx: Tx) -> Batch:
            drafts = () if tables.of_batch(tx, draft.digest) else (draft,)
            return batch_of(
                tx, self.desk, books, drafts, digest=draft.digest, reason=reason, request_of=made, credits=number
            )

        await (await self.desk.store.read(prepared)).propose(self.desk)
        documents = await self.desk.store.read(lambda tx: tables.of_batch(tx, draft.digest))
        return await self._carried(documents, draft.digest, send=send)

    async def _carried(
        self: "Sending[Awaited]", documents: Sequence[StoredDocument], digest: str, *, send: bool
    ) -> Carried:
        """Approve and send what was proposed, when that is asked for, and return what became of it."""
        numbers = [one.write_id for one in documents if one.write_id is not None]
        if send:
            self.desk.permitted(Capability.WRITES_APPROVE, "writes.approve")
            alone = await self.desk.store.read(partial(self._alone, numbers=numbers))
            if alone:
                await self.desk.outbox.approve_own(alone, send=True, agreed=True)
        money = self.desk.may(Capability.MONEY)

        def told(tx: Tx) -> Carried:
            why = (self.desk.outbox.another_person(tx, outbox.get(tx, one)) for one in _proposed(tx, numbers))
            views = tuple(view_of(tx, one) for one in numbers)
            fresh = tables.all_documents(tx, billing_documents.c.document_id.in_(mine))
            return Carried(tuple(rows(tx, fresh, money=money)), digest, tuple(dict.fromkeys(filter(None, why))), views)

        mine = [one.document_id for one in documents]
        return await self.desk.store.read(told)

    def _alone(self, tx: Tx, *, numbers: Sequence[int]) -> list[int]:
        """Return which of some writes are proposed and need nobody else."""
        return [one for one in _proposed(tx, numbers) if not self.desk.outbox.another_person(tx, outbox.get(tx, one))]


def _proposed(tx: Tx, numbers: Sequence[int]) -> list[int]:
    return [one for one in numbers if outbox.get(tx, one).state is WriteState.PROPOSED]


def _waiting(tx: Tx, ledger: str, days: tuple[date, date], company: str | None) -> list[int]:
    """Return invoices of the PSA, dated on some days, that were proposed before and wait for an approval."""
    clients = None if company is None else named_companies(tx, company)
    return [
        one.document_id
        for one in tables.live_documents(tx, ledger)
        if one.batch == _TRANSFER
        and one.write_id is not None
        and _proposed(tx, [one.write_id])
        and days[0] <= one.requested.issue_on <= days[1]
        and (clients is None or (one.psa, one.company_ref) in clients)
    ]


def _key(draft: Draft) -> tuple[DocumentKind, str]:
    return draft.kind, draft.number or ""


def _by_number(there: dict[tuple[str, DocumentKind, str], Shown], ledger: str) -> dict[tuple[DocumentKind, str], Shown]:
    """Return the documents of a ledger that stand, by the number that they have there, else by their reference."""
    stand = [
        one
        for one in there.values()
        if one.ledger == ledger and not one.is_gone and (one.status is None or one.status.counts)
    ]
    found = {(one.kind, one.reference): one for one in stand if one.reference}
    return found | {(one.kind, one.number): one for one in stand if one.number}


def _is_of(draft: Draft, found: Shown, batch: Batch) -> bool:
    """Whether a document of the ledger is an invoice of the PSA: one that only refers to its number may be others'."""
    number = draft.number or ""
    return number == found.number or found.customer in {None, batch.request_of(draft, number).customer}


def _invoice(tx: Tx, number: str) -> tuple[StoredDocument, str]:
    """Return an invoice of ours that stands in the ledger, with the ledger's id of it.

    Raises:
        NotFoundLocallyError: There is none of that number.
        WriteError: The ledger does not have it, or only as a draft.
    """
    found = [one for one in tables.all_documents(tx) if one.number == number and one.kind is DocumentKind.INVOICE]
    if not found:
        raise NotFoundLocallyError(f"There is no invoice {number}.", hint="`servicedesk billing status` lists them.")
    (row,) = rows(tx, found[-1:], money=False)
    if row.ref is None or row.state.is_over or row.state in {DocumentState.IN_DOUBT, DocumentState.SENDING}:
        hint = "Before the ledger has it, `servicedesk writes discard` drops it."
        raise WriteError(f"{number} is {row.state.value.replace('_', ' ')}: there is nothing to credit.", hint=hint)
    if row.state in {DocumentState.DRAFT, DocumentState.SUBMITTED}:
        hint = f"Delete it in {row.ledger}: once a sync has seen that, what it bills can be billed again."
        raise WriteError(f"{number} is not in the books yet: there is nothing to credit.", hint=hint)
    return found[-1], row.ref
