"""What would be billed, and what would not, as lists show it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from servicedesk_core.domain.billing import DocumentKind
from servicedesk_core.faces import Column, Page
from servicedesk_core.features.billing.drafts import Sold
from servicedesk_core.features.billing.preview.comparing import Verdict
from servicedesk_core.features.billing.preview.pieces import Why

NOTHING: Final = (
    "Nothing of these days is left to be billed; without --all only for clients whose invoices are made here."
)
"""What a preview without lines says."""


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line that would be billed."""

    client: Annotated[str, Column("Who pays.", cut=12, leads="tickets.list:company")]
    connection: Annotated[str, Column("Connection of the PSA.", shown=False)]
    ref: Annotated[str, Column("The PSA's id of the client.", "Id", shown=False)]
    digest: Annotated[str, Column("Stands for the document with all its lines.", shown=False)]
    kind: Annotated[DocumentKind, Column("Invoice or credit note.", shown=False)]
    number: Annotated[int, Column("Its number on the document.", "Line", spare=2)]
    sells: Annotated[Sold, Column("What it sells.", "What", spare=1)]
    description: Annotated[str, Column("What the client reads.", wraps=True)]
    quantity: Annotated[Decimal, Column("How many, or how many hours.")]
    unit_price: Annotated[Decimal, Column("Of one, without tax.", "Price")]
    amount: Annotated[Decimal, Column("What it comes to without tax; of a credit note what is given back.")]
    currency: Annotated[str, Column("Of the amounts.")]
    served_on: Annotated[
        date | None, Column("Day of the work or delivery, or the first one of several.", "Day", shown=False)
    ]
    sources: Annotated[tuple[str, ...], Column("The records that it bills: stream/id, and its part.", shown=False)]


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A document that would be made."""

    client: Annotated[str, Column("Who pays.", leads="tickets.list:company")]
    connection: Annotated[str, Column("Connection of the PSA.", shown=False)]
    ref: Annotated[str, Column("The PSA's id of the client.", "Id", shown=False)]
    kind: Annotated[DocumentKind, Column("Invoice or credit note.")]
    digest: Annotated[str, Column("Stands for all of it: another amount, line or record is another one.")]
    lines: Annotated[int, Column("How many lines.")]
    net: Annotated[Decimal, Column("What they come to without tax.")]
    currency: Annotated[str, Column("Of the amount.")]


@dataclass(frozen=True, slots=True)
class LeftCount:
    """How much is on no document for one reason."""

    why: Annotated[Why, Column("Why.")]
    pieces: Annotated[int, Column("How many entries, charges or services.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRows(Page[LineRow]):
    """What would be billed."""

    items: Annotated[tuple[LineRow, ...], Column("The lines.")]
    first: Annotated[date, Column("First day.")]
    last: Annotated[date, Column("Last day.")]
    digest: Annotated[str, Column("Stands for all documents: `billing send` takes it, or that of one.")]
    drafts: Annotated[tuple[DraftRow, ...], Column("The documents, on all pages together.", "Documents")]
    left: Annotated[tuple[LeftCount, ...], Column("How much is on none of them, by reason.", "Left out, and why")]


@dataclass(frozen=True, slots=True)
class LeftRow:
    """Something that is on no document."""

    client: Annotated[str, Column("Who would have paid.", cut=12, leads="tickets.list:company")]
    connection: Annotated[str, Column("Connection of the record.", shown=False)]
    stream: Annotated[str, Column("What kind of record it is.", spare=1)]
    ref: Annotated[str, Column("The vendor's id of it.", "Id", spare=2)]
    sells: Annotated[Sold, Column("What it would have sold.", "What", spare=3)]
    day: Annotated[date | None, Column("When it was done, bought or begins.")]
    about: Annotated[str | None, Column("What people know it by.", cut=10)]
    why: Annotated[Why, Column("Why.")]
    says: Annotated[str, Column("What there is to do or to know.", "", wraps=True)]


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """A record here, and what the PSA has posted for it."""

    client: Annotated[str, Column("Who pays.", cut=12, leads="tickets.list:company")]
    connection: Annotated[str, Column("Connection of the record.", shown=False)]
    stream: Annotated[str, Column("What kind of record it is.", spare=1)]
    ref: Annotated[str, Column("The vendor's id of it.", "Id", spare=2)]
    sells: Annotated[Sold, Column("What it sells.", "What", spare=3)]
    day: Annotated[date | None, Column("When it was done, bought or begins.", spare=4)]
    about: Annotated[str | None, Column("What people know it by.", cut=10)]
    verdict: Annotated[Verdict, Column("What is the same, or not.", "")]
    ours: Annotated[Decimal | None, Column("What it comes to here; nothing = it is on no document.")]
    theirs: Annotated[Decimal | None, Column("What the PSA has posted; nothing = no line, or no amount.")]
    currency: Annotated[str | None, Column("Of ours, else of theirs.", spare=5)]
    reason: Annotated[str | None, Column("Why it is not the same.", wraps=True)]


@dataclass(frozen=True, slots=True)
class ComparedSum:
    """What everything of one verdict comes to in a currency."""

    verdict: Annotated[Verdict, Column("What is the same, or not.")]
    pieces: Annotated[int, Column("How many records.")]
    ours: Annotated[Decimal, Column("What they come to here.")]
    theirs: Annotated[Decimal, Column("What the PSA has posted for them.")]
    currency: Annotated[str | None, Column("Of the amounts.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Page[ComparedRow]):
    """What would be billed from here beside what the PSA has posted."""

    items: Annotated[tuple[ComparedRow, ...], Column("The records.")]
    sums: Annotated[tuple[ComparedSum, ...], Column("What each verdict comes to, of everything.")]
