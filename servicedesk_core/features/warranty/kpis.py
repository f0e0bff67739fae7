"""What is measured of money that manufacturers give back, and of money that nobody asked them for."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from servicedesk_core.domain.currencies import in_cents
from servicedesk_core.faces import Capability, Kpi, Measure, Period
from servicedesk_core.features.claims import ClaimFilter, Days, MoneyState, money_sums
from servicedesk_core.features.profit import own_currency
from servicedesk_core.features.warranty.tables.lists import missed
from servicedesk_core.features.warranty.tables.overview import costs_of
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope


def _days(period: Period) -> Days:
    return Days(period.start.astimezone(period.zone).date(), period.end.astimezone(period.zone).date())


def _money(standing: MoneyState, days: Callable[[Any], Days]) -> Callable[..., Measure]:
    """Return a measure: what money comes to, in the currency of most of it."""

    def measure(tx: Tx, when: Any, among: ClaimFilter | None = None, scope: Scope | None = None) -> Measure:
        found = money_sums(tx, standing, days(when), scope, among)
        if not found:
            own = own_currency(tx, when.last if isinstance(when, Period) else when)
            return Measure(Fraction(0), 0, unit=own or "")
        most, *others = found
        excluded = {f"in {one.currency}, not in {most.currency}": one.known for one in others if one.known}
        if unknown := sum(one.unknown for one in found):
            excluded["nobody named an amount"] = unknown
        amount = in_cents(most.amount, most.currency)
        return Measure(Fraction(amount), float(amount * 100), excluded=excluded, sample=most.known, unit=most.currency)

    return measure


class _Missed:
    """What goods cost of covered repairs that were never claimed."""

    def on(self, desk: Any, /) -> Callable[..., Measure]:
        """Return it as a desk measures it, which says what hardware is called."""
        hardware, zone = desk.settings.claims.hardware, desk.timezone

        def measure(tx: Tx, period: Period, among: ClaimFilter | None = None, scope: Scope | None = None) -> Measure:
            client, maker = (among.company, among.manufacturer) if among else ((), ())
            lost = missed(
                tx,
                hardware=hardware,
                timezone=zone,
                since=period.start,
                company=client,
                manufacturer=maker,
                scope=scope,
            )
            found = [row for row in lost if row.failed_on < period.end.astimezone(period.zone).date()]
            costs = costs_of(tx, {(row.connection, row.ticket) for row in found})
            if found and not costs:
                return Measure.missing("charges with a cost on the tickets of covered repairs")
            amount = sum(costs.values(), Decimal(0))
            lacks = len(found) - len(costs)
            excluded = {"nothing says what its goods cost": lacks} if lacks else {}
            unit = own_currency(tx, period.last) or ""
            return Measure(Fraction(amount), float(amount * 100), excluded=excluded, sample=len(costs), unit=unit)

        return measure

    def __call__(self, tx: Tx, when: datetime | Period, among: Any = None, scope: Scope | None = None) -> Measure:
        """Return that a desk is needed."""
        del tx, when, among, scope
        return Measure.missing("a desk that says what hardware is called")


RECOVERED: Final = Kpi(
    "warranty-recovered",
    "Money from manufacturers",
    "What manufacturers issued for claims of ours in the period, fees taken off.",
    _money(MoneyState.RECOVERED, _days),
    unit="currency units",
    better="more",
    over="period",
    needs=Capability.MONEY,
    example="Credits of 240.00 and 80.00, and a fee of 20.00: 300.00.",
)

WAITING: Final = Kpi(
    "warranty-waiting",
    "Money that claims wait for",
    "What manufacturers agreed to, or were asked for, and have not issued.",
    _money(MoneyState.WAITING, lambda _: Days()),
    unit="currency units",
    needs=Capability.MONEY,
    example="240.00 agreed and not issued, and 60.00 asked for: 300.00.",
)

MISSED: Final = Kpi(
    "warranty-missed",
    "Money never claimed",
    "What the goods cost of hardware work on covered devices of the period for which nothing was claimed.",
    _Missed(),
    unit="currency units",
    over="period",
    needs=Capability.MONEY,
    example="A covered disk for 85.00 that we paid, and a board whose cost nobody wrote down: 85.00.",
)

KPIS: Final = (RECOVERED, WAITING, MISSED)
"""All figures of warranty."""
