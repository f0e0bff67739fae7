"""Appointments of some days, and when somebody is free."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Annotated, Final, TypedDict
from zoneinfo import ZoneInfo

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.domain import AppointmentState
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Opens, Page, Sort, piece, query
from servicedesk_core.features.appointments.model import AppointmentRow, Slot
from servicedesk_core.features.appointments.tables import row_of, rows_between
from servicedesk_core.features.appointments.times import Person, Times, times_of
from servicedesk_core.features.rota import Span
from servicedesk_core.features.tickets import found as found_ticket
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.wording import folded

_DAY: Final = timedelta(days=1)
_LONGEST: Final = 31
_SECOND: Final = timedelta(seconds=1)
_MINUTE: Final = timedelta(minutes=1)

DAY = Annotated[date | None, Help("From this day on [default: today].")]
DAYS = Annotated[int, Help(f"How many days, at most {_LONGEST}.")]
TECHNICIAN = Annotated[str | None, Help('Only of this one: name or id, "me" = you.', names="tickets.words technicians")]


class AppointmentQueries(Namespace[Manner]):
    """Appointments, and when somebody is free for one."""

    desk: ConfiguredDesk

    @query(
        "appointments.list",
        about="Appointments of some days.",
        needs=Capability.INTERNAL,
        empty="There is none in these days. Those that were cancelled are shown with --cancelled.",
    )
    def list(
        self,
        tx: Tx,
        *,
        day: DAY = None,
        days: DAYS = 7,
        technician: TECHNICIAN = None,
        ticket: Annotated[str | None, Help("Only for this ticket: its number.", names="tickets.show")] = None,
        cancelled: Annotated[bool, Help("Those that were cancelled, too.")] = False,
        sort: Sort = None,
        limit: Limit = 200,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[AppointmentRow]:
        """List appointments, the earliest first.

        Raises:
            SettingsError: There is no such column to sort by, or these are too many days.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: Nobody said which technician "me" is.
        """
        word = _word(self.desk, tx, technician)
        found = (
            row
            for row in rows_between(tx, *span_of(self.desk, day, days), scope=scope)
            if (cancelled or row.state is not AppointmentState.CANCELLED)
            and (word is None or any(word in folded(one) for one in row.technicians))
            and (ticket is None or ticket in row.tickets)
        )
        return piece(
            Page(tuple(found)), AppointmentRow, by="starts_at,appointment", sort=sort, after=after, limit=limit
        )

    @query("appointments.show", about="One appointment.", needs=Capability.INTERNAL)
    def show(
        self,
        tx: Tx,
        appointment: Annotated[str, Help("The vendor's id, as the list shows it.", names="appointments.show")],
        *,
        connection: Annotated[str | None, Help("Where it is, if several have it.")] = None,
        scope: Scope | None = None,
    ) -> AppointmentRow:
        """Show one appointment.

        Raises:
            NotFoundLocallyError: The store has none that may be seen, or several connections have one.
        """
        return row_of(tx, appointment, connection, scope)

    @query(
        "appointments.slots",
        about="When technicians are free, the best first.",
        needs=Capability.INTERNAL,
        unscoped="it shows the time of the staff, and no record of a client",
        empty="Nobody is free for so long in these days: try more days, or less time.",
        on_page=("rank", "technician", "starts_at", "ends_at", "free_s", "load_percent", "why", "booking"),
    )
    def slots(
        self,
        tx: Tx,
        *,
        ticket: Annotated[
            str | None, Help("For this ticket: its estimate, due time and assignee.", names="tickets.show")
        ] = None,
        minutes: Annotated[int | None, Help("How long it takes [default: the ticket's estimate, else 60].")] = None,
        technician: TECHNICIAN = None,
        day: DAY = None,
        days: DAYS = 5,
        sort: Sort = None,
        limit: Limit = 20,
        after: After = None,
    ) -> Page[Slot]:
        """Suggest times: shifts without leave, appointments and bookings that are under way.

        Before a ticket's due time comes first, then who is assigned, then the earliest, then whose day is least full.

        Raises:
            NotFoundLocallyError: The store has no such ticket.
            SettingsError: There is no such column to sort by, or these are too many days.
            CursorError: ``after`` is not a position of this list.
        """
        now, word = self.desk.clock.now(), _word(self.desk, tx, technician)
        start, end = span_of(self.desk, day, days)
        wanted = _Wanted(Span(max(start, now), end), timedelta(minutes=minutes or 60))
        if ticket is not None:
            on = found_ticket(tx, ticket, None, None)
            takes = timedelta(minutes=minutes) if minutes else timedelta(seconds=on.ticket.estimated_s or 3_600)
            theirs = (on.row.connection, on.ticket.assignee_ref or "")
            wanted = _Wanted(wanted.span, takes, on.ticket.due_at, theirs, on.row.ticket)
        times = times_of(tx, self.desk.roster, ZoneInfo(self.desk.timezone), wanted.span, now)
        names = {one.id: one.name for one in sources.all(tx)}
        found = [
            slot
            for person in times.people
            if word is None or word in folded(person.shown) or word == person.key[1]
            for slot in _slots(times, person, wanted, names[person.key[0]])
        ]

        def order(slot: Slot) -> tuple[bool, bool, datetime, int, str]:
            first = not wanted.is_in_time(slot), not wanted.is_theirs(slot)
            return (*first, slot.starts_at, slot.load_percent or 0, slot.technician)

        ranked = tuple(
            replace(slot, rank=place, why=_why(slot, wanted)) for place, slot in enumerate(sorted(found, key=order), 1)
        )
        return piece(Page(ranked), Slot, by="rank", sort=sort, after=after, limit=limit)


def span_of(desk: ConfiguredDesk, day: date | None, days: int) -> Span:
    """Return the span of some days, from midnight to midnight in the desk's zone.

    Raises:
        SettingsError: These are too many, or none.
    """
    if not 1 <= days <= _LONGEST:
        raise SettingsError(f"{days} days cannot be shown.", hint=f"Say 1 to {_LONGEST}.")
    zone = ZoneInfo(desk.timezone)
    first = day or desk.clock.now().astimezone(zone).date()
    start, end = (datetime.combine(one, time(), zone) for one in (first, first + days * _DAY))
    return Span(start, end)


class _Booking(TypedDict):
    booking: str
    opens: Opens


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a slot is for: how long it takes, until when, who is assigned, and which ticket."""

    span: Span
    at_least: timedelta
    due: datetime | None = None
    assignee: tuple[str, str] | None = None
    ticket: str | None = None

    def is_theirs(self, slot: Slot) -> bool:
        """Whether whoever is free is assigned already."""
        return (slot.connection, slot.technician_id) == self.assignee

    def is_in_time(self, slot: Slot) -> bool:
        """Whether it is done by then, where somebody said when it is due."""
        return self.due is None or slot.starts_at + self.at_least <= self.due


