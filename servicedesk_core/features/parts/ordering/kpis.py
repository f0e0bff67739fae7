"""What is measured of orders."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from servicedesk_core.faces import Capability, Case, Goal, Kpi, Measure, Sum
from servicedesk_core.features.parts.ordering.rows import orders
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope


def _late(tx: Tx, at: datetime, among: Any = None, scope: Scope | None = None) -> Measure:
    del among
    if scope is not None:
        return Measure.missing("the whole desk; orders belong to no client")
    found = Measure.of(_judged(tx, at.date()), Sum.TOTAL)
    return found if found.sample else Measure.missing("open orders of which the source says when they come")


def _judged(tx: Tx, today: date) -> Iterator[Case]:
    for row in orders(tx, today, money=False):
        if row.state.is_open:
            why = "" if row.expected_on is not None else "the source does not say when it comes"
            yield Case(row.order, int(row.is_late), excluded=why, connection=row.connection)


LATE: Final = Kpi(
    "orders-late",
    "Orders that are late",
    "Lines of orders that should have been here, and of which something is still to come.",
    _late,
    unit="lines",
    goal=Goal.of("<= 0"),
    needs=Capability.PARTS_READ,
    example="Of 5 open lines with a day 1 should have come yesterday: 1.",
)
