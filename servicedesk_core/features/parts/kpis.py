"""What is measured of parts."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from servicedesk_core.domain import StatusCategory
from servicedesk_core.faces import Capability, Case, Goal, Kpi, Measure, Sum
from servicedesk_core.features.parts import tables
from servicedesk_core.features.tickets import CountOf, TicketFilter
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope

_WHOLE_DESK: Final = "the whole desk; the shelf belongs to no client"


def _below(tx: Tx, at: datetime, among: Any = None, scope: Scope | None = None) -> Measure:
    del at, among
    if scope is not None:
        return Measure.missing(_WHOLE_DESK)
    found = Measure.of(_judged(tx), Sum.TOTAL)
    return found if found.sample else Measure.missing("parts with a minimum that somebody has counted")


def _judged(tx: Tx) -> Iterator[Case]:
    for shelf in tables.shelves(tx):
        why = "without a minimum" if shelf.part.minimum is None else ""
        why = why or ("how many there are is not known" if shelf.available is None else "")
        yield Case(shelf.part.name, int(bool(shelf.lacking)), excluded=why, connection=shelf.connection)


def _value(tx: Tx, at: datetime, among: Any = None, scope: Scope | None = None) -> Measure:
    del at, among
    if scope is not None:
        return Measure.missing(_WHOLE_DESK)
    shelves = list(tables.shelves(tx))
    currencies = Counter(shelf.part.currency for shelf in shelves if shelf.value and shelf.part.currency)
    if not currencies:
        return Measure.missing("parts whose cost and currency are known")
    currency = min(currencies, key=lambda one: (-currencies[one], one))
    excluded: Counter[str] = Counter()
    total, sample = Decimal(0), 0
    for shelf in shelves:
        if shelf.available == 0:
            continue
        if (value := shelf.value) is None or shelf.part.currency is None:
            excluded["what it cost, or how many there are, is not known"] += 1
        elif shelf.part.currency != currency:
            excluded[f"in {shelf.part.currency}, not in {currency}"] += 1
        else:
            total, sample = total + value, sample + 1
    return Measure(Fraction(total), float(total * 100), excluded=dict(excluded), sample=sample)


BELOW: Final = Kpi(
    "parts-below-minimum",
    "Parts below their minimum",
    "Fewer can be taken than there shall be at least.",
    _below,
    unit="parts",
    goal=Goal.of("<= 0"),
    needs=Capability.PARTS_READ,
    example="Of 12 parts with a minimum 2 lack pieces: 2.",
)

VALUE: Final = Kpi(
    "stock-value",
    "Value on the shelf",
    "What everything that can be taken cost, in the currency of most parts.",
    _value,
    unit="currency units",
    needs=Capability.MONEY,
    example="3 docks for 189.50 each and 4 cables for 6.20 each: 593.30.",
)

WAITING: Final = Kpi(
    "waiting-for-parts",
    "Waiting for parts",
    "Open tickets whose status means that a part is missing.",
    CountOf(lambda _: TicketFilter(categories=(StatusCategory.WAITING_PARTS,))),
    closer="waiting-stale",
    example="3 open tickets wait for a part: 3.",
)

KPIS: Final = (WAITING, BELOW, VALUE)
"""All figures of parts."""
