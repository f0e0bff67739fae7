"""What is measured of money on its way."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from servicedesk_core.faces import Capability, Case, Kpi, Measure, Period, Sum
from servicedesk_core.features.billing.model import Billed, Stage
from servicedesk_core.features.billing.tables.invoiced import Invoiced, invoiced
from servicedesk_core.features.billing.tables.stages import standings
from servicedesk_core.features.profit import own_currency
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope

_WHOLE_DESK: Final = "the whole desk; what is billed is for no client's eyes"
_UNKNOWN: Final = "nobody knows what it comes to"
_FOREIGN: Final = "in another currency, and not converted"


def _standing(name: str) -> Callable[..., Measure]:
    """Return the measure of a figure: what stands behind it comes to, in the currency of most of it."""

    def measure(tx: Tx, at: datetime, among: Any = None, scope: Scope | None = None) -> Measure:
        del among
        if scope is not None:
            return Measure.missing(_WHOLE_DESK)
        stages, what = BEHIND[name]["stage"], BEHIND[name].get("what")
        every = standings(tx, at.tzinfo or UTC, at.date())
        found = [one for one in every if one.stage in stages and what in {None, one.what}]
        own, pieces = own_currency(tx, at) or "", Counter[str]()
        for one in found:
            pieces[one.currency or own] += one.pieces - one.unknown if one.amount else 0
        currency = min(pieces, key=lambda name: (-pieces[name], name), default="")
        excluded: Counter[str] = Counter()
        amount, sample = Decimal(0), 0
        for one in found:
            excluded[_UNKNOWN] += one.unknown
            if not one.amount or (one.currency or own) == currency:
                amount, sample = amount + one.amount, sample + one.pieces - one.unknown
            else:
                excluded[_FOREIGN] += one.pieces - one.unknown
        return Measure(Fraction(amount), float(amount), excluded=dict(+excluded), sample=sample, unit=currency)

    return measure


def _invoiced(
    case: Callable[[Invoiced], Case], how: Sum, scale: int = 1, *, is_amount: bool = False
) -> Callable[..., Measure]:
    """Return a measure over the lines of the invoices of a period."""

    def measure(tx: Tx, period: Period, among: Any = None, scope: Scope | None = None) -> Measure:
        del among
        if scope is not None:
            return Measure.missing(_WHOLE_DESK)
        first, end = (one.astimezone(period.zone).date() for one in (period.start, period.end))
        own = own_currency(tx, period.last)
        found = Measure.of(map(case, invoiced(tx, first, end, own)), how, scale=scale)
        return replace(found, unit=own or "") if is_amount else found

    return measure


def _days(one: Invoiced) -> Case:
    why = "" if one.item_on is not None else "without a day of work or purchase"
    days = (one.invoiced_on - one.item_on).days if one.item_on is not None else 0
    return _case(one, days, 1, why)


def _rate(one: Invoiced) -> Case:
    return _case(one, float(one.amount or 0), float(one.hours or 0), _unpriced(one))


def _realised(one: Invoiced) -> Case:
    why = _unpriced(one) or ("a contract pays for it" if one.is_covered else "")
    why = why or ("nothing says what its contract covers" if one.is_covered is None else "")
    why = why or ("" if one.usual_hour else "nothing says what an hour in the role is sold at")
    return _case(one, float(one.amount or 0), float((one.hours or 0) * (one.usual_hour or 0)), why)


def _unpriced(one: Invoiced) -> str:
    if not one.is_labour:
        return "no work"
    if one.amount is None:
        return _UNKNOWN
    return _FOREIGN if one.currency is not None else "without hours" if one.hours is None else ""


def _case(one: Invoiced, above: float, below: float, why: str) -> Case:
    return Case(one.ref, above, below, why, {"client": one.client}, one.connection)


BEHIND: Final[Mapping[str, Mapping[str, Any]]] = {
    "work-in-progress": {"stage": (Stage.WORKED, Stage.APPROVED), "what": Billed.LABOUR},
    "unbilled-value": {"stage": (Stage.WORKED, Stage.APPROVED, Stage.POSTED)},
    "unpaid-value": {"stage": (Stage.INVOICED, Stage.TRANSFERRED)},
}
"""What the list of money on its way is given to show what stands behind a figure: its amounts come to the figure."""

WORK_IN_PROGRESS: Final = Kpi(
    "work-in-progress",
    "Work in progress",
    "What billable work comes to that is not posted for billing yet, without tax.",
    _standing("work-in-progress"),
    unit="currency units",
    needs=Capability.MONEY,
    closer="unbilled-value",
    example="3 hours at 95.00 approved, and 2 hours on a contract that covers them: 285.00.",
)

UNBILLED: Final = Kpi(
    "unbilled-value",
    "Unbilled value",
    "What work, charges and services come to that are on no invoice yet, without tax.",
    _standing("unbilled-value"),
    unit="currency units",
    needs=Capability.MONEY,
    example="Work in progress of 285.00, and a posted charge of 240.00: 525.00.",
)

UNPAID: Final = Kpi(
    "unpaid-value",
    "Unpaid value",
    "What stands on invoices that are not paid, without tax.",
    _standing("unpaid-value"),
    unit="currency units",
    needs=Capability.MONEY,
    example="Two lines of 100.00 and 40.00 on one unpaid invoice: 140.00.",
)

DAYS: Final = Kpi(
    "days-to-invoice",
    "Days to invoice",
    "Days between work or purchase and the invoice, of the lines that were invoiced in the period.",
    _invoiced(_days, Sum.MEAN),
    unit="days",
    over="period",
    needs=Capability.MONEY,
    example="Work of 1 and of 11 October on an invoice of 31 October: 30 and 20 days, so 25.",
)

REALISATION: Final = Kpi(
    "realisation",
    "Realisation",
    "What invoiced work came to that no contract pays for, by what its hours cost at the usual price of a role.",
    _invoiced(_realised, Sum.RATIO, 100),
    unit="%",
    better="more",
    over="period",
    needs=Capability.MONEY,
    example="2 hours of a role sold at 100.00, invoiced for 150.00: 75 %.",
)

RATE: Final = Kpi(
    "effective-rate",
    "Effective rate",
    "What an hour of invoiced work came to.",
    _invoiced(_rate, Sum.RATIO, is_amount=True),
    unit="currency units",
    better="more",
    over="period",
    needs=Capability.MONEY,
    example="150.00 for 2 hours: 75.00.",
)

KPIS: Final = (WORK_IN_PROGRESS, UNBILLED, UNPAID, DAYS, REALISATION, RATE)
"""All figures of billing."""
