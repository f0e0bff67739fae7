"""What is to be billed, piece by piece, and what is not, and why. Pure."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from servicedesk_core.features.billing.drafts import Sold, Source, Subject


class Why(StrEnum):
    """Why something is on no document."""

    UNAPPROVED = "not approved"
    NO_RATE = "no rate"
    """Nothing says what it is sold at."""
    NO_ROLE = "no role"
    NO_CURRENCY = "no currency"
    NO_QUANTITY = "no quantity"
    """Nothing says how long it took, or how many there are."""
    UNCLEAR_CONTRACT = "unclear contract"
    """It is not there, was not in force, or nothing says what it covers, holds or costs."""
    NO_CLIENT = "no client"
    NO_DAY = "no day"
    LOCKED = "locked period"
    BILLED = "already billed"
    """By the PSA, or by a document of ours."""
    NOT_BILLABLE = "not billable"
    """As the PSA says."""
    COVERED = "covered"
    """Its contract pays for it, or hours that were bought in advance."""
    NOTHING = "comes to nothing"
    """It would be all that stands on the document."""
    NOT_EQUAL = "does not add up"
    """The lines of an invoice come to something else than the PSA says."""
    OTHER_BILLER = "other biller"
    """The PSA has invoiced a client who is billed from here."""
    VOIDED = "voided"


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays.

    Attributes:
        connection: Connection of the PSA.
        ref: Its id of the client; empty = nobody knows who pays.
        name: What people call them.
    """

    connection: str
    ref: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Something to be billed.

    Attributes:
        source: The record.
        sells: What it sells.
        line: What pieces of one line have in common; ``None`` = it has a line of its own.
        description: What the client reads.
        quantity: How many, or how many hours.
        unit_price: Of one.
        agreed: What it comes to, where that was agreed; such a piece has a line of its own.
        currency: Of the price.
        day: When it was done, bought or begins.
        subjects: What it is about.
    """

    source: Source
    sells: Sold
    line: Hashable = None
    description: str
    quantity: Fraction
    unit_price: Decimal
    agreed: Fraction | None = None
    currency: str
    day: date | None
    subjects: tuple[Subject, ...] = ()

    @property
    def amount(self) -> Fraction:
        """What it comes to, exactly."""
        return Fraction(self.unit_price) * self.quantity if self.agreed is None else self.agreed


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Something that is on no document.

    Attributes:
        source: The record.
        sells: What it would have sold.
        why: Why.
        says: That as a sentence for people.
        day: When it was done, bought or begins.
        about: What people know it by: a ticket's number, a name.
        payer: Who would have paid.
    """

    source: Source
    sells: Sold
    why: Why
    says: str
    day: date | None = None
    about: str | None = None
    payer: Payer | None = None


Judged = Piece | Left

HOUR_S: Final = 3600
