"""Figures of money, made of the books of whole months. Who may not see what work costs is told so in their place."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from servicedesk_core.domain import TicketKind
from servicedesk_core.faces import Capability, Case, Kpi, Measure, Sum
from servicedesk_core.features.kpi.cases.books import Books
from servicedesk_core.features.kpi.cases.facts import Facts
from servicedesk_core.features.kpi.cases.measures import PERCENT, FromFacts
from servicedesk_core.features.kpi.catalogue.flow import resolved

UNKNOWN_REVENUE: Final = "a part of the client's revenue is not known"
UNCOSTED: Final = "a part of the client's cost is not known"
OF_PROJECT: Final = "of a project"


def margin(books: Books, facts: Facts) -> Iterator[Case]:
    """Yield profit by revenue; clients of whom a part is unknown are left out."""
    del facts
    for one in books.accounts:
        why = UNCOSTED if not one.is_cost_known else UNKNOWN_REVENUE if not one.is_revenue_known else ""
        yield Case(one.client, one.revenue - one.cost, one.revenue, why, one.of, one.connection)


def cost_per_ticket(books: Books, facts: Facts) -> Iterator[Case]:
    """Yield what work on tickets cost above the line, and the resolved tickets below it."""
    uncosted = set()
    for one in books.accounts:
        if not one.is_cost_known:
            uncosted.add((one.connection, one.of.get("client")))
        if one.labour or not one.is_cost_known:
            why = "" if one.is_cost_known else UNCOSTED
            yield Case(one.client, one.labour, 0, why, one.of, one.connection)
    for ticket in resolved(facts):
        why = UNCOSTED if (ticket.connection, ticket.of.get("client")) in uncosted else ""
        why = OF_PROJECT if ticket.of.get("type") == TicketKind.PROJECT_TASK else why
        yield ticket._replace(numerator=0, denominator=1, excluded=ticket.excluded or why)


@dataclass(frozen=True, slots=True)
class Money(FromFacts):
    """A figure that is made of the books.

    Attributes:
        cases: Returns what it is made of.
        is_amount: Whether it is an amount; else it is a percentage.
    """

    cases: Callable[[Books, Facts], Iterable[Case]]
    is_amount: bool = False

    def of(self, facts: Facts) -> Measure:
        """Measure it from facts, which many figures may share."""
        books = facts.books
        if isinstance(books, str):
            return Measure.missing(books)
        scale = Fraction(books.cent) if self.is_amount else PERCENT
        return Measure.of(self.cases(books, facts), Sum.RATIO, scale=scale)


KPIS: Final = (
    Kpi(
        "service-margin", "Service gross margin",
        "Revenue less direct cost, by revenue, of whole months, as `servicedesk profit show` counts both. Clients of "
        "whose revenue or cost a part is not known are left out.",
        Money(margin), unit="%", better="more", over="period", code="K11", leads=False, needs=Capability.MONEY,
        example="10,000 of revenue and 6,000 of cost: 40 %.",
    ),
    Kpi(
        "cost-per-ticket", "Cost per ticket",
        "What work on tickets cost by the tickets that were resolved, of whole months, in the currency of [profit]; "
        "projects are left out, and so are clients with work whose cost is not known.",
        Money(cost_per_ticket, is_amount=True), unit="money", over="period", code="K31", leads=False,
        needs=Capability.MONEY,
        example="9,000 of labour and 300 tickets resolved: 30.",
    ),
)  # fmt: skip
"""What is measured of money."""
