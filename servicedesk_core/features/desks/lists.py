"""The lists that a coordinator works: what is in each, counted against its goal, and ticket by ticket."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.domain import StatusCategory
from servicedesk_core.faces import After, Figure, Help, Limit, Manner, Namespace, Page, Sort, Verdict, piece, query
from servicedesk_core.features.desks.model import ListedTicket, Placed, WorkList
from servicedesk_core.features.kpi import HOLDS, OpenDesk, OpenTicket, When, is_ready, kept_up, open_desk
from servicedesk_core.features.tickets import TicketChoice, mine, rows_by_id
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope


@dataclass(frozen=True, slots=True)
class _Own:
    """A list that no figure is kept up by.

    Attributes:
        title: Its heading.
        about: What is in it.
        holds: Whether a ticket is in it.
    """

    title: str
    about: str
    holds: Callable[[OpenTicket, When], bool]


def faults(one: OpenTicket) -> tuple[str, ...]:
    """Return what is wrong with the data of a ticket: figures leave it out for that, or mistake it."""
    standing = one.standing
    found = {
        "status without a meaning": standing.category is None,
        "on hold without a due date": standing.category is StatusCategory.ON_HOLD and standing.due_at is None,
        "worked on without an estimate": bool(one.worked_s) and not one.estimated_s,
        "of no client": one.of.get("client") is None,
    }
    return tuple(what for what, is_so in found.items() if is_so)


def _is_untriaged(one: OpenTicket, _: When) -> bool:
    return not one.is_triaged


def _is_parked(one: OpenTicket, _: When) -> bool:
    return one.standing.category is StatusCategory.ON_HOLD


def _is_faulty(one: OpenTicket, _: When) -> bool:
    return bool(faults(one))


_OWN: Final = {
    "triage": _Own("Not triaged", "Tickets that nobody has triaged, of people and of machines.", _is_untriaged),
    "ready": _Own("Ready", "Tickets that whoever has them can begin now, without anybody else.", is_ready),
    "on-hold": _Own("On hold", "Parked tickets.", _is_parked),
    "faults": _Own("Data faults", "Tickets whose data are not complete: figures leave them out.", _is_faulty),
}

ORDER: Final = "promised_at,priority,created_at,local_id"
"""What is due first, then the priority, then the age."""

LISTS: Final = (*HOLDS, *_OWN)
"""The names of all lists."""

Choice = Annotated[str, Help("Which list.", name="list", choices=LISTS)]


def holds(name: str) -> Callable[[OpenTicket, When], bool]:
    """Return what tells whether a ticket is in a list."""
    return HOLDS[name] if name in HOLDS else _OWN[name].holds


def counted(opened: OpenDesk, figures: tuple[Figure, ...]) -> tuple[WorkList, ...]:
    """Return the lists with how many tickets each holds.

    Args:
        opened: The open tickets.
        figures: What is kept up, measured from them.
    """
    by_name = {one.name: one for one in figures}
    return tuple(_list(name, opened, by_name.get(name)) for name in LISTS)


def _list(name: str, opened: OpenDesk, figure: Figure | None) -> WorkList:
    is_in, own = holds(name), _OWN.get(name)
    count = sum(is_in(one, opened) for one in opened.tickets)
    if figure is None or own is not None:
        told = (own.title, own.about) if own is not None else (name, "")
        return WorkList(name, told[0], count, None, Verdict.NO_GOAL, told[1])
    goal = f"{figure.goal} {figure.unit}" if figure.goal and figure.unit != "tickets" else figure.goal
    return WorkList(name, figure.title, count, goal, figure.verdict, figure.about)


def placed(
    opened: OpenDesk, name: str, sort: str | None = None, after: str | None = None, limit: int | None = 50
) -> Page[Placed]:
    """Return a piece of a list, in the order to take its tickets unless another one is asked for."""
    is_in = holds(name)
    return piece(
        Page(tuple(Placed.of(one) for one in opened.tickets if is_in(one, opened))),
        Placed,
        by=ORDER,
        sort=sort,
        after=after,
        limit=limit,
    )


class WorkLists(Namespace[Manner]):
    """The lists that a coordinator works."""

    desk: ConfiguredDesk

    @query("desks.lists", about="The lists that a coordinator works, with how many tickets each holds.")
    def lists(
        self,
        tx: Tx,
        chosen: TicketChoice | None = None,
        *,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[WorkList]:
        """Show each list with what it holds and what is wanted of it; "desks list" shows its tickets.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """
        opened = self._opened(tx, chosen, scope)
        rows = counted(opened, kept_up(tx, opened))
        return piece(Page(rows), WorkList, by="name", sort=sort, after=after, limit=limit)

    @query(
        "desks.list",
        about="The tickets of one of the lists that a coordinator works.",
        empty="It is empty.",
        sorts=("local_id", "priority", "due_at", "acted_at"),
    )
    def list(
        self,
        tx: Tx,
        name: Choice,
        chosen: TicketChoice | None = None,
        *,
        sort: Sort = None,
        limit: Limit = 50,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[ListedTicket]:
        """List the open tickets of a list, what is due first before the others, then by priority and age.

        Raises:
            SettingsError: There is no such list, or no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """
        page = placed(self._opened(tx, chosen, scope), name, sort, after, limit)
        return Page(rows_of(tx, [one.ticket for one in page.items]), page.next)

    def _opened(self, tx: Tx, chosen: TicketChoice | None, scope: Scope | None) -> OpenDesk:
        return opened_now(self.desk, tx, self.desk.clock.now(), chosen, scope)


def opened_now(
    desk: ConfiguredDesk, tx: Tx, now: datetime, chosen: TicketChoice | None, scope: Scope | None
) -> OpenDesk:
    """Return the open tickets that are meant, as everybody who may see figures is told them."""
    zone, among = ZoneInfo(desk.timezone), None if chosen is None else mine(desk, chosen)
    return open_desk(tx, now.astimezone(zone), zone, scope, among=among, people=desk.roster)


def rows_of(tx: Tx, found: Sequence[OpenTicket]) -> tuple[ListedTicket, ...]:
    """Return open tickets as a list shows them."""
    rows = rows_by_id(tx, [one.local_id for one in found])
    return tuple(
        ListedTicket(
            local_id=row.local_id,
            connection=row.connection,
            external_id=row.external_id,
            number=row.number,
            title=row.title,
            company=row.company,
            queue=row.queue,
            priority=row.priority,
            assignee=row.assignee,
            status=row.status,
            promise=one.clock,
            due_at=one.due_at or one.standing.due_at,
            acted_at=one.standing.acted_at,
            faults=faults(one),
        )
        for one in found
        if (row := rows.get(one.local_id)) is not None
    )
