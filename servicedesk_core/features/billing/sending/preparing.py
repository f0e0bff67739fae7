"""What is sent: the preview as it is now, held against what was looked at, and what the ledger is asked for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from servicedesk_core.domain.billing import DocumentKind, DocumentRequest
from servicedesk_core.errors import UnsupportedError, WriteError
from servicedesk_core.features.billing.drafts import Draft, digest_of
from servicedesk_core.features.billing.kinds import BillingPolicy
from servicedesk_core.features.billing.mapping.requests import Requests
from servicedesk_core.features.billing.mapping.rules import NotReady
from servicedesk_core.features.billing.mapping.tables import ledger_of
from servicedesk_core.features.billing.preview.tables.billers import policy_at
from servicedesk_core.features.billing.sending import tables
from servicedesk_core.features.billing.sending.batches import Batch, LedgerDesk, known_of
from servicedesk_core.features.billing.sending.rules import Ledger, why_not_together
from servicedesk_core.features.billing.trusts.tables import trusted
from servicedesk_core.hooks import BillingCapability
from servicedesk_core.store import Tx
from servicedesk_core.wording import counted

_SOME: Final = 5


@dataclass(frozen=True, slots=True)
class Destination:
    """A ledger that documents go into.

    Attributes:
        name: Its connection.
        capability: How it taxes and numbers.
        issue_on: Date of what is sent.
        is_final: Whether it becomes part of the books at once.
    """

    name: str
    capability: BillingCapability
    issue_on: date
    is_final: bool


async def books_of(desk: LedgerDesk, *, issue_on: date | None, post: bool, name: str | None = None) -> Destination:
    """Return the ledger that documents go into.

    Args:
        desk: The desk.
        issue_on: Date of the documents; ``None`` = today.
        post: Whether they go into the books at once where the ledger has drafts.
        name: Its connection; ``None`` = the one that new invoices go into.

    Raises:
        NotFoundLocallyError: No ledger was read yet.
        SettingsError: There are several, and nobody decided which.
        UnsupportedError: The connection is no ledger.
    """
    if name is None:
        name = (await desk.store.read(lambda tx: ledger_of(tx, desk.clock.now()))).name
    async with desk.host.unplugged(name) as lent:
        capability = lent.calls.describe_capabilities().billing
    if capability is None:
        hint = 'Say which connection is: [billing] ledger = "NAME".'
        raise UnsupportedError(f"{name} is no accounting system.", hint=hint, connection=name)
    today = desk.clock.now().astimezone(ZoneInfo(desk.timezone)).date()
    return Destination(name, capability, issue_on or today, post or not capability.has_drafts)


def chosen(drafts: Sequence[Draft], before: Iterable[str], digest: str) -> tuple[Draft, ...]:
    """Return the drafts that a digest stands for: all of them with those that were proposed before, or one.

    Args:
        drafts: What would be billed now.
        before: The digests of what was proposed under this digest before.
        digest: What was looked at.

    Raises:
        WriteError: It is not what was looked at any more.
    """
    done = list(before)
    single = [draft for draft in drafts if draft.digest == digest]
    if single:
        return tuple(single)
    if done and digest_of(done) == digest:
        return ()
    if drafts and digest_of([*done, *(draft.digest for draft in drafts)]) == digest:
        return tuple(drafts)
    if not drafts:
        raise WriteError("Nothing is to be billed for that.", hint="`servicedesk billing exceptions` says why.")
    now = digest_of(draft.digest for draft in drafts)
    told = "; ".join(f"{one.company}, {counted(len(one.lines), 'line')} ({one.digest})" for one in drafts[:_SOME])
    more = "; …" if len(drafts) > _SOME else ""
    raise WriteError(
        f"What is to be billed is not what was looked at: it is {told}{more} now. Nothing was sent.",
        hint=f"`servicedesk billing preview` shows it; all of it is --digest {now}.",
    )


def batch_of(
    tx: Tx,
    desk: LedgerDesk,
    books: Destination,
    drafts: Sequence[Draft],
    *,
    digest: str,
    reason: str,
    request_of: Callable[[Draft, str], DocumentRequest] | None = None,
    credits: str | None = None,  # noqa: A002  # as the request calls it
) -> Batch:
    """Return drafts as they can be proposed.

    Args:
        tx: A read transaction, in which the drafts were made.
        desk: The desk.
        books: Where they go.
        drafts: Them.
        digest: Stands for all that is sent together.
        reason: Why.
        request_of: Makes what the ledger is asked for; without it the links do.
        credits: Number of the invoice that they take back.

    Raises:
        WriteError: Something of them is not linked to the ledger.
    """
    policy = policy_at(tx, desk.clock.now())
    requested = request_of or _requested(tx, desk, books)
    if request_of is None:
        _ensure_ready(requested, drafts)
    actor = desk.outbox.actor
    companies = [(one.connection, one.company_ref) for one in drafts]
    return Batch(
        ledger=books.name,
        digest=digest,
        drafts=tuple(drafts),
        known=known_of(tx, drafts),
        request_of=requested,
        prefixes=_prefixes(policy),
        reason=reason,
        allowed=partial(ensure_together, books=books, companies=companies, actor=actor),
        credits=credits,
    )


def ensure_together(tx: Tx, books: Destination, companies: Sequence[tuple[str, str]], actor: str) -> None:
    """Make sure that documents may be sent together.

    Raises:
        WriteError: They may not.
    """
    waiting, is_new = tables.pending(tx, books.name), not tables.has_sent(tx, books.name)
    ledger = Ledger(books.name, books.capability.has_drafts, is_new=is_new, pending=waiting)
    if why := why_not_together(ledger, companies, trusted(tx, books.name, actor), is_final=books.is_final):
        raise WriteError(why[0], hint=why[1])


def _prefixes(policy: BillingPolicy) -> Mapping[DocumentKind, str]:
    return {DocumentKind.INVOICE: policy.invoice_prefix, DocumentKind.CREDIT_NOTE: policy.credit_prefix}


def _requested(tx: Tx, desk: LedgerDesk, books: Destination) -> Callable[[Draft, str], DocumentRequest]:
    requests = Requests(tx, books.name, books.capability, at=desk.clock.now())
    refs = tables.refs(tx, books.name)

    def of(draft: Draft, number: str) -> DocumentRequest:
        is_note = draft.kind is DocumentKind.CREDIT_NOTE
        made = requests.of(
            draft,
            number=number,
            issue_on=(draft.issued_on if draft.number else None) or books.issue_on,
            as_draft=not books.is_final,
            credits=refs.get(draft.reference or "") if is_note else None,
        )
        if isinstance(made, NotReady):
            first = made.problems[0]
            raise WriteError(f"{draft.company}: {first.what}", hint=first.do)
        return made

    return of


def _ensure_ready(request_of: Callable[[Draft, str], DocumentRequest], drafts: Iterable[Draft]) -> None:
    """Make sure that all of them can be made before any of them is."""
    failed: list[WriteError] = []
    for draft in drafts:
        try:
            request_of(draft, draft.number or "-")
        except WriteError as error:
            failed.append(error)
    if failed:
        told = dict.fromkeys(error.message for error in failed)
        more = f" And {len(told) - _SOME} more." if len(told) > _SOME else ""
        rest = " `servicedesk billing map --state missing` lists what else has no link." if len(told) > 1 else ""
        raise WriteError(" ".join(list(told)[:_SOME]) + more, hint=f"{failed[0].hint or ''}{rest}")
