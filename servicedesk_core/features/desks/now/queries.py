"""Who is there at this moment, where, with how much, and what comes next."""

from datetime import datetime, timedelta
from typing import Any, Final

from servicedesk_core.capabilities import Capability
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import After, Limit, Looking, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.desks.lists import WorkLists
from servicedesk_core.features.desks.now.model import Coming, Presence, TeamMember
from servicedesk_core.features.desks.tables import Day, Person, last_entries, technicians
from servicedesk_core.features.kpi import KpiLists
from servicedesk_core.features.report import Load
from servicedesk_core.features.rota import Rota, rota_of
from servicedesk_core.features.skills import crew
from servicedesk_core.features.tickets import TicketChoice, TicketQueries
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.fields import optional_instant
from servicedesk_core.store.queries.scope import Scope

_AHEAD: Final = timedelta(days=1)
SOONEST: Final = "at,ticket"


class NowLists(Namespace[Manner]):
    """Who is there, and what comes next."""

    desk: ConfiguredDesk

    @query(
        "desks.team",
        about="Technicians at this moment: there or not, where, with how much.",
        needs=Capability.TICKETS_ASSIGN,
        unscoped="the team belongs to no client",
        empty="No technician has a ticket, an appointment or a shift.",
    )
    def team(
        self,
        tx: Tx,
        chosen: TicketChoice | None = None,
        *,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[TeamMember]:
        """List who is on shift, what is next for each, and what they have open.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        rows = team(_looking(self.desk, tx, chosen, None))
        return piece(Page(rows), TeamMember, by="technician", sort=sort, after=after, limit=limit)

    @query(
        "desks.next",
        about="Due times and appointments of the next 4 hours.",
        empty="Nothing is due within 4 hours, and no appointment begins.",
    )
    def next(
        self,
        tx: Tx,
        chosen: TicketChoice | None = None,
        *,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[Coming]:
        """List what happens within 4 hours, the earliest first, with one row for a ticket.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        rows = Day(_looking(self.desk, tx, chosen, scope)).coming
        return piece(Page(rows), Coming, by=SOONEST, sort=sort, after=after, limit=limit)


def _looking(desk: Any, tx: Tx, chosen: TicketChoice | None, scope: Scope | None) -> Looking:
    return Looking(desk, tx, desk.clock.now(), chosen, scope, {})


def team(looking: Looking) -> tuple[TeamMember, ...]:
    """Return the technicians who have an open ticket, an appointment or a shift, or recorded work lately.

    Args:
        looking: Who looks at which tickets; the people of the desk say whom a name in the rota means.
    """
    day, tx, now = looking.once(Day), looking.tx, looking.at
    ids, names, ended = {one.name: one.id for one in sources.all(tx)}, technicians(tx), last_entries(tx, now)
    who = crew(tx, looking.desk.roster)
    rota = rota_of(tx, who, day.zone)
    called = {number: connection for connection, number in ids.items()}
    loads = {(ids[connection], ref): load for (connection, ref), load in day.loads.items()}
    rostered = {person for person, name in who.names.items() if rota.knows(name)}
    return tuple(
        TeamMember(
            name,
            *_presence(day, rota, who.names.get(person), person),
            where=None if current is None else current.title or "an appointment",
            next_at=None if following is None else following.visit.start_at,
            open=load.open,
            late=load.late,
            ready=load.ready,
            load_s=load.left_s,
            last_entry_at=optional_instant(ended.get(person)),
            has=looking.opens(TicketQueries.list, **own),
            has_late=looking.opens(WorkLists.list, name="next-due-overdue", **own),
            has_ready=looking.opens(KpiLists.ready, of=name, **own) if load.ready else None,
        )
        for person, name in sorted(names.items(), key=lambda one: one[1])
        for load, own, (current, following) in (
            (
                loads.get(person, Load()),
                {"assignee": (person[1],), "connection": called[person[0]]},
                day.now_and_next(person),
            ),
        )
        if load.open or current or following or person in rostered or person in ended
    )


def _presence(day: Day, rota: Rota, name: str | None, person: Person) -> tuple[Presence, datetime | None]:
    """Return whether somebody is there, and until when."""
    if (absence := day.people.away.get(person)) is not None:
        return Presence.AWAY, absence.back_at
    if name is None or not rota.knows(name):
        return Presence.UNKNOWN, None
    spans = rota.works(name, day.at, day.at + _AHEAD)
    return (Presence.ON_SHIFT, spans[0].end) if spans and spans[0].start <= day.at else (Presence.OFF, None)
