"""Technicians by hours, and how full their days are."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Final, NamedTuple
from zoneinfo import ZoneInfo

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.appointments import Person, Times, overlaps, times_of
from servicedesk_core.features.oncall import lists_of
from servicedesk_core.features.rota import Span, cut
from servicedesk_core.features.schedule.model import Hours, Loaded, Verdict
from servicedesk_core.features.schedule.rules import longest, mark_of, verdict_of
from servicedesk_core.store import Tx, sources
from servicedesk_core.wording import folded

_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
_SECOND: Final = timedelta(seconds=1)
_STAFF: Final = "it shows the time of the staff, and no record of a client"

DAY = Annotated[date | None, Help("That day [default: today].")]
WEEK = Annotated[bool, Help("The whole week of that day, from Monday on.")]
TECHNICIAN = Annotated[str | None, Help("Only of this one: name or id.", names="tickets.words technicians")]


class Week(NamedTuple):
    """Some days with the time of everybody in them.

    Attributes:
        days: The days.
        times: The time of all technicians.
        on_call: Who is on call at the beginning of each hour.
        people: Whose days are shown.
        connections: Names of connections by their numbers.
    """

    days: tuple[date, ...]
    times: Times
    on_call: Mapping[datetime, frozenset[str]]
    people: tuple[Person, ...]
    connections: Mapping[int, str]

    def span(self, day: date) -> Span:
        """Return a day from midnight to midnight, in the desk's zone."""
        zone = self.times.rota.zone
        return Span(datetime.combine(day, time(), zone), datetime.combine(day + _DAY, time(), zone))


class ScheduleQueries(Namespace[Manner]):
    """Technicians by hours, and how full their days are."""

    desk: ConfiguredDesk

    @query(
        "schedule.hours",
        about="Technicians by hours: A appointment, 2 two at a time, · free, L out, R rests, C on call.",
        needs=Capability.INTERNAL,
        unscoped=_STAFF,
        empty="There is no technician. A sync brings them.",
    )
    def hours(
        self,
        tx: Tx,
        *,
        day: DAY = None,
        week: WEEK = False,
        technician: TECHNICIAN = None,
        sort: Sort = None,
        limit: Limit = 500,
        after: After = None,
    ) -> Page[Hours]:
        """Show who is where, hour by hour in the desk's zone. Leave is told with the right to see absences.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        found = week_of(self.desk, tx, day, technician, week=week)
        may = self.desk.may(Capability.ABSENCES)
        rows = tuple(_hours(found, person, one, may=may) for person in found.people for one in found.days)
        return piece(Page(rows), Hours, by="technician,day", sort=sort, after=after, limit=limit)

    @query(
        "schedule.load",
        about="How full the days of technicians are.",
        needs=Capability.INTERNAL,
        unscoped=_STAFF,
        empty="There is no technician. A sync brings them.",
    )
    def load(
        self,
        tx: Tx,
        *,
        day: DAY = None,
        week: WEEK = False,
        technician: TECHNICIAN = None,
        verdict: Annotated[Verdict | None, Help("Only days that are overloaded, or have a gap.")] = None,
        sort: Sort = None,
        limit: Limit = 500,
        after: After = None,
    ) -> Page[Loaded]:
        """Show how full days are with appointments and project work, who has too much, and where there are gaps.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        found = week_of(self.desk, tx, day, technician, week=week)
        each = (_loaded(found, person, one) for person in found.people for one in found.days)
        rows = tuple(one for one in each if verdict in {None, one.verdict})
        return piece(Page(rows), Loaded, by="technician,day", sort=sort, after=after, limit=limit)


def week_of(desk: ConfiguredDesk, tx: Tx, day: date | None, technician: str | None, *, week: bool) -> Week:
    """Return some days with the time of everybody in them.

    Args:
        desk: The desk.
        tx: Any transaction.
        day: The day; ``None`` = today.
        technician: Whose days are shown; ``None`` = everybody's.
        week: Whether it is the whole week, from Monday on.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    now, zone = desk.clock.now(), ZoneInfo(desk.timezone)
    first = first_of(desk, day, week=week)
    days = tuple(first + number * _DAY for number in range(7 if week else 1))
    start, end = (datetime.combine(one, time(), zone) for one in (days[0], days[-1] + _DAY))
    times = times_of(tx, desk.roster, zone, Span(start, end), now)
    word = None if technician is None else folded(technician)
    people = tuple(one for one in times.people if word is None or word in folded(one.shown) or word == one.key[1])
    lists = lists_of(tx, zone)
    on_call = {
        at: frozenset(duty.technician for one in lists for duty in one.at(at)) for at in _instants(Span(start, end))
    }
    return Week(days, times, on_call, people, {one.id: one.name for one in sources.all(tx)})


def first_of(desk: ConfiguredDesk, day: date | None, *, week: bool) -> date:
    """Return the first day that is shown."""
    first = day or desk.clock.now().astimezone(ZoneInfo(desk.timezone)).date()
    return first - first.weekday() * _DAY if week else first


def _hours(week: Week, person: Person, day: date, *, may: bool) -> Hours:
    times, whole = week.times, week.span(day)
    booked = [one.span for one in times.booked.get(person.key, ()) if overlaps(one.span, whole)]
    works = times.rota.works(person.name, *whole)
    away = [Span(one.start, one.end) for one in times.rota.out(*whole) if one.technician == person.name] if may else []
    resting = [Span(one.start, one.end) for one in times.rota.rests if one.technician == person.name]
    rests = [missed for one in resting for missed in cut(times.rota.planned(person.name, *whole), *one)]
    marks = {
        f"h{at.astimezone(times.rota.zone).hour:02}": mark_of(
            Span(at, at + _HOUR),
            booked=booked,
            works=works,
            out=away,
            is_on_call=person.name in week.on_call[at],
            rests=rests,
        )
        for at in _instants(whole)
    }
    load = times.load(person, whole)
    share = round(100 * load.share) if load.available else None
    named = {f"h{number:02}": None for number in range(24)} | marks
    shown = {name: None if mark is None else mark.value for name, mark in named.items()}
    where = week.connections.get(person.key[0], "")
    return Hours(
        technician=person.shown,
        day=day,
        load_percent=share,
        technician_id=person.key[1],
        connection=where,
        **shown,
    )


def _instants(span: Span) -> Iterator[datetime]:
    """Yield the beginnings of the hours of a day; where clocks are set it has one more, or one less."""
    at = span.start.astimezone(ZoneInfo("UTC"))
    while at < span.end:
        yield at
        at += _HOUR


def _loaded(week: Week, person: Person, day: date) -> Loaded:
    times, whole = week.times, week.span(day)
    own, load = times.free.load(person.name, *whole), times.load(person, whole)
    gap = longest(times.free.slots(person.name, *whole))
    return Loaded(
        technician=person.shown,
        day=day,
        works_s=load.available // _SECOND,
        booked_s=own.committed // _SECOND,
        project_s=times.project(person, whole) // _SECOND,
        longest_gap_s=gap // _SECOND,
        load_percent=round(100 * load.share) if load.available else None,
        verdict=verdict_of(load.committed, load.available, gap),
    )
