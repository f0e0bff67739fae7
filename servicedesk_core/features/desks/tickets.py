"""The tickets page: the lists that a coordinator works, one of them with its tickets, and who has how much."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Annotated, Any

from servicedesk_core.arguments import strict
from servicedesk_core.faces import (
    Counted,
    Counts,
    Help,
    Looking,
    Manner,
    Opens,
    Piece,
    Sentence,
    Table,
    Told,
    Verdict,
    dashboard,
)
from servicedesk_core.faces.dashboards import Block
from servicedesk_core.features.desks.lists import LISTS, WorkLists, counted, opened_now, placed, rows_of
from servicedesk_core.features.desks.model import ListedTicket, WorkList
from servicedesk_core.features.desks.now.queries import NowLists, team
from servicedesk_core.features.kpi import KpiLists, kept_up, ready
from servicedesk_core.features.tickets import TicketChoice


@strict
@dataclass(frozen=True, slots=True)
class ListChoice(TicketChoice):
    """Which tickets the page is about, and which of the lists it shows."""

    name: Annotated[
        str | None,
        Help("Which list is shown [default: the first that misses its goal].", name="list", choices=LISTS),
    ] = None


class Work:
    """The lists, made from one look at the open tickets.

    Args:
        looking: Who looks at which page.
    """

    def __init__(self, looking: Looking) -> None:
        self._tx, self._name = looking.tx, looking.chosen.name
        self.opened = opened_now(looking.desk, looking.tx, looking.at, looking.chosen, looking.scope)

    @cached_property
    def lists(self) -> tuple[WorkList, ...]:
        """All lists."""
        return counted(self.opened, kept_up(self._tx, self.opened))

    @property
    def name(self) -> str:
        """Which list is shown: the first that misses its goal, where nobody chose one, else what anybody can begin."""
        missed = (one.name for one in self.lists if one.verdict is Verdict.MISSED and one.count)
        return str(self._name or next(missed, "ready"))

    @property
    def rows(self) -> tuple[ListedTicket, ...]:
        """The first tickets of the list that is shown."""
        return rows_of(self._tx, [one.ticket for one in placed(self.opened, self.name).items])


def _lists(looking: Looking) -> Iterator[Counted]:
    among = narrowing(looking.chosen)
    for one in looking.once(Work).lists:
        yield Counted(
            one.title,
            one.count,
            Opens.of(WorkLists.list, name=one.name, **among),
            is_bad=one.verdict is Verdict.MISSED,
            about=one.about,
            goal=one.goal or "",
        )


def _ready(looking: Looking) -> Iterator[Counted]:
    among, opened = narrowing(looking.chosen), looking.once(Work).opened
    of = {one.holder: one.list_of for one in opened.tickets if one.holder is not None}
    for holder, several in sorted(ready(opened).items(), key=lambda pair: of[pair[0]]):
        yield Counted(of[holder], len(several), Opens.of(KpiLists.ready, of=of[holder], **among))


def _which(looking: Looking) -> Told:
    work = looking.once(Work)
    one = next(one for one in work.lists if one.name == work.name)
    opens = Opens.of(WorkLists.list, name=one.name, **narrowing(looking.chosen))
    return Told([Piece(one.title, opens), Piece(f": {one.about}")], None)


def _shown(looking: Looking) -> Mapping[str, Any]:
    return {"name": looking.once(Work).name}


def narrowing(chosen: TicketChoice) -> dict[str, Any]:
    """Return what a page is narrowed by, as lists of tickets take it."""
    return {one.name: getattr(chosen, one.name) for one in fields(TicketChoice)}


def _blocks() -> tuple[Block, ...]:
    return (
        Counts("Lists", _lists),
        Sentence("Shown", _which),
        Table("Tickets in it", WorkLists.list, _shown, lambda looking: looking.once(Work).rows, is_worked=True),
        Table(
            "Technicians",
            NowLists.team,
            {"limit": 100},
            team,
        ),
        Counts("Ready to begin", _ready),
    )


class TicketsPage(WorkLists[Manner]):
    """The tickets page, and its lists."""

    tickets = dashboard(
        "desks.tickets",
        "Tickets",
        _blocks(),
        about="Show the lists that a coordinator works, the tickets of one of them, and what each can begin.",
        filters=ListChoice,
    )
