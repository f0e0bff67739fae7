"""A page of somebody else's feature that holds every kind of block, and every kind of filter."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from servicedesk_core.domain import Priority
from servicedesk_core.faces import (
    Capability,
    Counted,
    Counts,
    Feature,
    Figures,
    Help,
    Namespace,
    Opens,
    Piece,
    Point,
    Sentence,
    Series,
    Table,
    Told,
    dashboard,
)
from servicedesk_core.features.tickets.kpis import KPIS
from servicedesk_core.features.tickets.model import TicketFilter
from servicedesk_core.features.tickets.queries import TicketQueries
from tests.golden.hostile_desk import FORMULA, LONG, ONE_WORD, PAGE, TURNED

SAID = f" of {PAGE} are late, {LONG}"
WORDS = (PAGE, ONE_WORD, TURNED, FORMULA, "plain", LONG)
TICKETS = Opens.of(TicketQueries.list)


@dataclass(frozen=True)
class Chosen:
    """Narrows the page."""

    company: Annotated[tuple[str, ...], Help("Only of these clients.")] = ()
    urgency: Annotated[Priority | None, Help("Only this urgent.")] = None
    day: Annotated[date | None, Help("The day.")] = None
    breached: Annotated[bool, Help("Only what is late.")] = False
    about: Annotated[str, Help("What is looked for.")] = ""


def _points(opens):
    return [Point(word, None if n == 2 else n * 1.5, opens) for n, word in enumerate(WORDS)]


class Every(Namespace):
    """Every block."""

    block = dashboard(
        "every.block",
        "Every kind of block",
        [
            Sentence("What to know", lambda _: Told([Piece("3", TICKETS), Piece(SAID)], False)),
            Figures("Figures", KPIS, among=lambda _: TicketFilter(), records=lambda *_: TICKETS,
                    courses=lambda _: {one.name: (1, None, 3, 2, 5.5) for one in KPIS}),
            Counts("Counts", lambda _: [Counted(word, n, TICKETS, "", n > 3, LONG) for n, word in enumerate(WORDS)]),
            Counts("Clocks", lambda _: [
                Counted(word, n, TICKETS if n else None, group, word == PAGE)
                for group in ("triage", "engagement", ONE_WORD) for n, word in enumerate(WORDS[:4])
            ]),
            Counts("Nothing counted", lambda _: ()),
            Table("Tickets", TicketQueries.list, {"limit": 12}),
            Table("No tickets", TicketQueries.list, {"text": "none of them"}),
            Series("Bars", lambda _: _points(TICKETS)),
            Series("Course", lambda _: _points(None), is_course=True, goal=lambda _: 4.0),
            Series("Money", lambda _: _points(None), needs=Capability.MONEY),
        ],
        about="Every kind of block.",
        filters=Chosen,
    )  # fmt: skip


FEATURE = Feature("every", "Every kind of block.", queries=f"{__name__}:Every")
ADDRESS = "/desks/every/block"
