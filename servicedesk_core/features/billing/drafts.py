"""What is to be invoiced, before any ledger knows of it: neutral of who sells, and every line traceable. Pure."""

import hashlib
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import orjson
from pydantic import Field

from servicedesk_core.domain.base import Amount, Currency, Model
from servicedesk_core.domain.billing import DocumentKind
from servicedesk_core.domain.billing.documents import VOID


class Sold(StrEnum):
    """What a line sells."""

    LABOUR = "labour"
    PART = "part"
    SERVICE = "service"
    """A recurring service of a contract, for its days in the period."""
    BLOCK = "block"
    """Hours bought in advance."""
    FIXED = "fixed"
    """A price that was agreed for a whole."""
    OTHER = "other"


class Source(Model):
    """A record that is billed by a line: nothing is billed twice.

    Attributes:
        connection: Connection that it is of.
        stream: Its stream: ``time_entries``, ``charges``, ``contract_units``, ``billing_items`` …
        ref: The vendor's id of it.
        part: Which part of it where several documents bill it, such as the month of a service; empty = the whole.
    """

    connection: str
    stream: str
    ref: str
    part: str = ""


def is_held_by(part: str, billed: str) -> bool:
    """Whether a document that bills one part of a record keeps another part of it from being billed.

    The whole holds every part, and a part keeps the whole from being billed; what takes a record back stands apart.

    Args:
        part: The part that is to be billed; empty = the whole.
        billed: The part that a document bills.
    """
    return part == billed or ("" in {part, billed} and VOID not in {part, billed})


class Subject(Model):
    """What of the PSA a line is about, by which a ledger's item is found: a product, a service, a billing code, a role.

    Attributes:
        stream: Its stream.
        ref: The vendor's id of it.
        name: What people call it.
    """

    stream: str
    ref: str
    name: str


class DraftLine(Model):
    """A line to be invoiced.

    Attributes:
        sells: What it sells.
        description: What the client reads.
        quantity: How many, or how many hours.
        unit_price: Of one, without tax, up to four decimals; below zero gives something back.
        amount: Both together, in whole cents.
        served_on: Day of the work or delivery, or first day of a service.
        subjects: What it is about, the most exact first: the first that is linked to an item of the ledger decides.
        sources: What it bills.
    """

    sells: Sold
    description: Annotated[str, Field(min_length=1)]
    quantity: Amount
    unit_price: Amount
    amount: Amount
    served_on: date | None = None
    subjects: tuple[Subject, ...] = ()
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]


class Draft(Model):
    """A document to be made of what a client owes, or gets back, for a period.

    Attributes:
        kind: Invoice or credit note; amounts of a credit note are positive.
        connection: Connection of the PSA.
        company_ref: Its id of the client who pays.
        company: What people call them.
        first: First day that is billed.
        last: Last day, inclusive.
        currency: Of all amounts.
        lines: In the order of the document.
        number: Of a document that the PSA has made: its number there; empty = ours is chosen when it is sent.
        issued_on: Of such a document: its date.
        due_on: Of such a document: when it is to be paid.
        tax: Of such a document: its tax, which the ledger has to come to as well; ``None`` = not known.
        reference: What the client knows it by, such as a purchase order.
    """

    kind: DocumentKind = DocumentKind.INVOICE
    connection: str
    company_ref: str
    company: str
    first: date
    last: date
    currency: Currency
    lines: Annotated[tuple[DraftLine, ...], Field(min_length=1)]
    number: str | None = None
    issued_on: date | None = None
    due_on: date | None = None
    tax: Amount | None = None
    reference: str | None = None

    @property
    def net(self) -> Decimal:
        """What all lines come to, without tax."""
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def digest(self) -> str:
        """Sixteen characters that stand for all of it: another amount, line or source is another digest."""
        exact = orjson.dumps(self.model_dump(), default=_plain, option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(exact).hexdigest()[:16]


def digest_of(digests: Iterable[str]) -> str:
    """Return what stands for several drafts in any order, by their digests: of one it is its own, of none empty."""
    found = sorted(digests)
    if len(found) < 2:  # noqa: PLR2004  # one, or none
        return "".join(found)
    return hashlib.sha256(" ".join(found).encode()).hexdigest()[:16]


def _plain(value: Any) -> str:
    """Write 1.1 and 1.10 alike."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
