"""What clients earned and cost in whole months, from the books of margins."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from servicedesk_core.domain import TicketKind
from servicedesk_core.faces import Period
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.kpi.cases.books import Account, Books
from servicedesk_core.features.kpi.tables.lookup import Lookup
from servicedesk_core.features.profit import POLICY, Month, Results, Sums, cent, results


def books_of(lookup: Lookup) -> Books | str:
    """Return the books of a period, or what would have to be there for them."""
    tx, period = lookup.tx, lookup.period
    months = months_in(period)
    if not months:
        return "whole months, such as 2026-10"
    held = [in_force(tx, POLICY, month.starts(period.zone)) for month in months]
    if not all(held):
        return "[profit] in the definitions, with a currency"
    if len({one.currency for several in held for one in several}) > 1:
        return "months in one currency; ask for them one by one"
    came = results(tx, months, period.zone)
    return Books(_accounts(lookup, came), cent(came.currency))


def months_in(period: Period) -> Sequence[Month]:
    """Return the months that a period is made of; nothing where it is made of none."""
    first, end = (at.astimezone(period.zone) for at in (period.start, period.end))
    months, month = [], Month.of(first.date())
    if month.starts(period.zone) != first:
        return ()
    while month.starts(period.zone) < end:
        months.append(month)
        month = month.next
    return months if month.starts(period.zone) == end else ()


def _accounts(lookup: Lookup, came: Results) -> Sequence[Account]:
    unit = cent(came.currency)
    whole: dict[tuple[int, str], Sums] = defaultdict(Sums)
    for cell, sums in came.cells.items():
        whole[cell.source_id, cell.company].add(sums)
    return [
        Account(
            client=lookup.name(cell.source_id, "companies", cell.company or None) or "no client",
            of={
                "client": lookup.name(cell.source_id, "companies", cell.company or None),
                "contract": lookup.name(cell.source_id, "contracts", cell.contract or None),
                "type": cell.kind or None,
            },
            connection=lookup.connections[cell.source_id],
            revenue=_cents(sums.revenue, unit),
            cost=_cents(sums.cost, unit),
            labour=0 if cell.kind == TicketKind.PROJECT_TASK else _cents(sums.labour, unit),
            is_revenue_known=not whole[cell.source_id, cell.company].unknown,
            is_cost_known=not whole[cell.source_id, cell.company].uncosted,
        )
        for cell, sums in came.cells.items()
    ]


def _cents(amount: Decimal, unit: Decimal) -> int:
    return int(amount / unit)
