"""What is measured of parts."""

from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from servicedesk_core.domain import StatusCategory
from servicedesk_core.domain.currencies import in_cents
from servicedesk_core.faces import Capability, Goal, Kpi, Measure
from servicedesk_core.features.parts.charging.tables import of_scope
from servicedesk_core.features.parts.ordering.kpis import LATE
from servicedesk_core.features.parts.tables.shelf import minimums, worth
from servicedesk_core.features.tickets import CountOf, TicketFilter
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.queries.taken import taken

_WHOLE_DESK: Final = "the whole desk; the shelf belongs to no client"


def _below(tx: Tx, at: datetime, among: Any = None, scope: Scope | None = None) -> Measure:
    del at, among
    if scope is not None:
        return Measure.missing(_WHOLE_DESK)
    found = minimums(tx)
    if not found.judged:
        return Measure.missing("parts with a minimum that somebody has counted")
    why = {"without a minimum": found.without, "how many there are is not known": found.uncounted}
    excluded = {reason: parts for reason, parts in why.items() if parts}
    return Measure(Fraction(found.below), found.below, excluded=excluded, sample=found.judged)


def _value(tx: Tx, at: datetime, among: Any = None, scope: Scope | None = None) -> Measure:
    del at, among
    if scope is not None:
        return Measure.missing(_WHOLE_DESK)
    found = {one.currency: one for one in worth(tx)}
    unknown = found.pop(None, None)
    if not found:
        return Measure.missing("parts whose cost and currency are known")
    most, *others = sorted(found.values(), key=lambda one: (-one.parts, one.currency))
    excluded = {f"in {one.currency}, not in {most.currency}": one.parts for one in others}
    if unknown is not None:
        excluded["what it cost, or how many there are, is not known"] = unknown.parts
    beside = " and ".join(f"{in_cents(one.value, one.currency)} {one.currency}" for one in others)
    return Measure(
        Fraction(in_cents(most.value, most.currency)),
        float(most.value * 100),
        excluded=excluded,
        sample=most.parts,
        unit=f"{most.currency}, beside {beside}" if beside else most.currency or "",
    )


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
    "What everything that can be taken cost, in the currency of most parts; what is in others stands beside it.",
    _value,
    unit="currency units",
    needs=Capability.MONEY,
    example="3 docks for 189.50 each and 4 cables for 6.20 each: 593.30.",
)


def _uncharged(tx: Tx, at: datetime, among: Any = None, scope: Scope | None = None) -> Measure:
    del at, among
    parts = [part for part in taken(tx, *of_scope(tx, scope)) if part.is_taken]
    wrong = sum(1 for part in parts if part.uncharged)
    return Measure(Fraction(wrong), wrong, sample=len(parts)) if parts else Measure.missing("parts that were taken")


UNCHARGED: Final = Kpi(
    "parts-not-charged",
    "Parts not charged",
    "Taken for a ticket and not charged as the client owes them; what is for an open claim is owed by nobody.",
    _uncharged,
    unit="parts",
    goal=Goal.of("<= 0"),
    needs=Capability.PARTS_READ,
    example="Of 7 parts that tickets took 2 are not charged and 1 is charged although it was given back: 3.",
)

WAITING: Final = Kpi(
    "waiting-for-parts",
    "Waiting for parts",
    "Open tickets whose status means that a part is missing.",
    CountOf(lambda _: TicketFilter(categories=(StatusCategory.WAITING_PARTS,))),
    closer="waiting-stale",
    example="3 open tickets wait for a part: 3.",
)

KPIS: Final = (WAITING, UNCHARGED, BELOW, VALUE, LATE)
"""All figures of parts."""
