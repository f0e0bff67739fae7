"""Call-outs, the list for payroll, and when teams are away."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final, Protocol
from zoneinfo import ZoneInfo

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.oncall import Held
from servicedesk_core.features.rota import Span, at_night, cut, rota_of
from servicedesk_core.features.skills import Key, crew
from servicedesk_core.features.worktime.model import CallOut, Pattern, PayLine
from servicedesk_core.features.worktime.rules import Extra, extras, night_s, patterns, seconds
from servicedesk_core.features.worktime.tables import Known, Person, known_of, recorded_s, teams_of, tickets_of
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.wording import folded

_DAY: Final = timedelta(days=1)
_LONGEST: Final = 366
_NOTHING: Final = "Nobody whom you may see worked then. Everybody sees their own, if the desk knows who they are there."

FIRST = Annotated[date | None, Help("The first day [default: of last month].", name="first-day")]
LAST = Annotated[date | None, Help("The last day [default: of that month].", name="last-day")]
WHO = Annotated[str | None, Help("Only of this one: name or id.", names="tickets.words technicians")]


class WorkTimeDesk(ConfiguredDesk, Protocol):
    """A desk that knows which technician acts on it."""

    @property
    def technician(self) -> tuple[str, str] | None:
        """Which technician that is: the connection, and the vendor's id."""
        ...