def _slots(times: Times, person: Person, wanted: _Wanted, connection: str) -> Iterator[Slot]:
    zone = times.rota.zone
    for free in times.free.slots(person.name, *wanted.span, at_least=wanted.at_least):
        midnight = datetime.combine(free.start.astimezone(zone).date(), time(), zone)
        load = times.load(person, Span(midnight, midnight + _DAY))
        yield Slot(
            rank=0,
            technician=person.shown,
            connection=connection,
            technician_id=person.key[1],
            starts_at=free.start,
            ends_at=free.end,
            free_s=free.length // _SECOND,
            load_percent=round(100 * load.share) if load.available else None,
            why=times.doubt(person, free.end),
            **_booking(free.start, person.key[1], connection, wanted),
        )


def _booking(start: datetime, who: str, connection: str, wanted: _Wanted) -> _Booking:
    """Return what books an appointment at the beginning of free time."""
    ticket, at, minutes = wanted.ticket or "TICKET", start.isoformat(timespec="minutes"), wanted.at_least // _MINUTE
    own = {"ticket": (wanted.ticket,)} if wanted.ticket is not None else {}
    given = {"technician": (who,), "start-at": (at,), "minutes": (str(minutes),), "connection": (connection,)}
    words = "servicedesk", "appointments", "book", ticket, who, at
    line = shlex.join([*words, "--minutes", str(minutes), "--connection", connection])
    return {"booking": line, "opens": Opens("appointments.book", own | given)}


def _why(slot: Slot, wanted: _Wanted) -> str:
    said = (
        "is assigned" if wanted.is_theirs(slot) else "",
        "" if wanted.due is None else "before it is due" if wanted.is_in_time(slot) else "after it is due",
        slot.why,
    )
    return ", ".join(filter(None, said))


def _word(desk: ConfiguredDesk, tx: Tx, technician: str | None) -> str | None:
    """Return the word by which a technician is looked for, "me" as the name of whoever acts."""
    if technician is None or folded(technician) != "me":
        return None if technician is None else folded(technician)
    if desk.technician is None:
        message = "Nobody said which technician you are."
        raise NotFoundLocallyError(message, hint="Give the person a technician in the configuration.")
    from servicedesk_core.store.queries.names import Names  # noqa: PLC0415  # most ask without

    connection, ref = desk.technician
    names, source = Names(tx), sources.id_of(tx, connection)
    names.want(source, "technicians", ref)
    return folded(names.of(source, "technicians", ref) or ref)
