"""Pieces become lines, and lines documents, so that everything adds up to the cent. Pure."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Final

from servicedesk_core.domain.billing import DocumentKind, line_net
from servicedesk_core.domain.currencies import in_cents, unit_price
from servicedesk_core.features.billing.drafts import Draft, DraftLine, Sold, Source
from servicedesk_core.features.billing.preview.pieces import Left, Payer, Piece, Why
from servicedesk_core.features.profit import allocated

QUANTITY: Final = Decimal("0.0001")
"""Ledgers keep four decimals of a quantity."""

DESCRIPTION_LENGTH: Final = 4000
"""Characters of a line that every ledger takes."""

_ORDER: Final = {one: number for number, one in enumerate(Sold)}


@dataclass(frozen=True, slots=True)
class Made:
    """A document, and what each record has of it.

    Attributes:
        draft: The document.
        of: The amount of each line, below zero where it gives something back, with its pieces.
    """

    draft: Draft
    of: tuple[tuple[Decimal, Sequence[Piece]], ...]

    @property
    def shares(self) -> dict[Source, Decimal]:
        """What each record has of its line, in whole cents that add up to the line: by the largest remainder."""
        found: dict[Source, Decimal] = {}
        for amount, pieces in self.of:
            weights = {one.source: one.quantity for one in pieces}
            found |= allocated(amount, weights, self.draft.currency) or dict.fromkeys(weights, amount)
        return found


def told(quantity: Decimal, amount: Decimal, currency: str) -> tuple[Decimal, Decimal]:
    """Return quantity and unit price of something whose amount is agreed, so that both together come to it.

    Where no price with four decimals does, it is one of them at the whole amount.
    """
    if quantity > 0:
        price = unit_price(amount / quantity, currency)
        if line_net(quantity, price, currency) == in_cents(amount, currency):
            return quantity, price
    return Decimal(1), in_cents(amount, currency)


def plain(quantity: Fraction) -> Decimal:
    """Return a quantity with as many decimals as it needs and ledgers keep."""
    exact = Decimal(quantity.numerator) / Decimal(quantity.denominator)
    rounded = exact.quantize(QUANTITY, ROUND_HALF_UP)
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded.normalize()


def documents(payer: Payer, days: tuple[date, date], pieces: Iterable[Piece]) -> tuple[list[Made], list[Left]]:
    """Return the documents of a client, one for each currency, and what comes to nothing.

    What gives something back stands below zero on the invoice; where that makes the whole less than nothing, it is a
    credit note, whose amounts are positive.

    Args:
        payer: Who pays.
        days: First and last day that is billed.
        pieces: What is billed.
    """
    found: defaultdict[str, list[Piece]] = defaultdict(list)
    for piece in pieces:
        found[piece.currency].append(piece)
    made: list[Made] = []
    left: list[Left] = []
    for currency, several in sorted(found.items()):
        lines = _lines(several)
        if not any(line.amount for line, _ in lines):
            left += (_nothing(one, payer) for one in several)
            continue
        made.append(
            Made(
                turned(
                    Draft(
                        connection=payer.connection,
                        company_ref=payer.ref,
                        company=payer.name,
                        first=days[0],
                        last=days[1],
                        currency=currency,
                        lines=tuple(line for line, _ in lines),
                    )
                ),
                tuple((line.amount, of) for line, of in lines),
            )
        )
    return made, left


def turned(draft: Draft) -> Draft:
    """Return the document, as a credit note when it comes to less than nothing."""
    if draft.net >= 0:
        return draft
    lines = tuple(
        line.model_copy(update={"unit_price": -line.unit_price, "amount": -line.amount}) for line in draft.lines
    )
    tax = None if draft.tax is None else -draft.tax
    return draft.model_copy(update={"kind": DocumentKind.CREDIT_NOTE, "lines": lines, "tax": tax})


def _lines(pieces: Sequence[Piece]) -> list[tuple[DraftLine, Sequence[Piece]]]:
    together: defaultdict[Hashable, list[Piece]] = defaultdict(list)
    for number, piece in enumerate(pieces):
        together[number if piece.line is None else (piece.line,)].append(piece)
    return [(_line(several), several) for several in sorted(together.values(), key=_order)]


def _order(several: Sequence[Piece]) -> Any:
    first = several[0]
    return _ORDER[first.sells], first.description if first.line is not None else ""


def _line(several: Sequence[Piece]) -> DraftLine:
    """Return what pieces of one price are on a document."""
    first = several[0]
    exact = sum((one.quantity for one in several), Fraction(0))
    of_all = Fraction(first.unit_price) * exact if first.agreed is None else first.agreed
    amount, whole = in_cents(of_all, first.currency), plain(exact)
    quantity, price, description = whole, first.unit_price, first.description
    if line_net(quantity, price, first.currency) != amount:
        quantity, price, description = Decimal(1), amount, f"{first.description} ({whole:f})"
    return DraftLine(
        sells=first.sells,
        description=description[:DESCRIPTION_LENGTH],
        quantity=quantity,
        unit_price=price,
        amount=amount,
        served_on=min((one.day for one in several if one.day is not None), default=None),
        subjects=first.subjects,
        sources=tuple(one.source for one in several),
    )


def _nothing(one: Piece, payer: Payer) -> Left:
    says = "It comes to nothing, and nothing else is billed."
    return Left(
        source=one.source, sells=one.sells, why=Why.NOTHING, says=says, day=one.day, about=one.description, payer=payer
    )