class WorkTime(Namespace[Manner]):
    """Call-outs, the list for payroll, and when teams are away."""

    desk: WorkTimeDesk

    @query(
        "worktime.callouts",
        about="Call-outs: who was called, when, for how long, for which ticket.",
        needs=Capability.INTERNAL,
        empty="Nobody whom you may see was called out then.",
    )
    def callouts(
        self,
        tx: Tx,
        *,
        first_day: FIRST = None,
        last_day: LAST = None,
        technician: WHO = None,
        sort: Sort = None,
        limit: Limit = 500,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[CallOut]:
        """List time that people recorded outside of their shifts while they were on call.

        Everybody is shown with the right to see absences, and without a scope; else only whoever asks. Time of which
        nobody said when it was is in none.

        Raises:
            SettingsError: These are no days, or too many, or there is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        days = self._days(first_day, last_day)
        span = self._span(*days)
        known = known_of(tx, self.desk, span, self._seen(tx, scope))
        people = {one.key: one for one in _meant(known, technician)}
        found = [one for one in extras(known.rota, known.worked, known.duties, span) if one.worked.key in people]
        tickets = tickets_of(tx, [one.worked for one in found], scope)
        rows = tuple(_called(known, people[one.worked.key], one, one.duty, tickets) for one in found if one.duty)
        return piece(Page(rows), CallOut, by="starts_at,technician", sort=sort, after=after, limit=limit)

    @query(
        "worktime.payroll",
        about="What payroll needs of each person: shifts, overtime, on call, call-outs, leave.",
        needs=Capability.INTERNAL,
        empty=_NOTHING,
    )
    def payroll(
        self,
        tx: Tx,
        *,
        first_day: FIRST = None,
        last_day: LAST = None,
        technician: WHO = None,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[PayLine]:
        """List a line for each person with anything in the period. As CSV it goes to payroll.

        Everybody is shown with the right to see absences, and without a scope; else only whoever asks. What was
        recorded outside of shifts counts once: as a call-out while on call, else as overtime.

        Raises:
            SettingsError: These are no days, or too many, or there is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        days = self._days(first_day, last_day)
        span = self._span(*days)
        known = known_of(tx, self.desk, span, self._seen(tx, scope))
        recorded = recorded_s(tx, *days)
        more: dict[Key, list[Extra]] = {}
        for one in extras(known.rota, known.worked, known.duties, span):
            more.setdefault(one.worked.key, []).append(one)
        lines = (
            _line(known, one, days, more.get(one.key, ()), recorded.get(one.key, 0))
            for one in _meant(known, technician)
        )
        rows = tuple(one for one in lines if _is_anything(one))
        return piece(Page(rows), PayLine, by="technician,technician_ref", sort=sort, after=after, limit=limit)

    @query(
        "worktime.patterns",
        about="How much teams are away, by day of the week.",
        needs=Capability.ABSENCES,
        unscoped="our own people belong to no client",
        empty="No team has five people with shifts: of fewer nothing is shown, so that nobody reads of a single one.",
    )
    def patterns(
        self,
        tx: Tx,
        *,
        first_day: Annotated[date | None, Help("The first day [default: a year ago].", name="first-day")] = None,
        last_day: Annotated[date | None, Help("The last day [default: yesterday].", name="last-day")] = None,
        sort: Sort = None,
        limit: Limit = 500,
        after: After = None,
    ) -> Page[Pattern]:
        """Show how much of their shifts teams were away on each day of the week; never of a person.

        A team is shown on a day on which at least five of it have a shift, and everybody together only where that tells
        nothing of a team that is not shown. Which team somebody is of, definitions say.

        Raises:
            SettingsError: These are no days, or too many, or there is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        last = last_day or self._today() - _DAY
        days = _checked(first_day or last - timedelta(days=364), last)
        zone = ZoneInfo(self.desk.timezone)
        rota = rota_of(tx, crew(tx, self.desk.roster), zone)
        rows = tuple(patterns(rota, teams_of(tx, self.desk), *days))
        return piece(Page(rows), Pattern, by="team", sort=sort, after=after, limit=limit)

    def _today(self) -> date:
        return self.desk.clock.now().astimezone(ZoneInfo(self.desk.timezone)).date()

    def _days(self, first: date | None, last: date | None) -> tuple[date, date]:
        """Return which days are meant: those of last month where nobody said any."""
        if first is None:
            end = last or self._today().replace(day=1) - _DAY
            first = end.replace(day=1)
        return _checked(first, last or (first.replace(day=28) + 4 * _DAY).replace(day=1) - _DAY)

    def _span(self, first: date, last: date) -> Span:
        zone = ZoneInfo(self.desk.timezone)
        return Span(*(datetime.combine(day, time(), zone).astimezone(UTC) for day in (first, last + _DAY)))

    def _seen(self, tx: Tx, scope: Scope | None) -> Collection[Key] | None:
        """Return whose time whoever asks may see; ``None`` = everybody's."""
        if scope is None and self.desk.may(Capability.ABSENCES):
            return None
        own = self.desk.technician
        return () if own is None else [(one.id, own[1]) for one in sources.all(tx) if one.name == own[0]]


def _checked(first: date, last: date) -> tuple[date, date]:
    if not first <= last < first + timedelta(days=_LONGEST):
        message = f"From {first} to {last} is no period."
        raise SettingsError(message, hint=f"Say --first-day and --last-day, at most {_LONGEST} days.")
    return first, last


def _meant(known: Known, technician: str | None) -> tuple[Person, ...]:
    word = None if technician is None else folded(technician)
    return tuple(one for one in known.people if word is None or word in folded(one.shown) or word == one.key[1])


def _called(known: Known, person: Person, one: Extra, duty: Held, tickets: Mapping[Key, str]) -> CallOut:
    named = tickets.get((one.worked.source_id, one.worked.ticket_ref or ""))
    at_night_s = night_s([one.span], known.night, known.rota)
    return CallOut(
        technician=person.shown,
        starts_at=one.span.start,
        ends_at=one.span.end,
        lasted_s=seconds([one.span]),
        night_s=at_night_s,
        ticket=named,
        connection=person.connection if named else None,
        list_name=duty.list_name,
        line=duty.line,
        rests_until=_rests_until(known, one) if at_night_s else None,
    )


def _rests_until(known: Known, one: Extra) -> datetime | None:
    """Return until when somebody rested for a night's work; ``None`` = they did not, or for another night alone."""
    theirs = (each for each in known.rota.rests if each.technician == one.worked.technician)
    rest = next((each for each in theirs if each.start >= one.span.end), None)
    if rest is None:
        return None
    spans = one.span, Span(one.span.start, rest.start)
    worked, until_then = ({night for _, night in at_night([span], known.night, known.rota.zone)} for span in spans)
    return rest.end if worked == until_then else None


def _line(known: Known, one: Person, days: tuple[date, date], extra: Sequence[Extra], recorded: int) -> PayLine:
    planned = known.rota.planned(one.name, *known.span)
    away = [Span(each.start, each.end) for each in known.rota.out(*known.span) if each.technician == one.name]
    leave = [missed for each in away for missed in cut(planned, *each)]
    at_work = [each for each in planned if seconds(cut(leave, *each)) < seconds([each])]
    overtime = [each.span for each in extra if each.duty is None]
    called = [each.span for each in extra if each.duty is not None]
    held, has_shifts = known.duties.get(one.name, ()), known.rota.knows(one.name)
    return PayLine(
        technician=one.shown,
        technician_ref=one.key[1],
        connection=one.connection,
        first_day=days[0],
        last_day=days[1],
        shifts=len(at_work) if has_shifts else None,
        shift_s=seconds(planned) - seconds(leave) if has_shifts else None,
        recorded_s=recorded,
        overtime_s=seconds(overtime) if has_shifts else None,
        turns=len(held),
        on_call_s=seconds(Span(each.start, each.end) for each in held),
        callouts=len(called),
        callout_s=seconds(called),
        night_s=night_s([*(overtime if has_shifts else ()), *called], known.night, known.rota),
        leave_s=seconds(leave) if has_shifts else None,
    )


def _is_anything(line: PayLine) -> bool:
    return any((line.shift_s, line.recorded_s, line.overtime_s, line.turns, line.callouts, line.leave_s))
