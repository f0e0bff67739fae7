"""How documents are numbered, what of them a write may show, and who may send which. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from servicedesk_core.domain.billing import Document, DocumentKind, DocumentRequest, DocumentStatus
from servicedesk_core.domain.billing.documents import NUMBER_LENGTH
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.features.billing.sending.model import DocumentState

CREATE: Final[Mapping[DocumentKind, str]] = {kind: f"{kind.value}.create" for kind in DocumentKind}
"""The kind of write that makes a document."""

KIND_OF: Final[Mapping[str, DocumentKind]] = {write: kind for kind, write in CREATE.items()}

WORD: Final[Mapping[DocumentKind, str]] = {DocumentKind.INVOICE: "invoice", DocumentKind.CREDIT_NOTE: "credit note"}

_DIGITS: Final = 6
_AMOUNT: Final = re.compile(r"-?\d[\d.,']*[.,]\d+|(?<=comes to )-?\d+|(?<=, not )-?\d+")
"""Also those of currencies without cents, where :func:`compared` says them."""
_MONEY: Final = frozenset({"net", "tax", "total", "tolerance"})
_LINE_MONEY: Final = frozenset({"unit_price", "amount", "tax"})

_OF_WRITES: Final[Mapping[WriteState, DocumentState]] = {
    WriteState.PROPOSED: DocumentState.PROPOSED,
    WriteState.QUEUED: DocumentState.QUEUED,
    WriteState.SENDING: DocumentState.SENDING,
    WriteState.IN_DOUBT: DocumentState.IN_DOUBT,
    WriteState.CONFIRMED: DocumentState.SENT,
    WriteState.PARTLY_APPLIED: DocumentState.SENT,
    WriteState.REJECTED: DocumentState.REFUSED,
    WriteState.DISCARDED: DocumentState.DISCARDED,
}


def numbered(prefix: str, sequence: int) -> str:
    """Return a number of ours, such as ``INV-000042``.

    Raises:
        ValueError: It is longer than every ledger takes.
    """
    number = f"{prefix}{sequence:0{_DIGITS}d}"
    if len(number) > NUMBER_LENGTH:
        message = f"{number} has more than {NUMBER_LENGTH} characters"
        raise ValueError(message)
    return number


def without_money(request: DocumentRequest) -> dict[str, Any]:
    """Return what the outbox shows of a document: whoever sees a write may not see what it comes to."""
    told: dict[str, Any] = request.model_dump(mode="json", exclude_none=True, exclude=set(_MONEY))
    lines = [{name: value for name, value in line.items() if name not in _LINE_MONEY} for line in told["lines"]]
    return told | {"lines": lines}


def without_amounts(text: str) -> str:
    """Return what a ledger said without the amounts in it: whoever sees a write may not see what it comes to."""
    return _AMOUNT.sub("…", text)


def state_of(write: WriteState | None, shown: DocumentStatus | None, *, is_gone: bool) -> DocumentState:
    """Return where a document stands: by the ledger's word as soon as it has one.

    Args:
        write: State of the write that makes it; ``None`` = it was in the ledger before.
        shown: What the ledger says of it; ``None`` = it was not read there.
        is_gone: Whether the ledger had it and has it no more.
    """
    if is_gone:
        return DocumentState.DELETED
    if shown is not None:
        return DocumentState(shown.value)
    return DocumentState.SENT if write is None else _OF_WRITES[write]


def rounding_lines(asked: DocumentRequest, shown: Document) -> int:
    """Return how many lines at the end of a ledger's document were added to make its total right."""
    added = shown.lines[len(asked.lines) :]
    is_ours = len(added) == 1 and (
        (added[0].item is not None and added[0].item == asked.rounding_item)
        or (added[0].account is not None and added[0].account == asked.rounding_account)
    )
    return 1 if is_ours else 0


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is known of a ledger before something is sent into it.

    Attributes:
        name: Its connection.
        has_drafts: Whether a document can be left there for somebody to approve.
        is_new: Whether it has no document of ours yet.
        pending: Numbers of ours that are on their way there, by company.
    """

    name: str
    has_drafts: bool
    is_new: bool
    pending: Mapping[tuple[str, str], Sequence[str]]


def why_not_together(
    ledger: Ledger, companies: Sequence[tuple[str, str]], trusted: Collection[tuple[str, str]], *, is_final: bool
) -> tuple[str, str] | None:
    """Return why documents may not be sent together, and what to do; ``None`` = they may.

    Args:
        ledger: Where they go.
        companies: Whose they are, by connection and id: one for each document.
        trusted: Clients whose documents somebody else trusts.
        is_final: Whether they become part of the books at once, and not drafts.
    """
    if ledger.is_new and (len(companies) > 1 or ledger.pending):
        why = f"The first document that goes into {ledger.name} goes alone: one client, one document."
        return why, "Send one with --company, and look at it there."
    untrusted = [one for one in companies if one not in trusted]
    if not is_final or not untrusted:
        return None
    if ledger.has_drafts:
        return (
            "What goes into the books at once takes trust.",
            "Leave --post out, or: servicedesk billing trust COMPANY",
        )
    if len(companies) > 1:
        why = f"{ledger.name} has no drafts: documents of clients that nobody trusts go one at a time."
        return why, "Send one with --company, or have another person say: servicedesk billing trust COMPANY --reason …"
    waiting = [number for one in untrusted for number in ledger.pending.get(one, ())]
    if waiting:
        why = f"{waiting[0]} of the same client is not confirmed yet, and nobody trusts its documents."
        return why, "servicedesk billing status shows it; finish or discard it first."
    return None


def above(net: Decimal, currency: str, limit: Decimal | None, own: str | None) -> str | None:
    """Return why a document takes another person's approval; ``None`` = it does not. It tells no amount of it."""
    if limit is None:
        return None
    if own is not None and currency != own:
        return f"It is in {currency}, and four_eyes_above of [billing] is in {own}."
    return f"It is above {limit:f}: four_eyes_above of [billing]." if net > limit else None


def month_of(first: date, last: date) -> str:
    """Return what people call the days that are billed: a month by its name, else its days."""
    is_month = first.day == 1 and (first.year, first.month) == (last.year, last.month)
    return f"{first:%Y-%m}" if is_month else f"{first} to {last}"
