"""Which offer comes first. Pure; who wants another order gives another function.

The rule, in words: what is still made comes before what is not, and what may be bought before what may not. Then comes
what is on our own shelf, if there is enough of it; then what others can send now; then what arrives, the earliest
first; then what nobody says anything about. Among equals the cheaper one is first. Prices are compared in one currency
only: in the one that is asked for, else in whichever most offers with a price are. Offers in others follow, by their
currency. A price that nobody states is dearer than any.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from servicedesk_core.domain.parts.identity import merged
from servicedesk_core.domain.parts.offers import PartOffer, PartSource


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer with its source.

    Attributes:
        connection: Name of the connection that was asked.
        source: Who that is.
        offer: What it offers.
    """

    connection: str
    source: PartSource
    offer: PartOffer


Rank = Callable[[Offered, Decimal, str | None], Any]
"""Returns what an offer is ordered by, given how many are needed and the currency in which prices are compared."""


def usual_rank(one: Offered, quantity: Decimal, currency: str | None) -> tuple[Any, ...]:
    """Return what an offer is ordered by, by the rule of this module."""
    offer = one.offer
    has_enough = offer.available is not None and offer.available >= quantity
    turn = 4
    if has_enough:
        turn = 0 if one.source is PartSource.STOCK else 1
    elif offer.arrives_on is not None:
        turn = 2
    elif offer.available:
        turn = 3
    price = offer.unit_price
    return (
        offer.is_active is False or offer.is_orderable is False,
        offer.is_authorised is False,
        turn,
        (offer.arrives_on or date.max) if turn == 2 else date.max,  # noqa: PLR2004  # the turn of what arrives
        price is None,
        offer.currency != currency if price is not None else False,
        (offer.currency or "") if price is not None else "",
        price if price is not None else Decimal(0),
        one.connection,
        offer.number,
    )


def common_currency(offers: Iterable[Offered]) -> str | None:
    """Return the currency of most offers with a price, the first by name among several; ``None`` without prices."""
    counts = Counter(one.offer.currency for one in offers if one.offer.unit_price is not None and one.offer.currency)
    return min(counts, key=lambda currency: (-counts[currency], currency), default=None)


def ranked(
    offers: Sequence[Offered], quantity: Decimal, currency: str | None = None, rank: Rank = usual_rank
) -> list[list[Offered]]:
    """Return offers by part: within a part the best first, and parts by their best offer.

    Args:
        offers: Of all sources, in any order: the result is the same.
        quantity: How many are needed.
        currency: In which prices are compared; ``None`` = that of most offers.
        rank: The rule.
    """
    compared = currency or common_currency(offers)

    by_rank = sorted(((rank(one, quantity, compared), one) for one in offers), key=itemgetter(0))
    in_order: list[Offered] = []
    for _, same in groupby(by_rank, key=itemgetter(0)):
        alike = [one for _, one in same]
        # What ranks alike is told apart by what it says, so that the order does not depend on who answered first.
        in_order += sorted(alike, key=lambda one: one.offer.model_dump_json()) if len(alike) > 1 else alike
    return merged(in_order, lambda one: one.offer)  # keeps the order, so each part's best is its first
