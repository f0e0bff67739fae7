"""Whether the PSA has posted what would be billed from here, and why not. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from servicedesk_core.domain.currencies import cent, in_cents
from servicedesk_core.features.billing.drafts import Sold, Source
from servicedesk_core.features.billing.preview.documents import plain
from servicedesk_core.features.billing.preview.pieces import Left, Piece, Why

_HUNDREDTH: Final = Fraction(1, 100)


class Verdict(StrEnum):
    """What a record comes to here, beside what the PSA has posted for it."""

    OTHER = "other amount"
    OURS = "only ours"
    THEIRS = "only theirs"
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What the PSA has posted for a record.

    Attributes:
        source: The record; of what is made of none, the line itself.
        sells: What it sells.
        amount: What its lines come to; ``None`` = nobody knows.
        currency: Of the amount.
        quantity: How many, or how many hours; ``None`` = not told.
        rate: What one costs; ``None`` = not told.
        day: When it was done, bought or begins.
        about: What people know it by.
    """

    source: Source
    sells: Sold
    amount: Decimal | None
    currency: str
    quantity: Decimal | None
    rate: Decimal | None
    day: date | None
    about: str | None


@dataclass(frozen=True, slots=True)
class Ours:
    """What a record comes to here: what it has of the lines, and the piece that it is."""

    amount: Decimal
    piece: Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A record here and there.

    Attributes:
        source: The record.
        sells: What it sells.
        verdict: What is the same, or not.
        ours: What it comes to here; ``None`` = it is on no document.
        theirs: What the PSA has posted; ``None`` = nothing, or nobody knows what.
        currency: Of ours, else of theirs.
        day: When it was done, bought or begins.
        about: What people know it by.
        reason: Why it is not the same.
    """

    source: Source
    sells: Sold
    verdict: Verdict
    ours: Decimal | None
    theirs: Decimal | None
    currency: str | None
    day: date | None
    about: str | None
    reason: str | None = None


def together(lines: Iterable[Posted]) -> dict[Source, Posted]:
    """Return the lines of each record as one."""
    found: dict[Source, Posted] = {}
    for line in lines:
        before = found.get(line.source)
        found[line.source] = line if before is None else _added(before, line)
    return found


def compared(
    ours: Mapping[Source, Ours], left: Mapping[Source, Left], theirs: Mapping[Source, Posted]
) -> Iterator[Compared]:
    """Yield everything that is billed here or there, each once.

    Args:
        ours: What is billed here, by record.
        left: What is not, by record.
        theirs: What the PSA has posted, by record.
    """
    for source, one in ours.items():
        posted, piece = theirs.get(source), one.piece
        verdict, reason = _judged(one, posted)
        yield Compared(
            source=source,
            sells=piece.sells,
            verdict=verdict,
            ours=one.amount,
            theirs=None if posted is None else posted.amount,
            currency=piece.currency,
            day=piece.day,
            about=(posted.about if posted is not None else None) or piece.description,
            reason=reason,
        )
    for source, posted in theirs.items():
        if source not in ours:
            yield _theirs(posted, left.get(source))


def _theirs(posted: Posted, left: Left | None) -> Compared:
    verdict, reason, ours = Verdict.THEIRS, "Nothing of these days makes it here.", None
    if left is not None:
        reason = f"{left.why.value.capitalize()}: {left.says}"
        if left.why in {Why.COVERED, Why.NOTHING}:
            ours = in_cents(Decimal(0), posted.currency)
            verdict = Verdict.OTHER if posted.amount else Verdict.SAME
    return Compared(
        source=posted.source,
        sells=posted.sells,
        verdict=verdict,
        ours=ours,
        theirs=posted.amount,
        currency=posted.currency,
        day=posted.day,
        about=posted.about,
        reason=None if verdict is Verdict.SAME else reason,
    )


def _judged(ours: Ours, posted: Posted | None) -> tuple[Verdict, str | None]:
    if posted is None:
        return Verdict.OURS, "The PSA has posted no line of these days for it."
    if posted.amount == ours.amount and posted.currency == ours.piece.currency:
        return Verdict.SAME, None
    return Verdict.OTHER, _why(ours, posted)


def _why(ours: Ours, posted: Posted) -> str:
    piece, theirs = ours.piece, posted.amount
    if posted.currency != piece.currency:
        return f"Other currency: {posted.currency} there, {piece.currency} here."
    if theirs is None:
        return "Nobody knows what the PSA's line comes to."
    if theirs == in_cents(piece.amount, piece.currency) or abs(theirs - ours.amount) <= cent(piece.currency):
        return "Rounding: by itself there, with its whole line here."
    return _why_much(piece, posted) if theirs else "The PSA has posted it at nothing: covered by a contract, or free."


def _why_much(piece: Piece, posted: Posted) -> str:
    if posted.quantity is not None and abs(Fraction(posted.quantity) - piece.quantity) >= _HUNDREDTH:
        return f"Other quantity: {posted.quantity:f} there, {plain(piece.quantity):f} here."
    if posted.rate is not None and posted.rate != piece.unit_price:
        return f"Other rate: {posted.rate:f} there, {piece.unit_price:f} here."
    return "Other amount at the same rate."


def _added(one: Posted, other: Posted) -> Posted:
    amount = None if one.amount is None or other.amount is None else one.amount + other.amount
    quantity = None if one.quantity is None or other.quantity is None else one.quantity + other.quantity
    return replace(one, amount=amount, quantity=quantity)
