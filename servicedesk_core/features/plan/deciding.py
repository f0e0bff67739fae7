"""What is missing in the days to come, read from the store in one piece."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from servicedesk_core.capabilities import Capability
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.domain import StatusCategory
from servicedesk_core.faces import Opens
from servicedesk_core.features.appointments import (
    AppointmentRow,
    Booked,
    Person,
    Times,
    overlaps,
    rows_between,
    times_of,
)
from servicedesk_core.features.kpi import OpenDesk, OpenTicket, open_desk
from servicedesk_core.features.oncall import Line, lists_of
from servicedesk_core.features.plan.model import Due, Gap, Kind, Out
from servicedesk_core.features.rota import Away, Span
from servicedesk_core.features.skills import Key
from servicedesk_core.features.tickets import TicketRow, rows_by_id
from servicedesk_core.store import Tx, sources
from servicedesk_core.wording import counted, plain

DAY: Final = timedelta(days=1)
NOON: Final = time(12)
_VISIT: Final = timedelta(hours=1)
_ORDER: Final = tuple(Kind)

Close = tuple[str, Opens]
"""The command that closes something, and what it calls."""


@dataclass(frozen=True)
class Ahead:
    """The days to come.

    Attributes:
        tx: Any transaction.
        desk: The desk, as whoever looks may use it.
        span: The days, from midnight to midnight in the desk's zone.
        opened: All open tickets.
        times: The time of all technicians.
        sources: The numbers of connections by their names.
    """

    tx: Tx
    desk: ConfiguredDesk
    span: Span
    opened: OpenDesk
    times: Times
    sources: Mapping[str, int]

    @cached_property
    def dues(self) -> tuple[Due, ...]:
        """What is due before noon, the earliest first."""
        found = sorted(self._due, key=lambda one: (one.until_at or self.span.end, one.local_id))
        return tuple(self._shown(one) for one in found)

    @cached_property
    def out(self) -> tuple[Out, ...]:
        """Who is out, where whoever looks may know it."""
        if not self.desk.may(Capability.ABSENCES):
            return ()
        return tuple(
            Out(
                self._day(max(one.start, self.span.start)), self._called(one.technician), one.start, one.end, one.reason
            )
            for one in self._away
        )

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """What is missing, the earliest first."""
        people = self._of_cover(), self._of_on_call(), self._of_two(), self._of_calendars()
        several = (self._of_dues(), self._of_parts(), *people)
        found = sorted((gap for each in several for gap in each), key=_order)
        return tuple(replace(one, place=place) for place, one in enumerate(found, 1))

    @cached_property
    def visits(self) -> Sequence[AppointmentRow]:
        """The appointments of these days."""
        return [one for one in rows_between(self.tx, *self.span) if one.state != "cancelled"]

    @cached_property
    def _due(self) -> list[OpenTicket]:
        def is_meant(at: datetime | None) -> bool:
            return at is not None and self.span.start <= at < self.span.end and self._local(at).time() < NOON

        return [one for one in self.opened.tickets if is_meant(one.until_at)]

    @cached_property
    def _rows(self) -> Mapping[int, TicketRow]:
        return rows_by_id(self.tx, {one.local_id for one in (*self._due, *self._waiting)})

    @cached_property
    def _waiting(self) -> Sequence[OpenTicket]:
        """Tickets that wait for a part."""
        waits = StatusCategory.WAITING_PARTS
        return [one for one in self.opened.tickets if one.standing.part_at or one.standing.category is waits]

    @cached_property
    def _away(self) -> list[Away]:
        known = {one.name for one in self.times.people}
        return [one for one in self.times.rota.out(*self.span) if one.technician in known]

    @cached_property
    def _by_name(self) -> Mapping[str, Person]:
        return {one.name: one for one in self.times.people}

    @cached_property
    def _by_key(self) -> Mapping[Key, Person]:
        return {one.key: one for one in self.times.people}

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.times.rota.zone)

    def _day(self, at: datetime) -> date:
        return self._local(at).date()

    def _on(self, at: datetime, day: date) -> datetime:
        """Return the same time of another day."""
        return datetime.combine(day, self._local(at).time(), self.times.rota.zone)

    def _called(self, name: str) -> str:
        return self._by_name[name].shown if name in self._by_name else name

    def _holder(self, one: OpenTicket) -> Person | None:
        return self._by_key.get(self._key(one))

    def _key(self, one: OpenTicket) -> Key:
        return self.sources.get(one.connection, 0), one.technician or ""

    def _shown(self, one: OpenTicket) -> Due:
        row, visit = self._rows[one.local_id], one.standing.visit
        assert one.until_at is not None  # noqa: S101  # only what is due is among them
        return Due(
            due_at=one.until_at,
            connection=one.connection,
            ticket=row.ticket,
            title=row.title,
            client=row.company,
            priority=row.priority,
            technician=row.assignee,
            is_begun=one.standing.category is StatusCategory.IN_PROGRESS,
            visit_at=visit.start_at if visit is not None else None,
        )

    def _of_dues(self) -> Iterator[Gap]:
        for one in self._due:
            due = self._shown(one)
            if due.is_begun or (due.visit_at is not None and due.visit_at < due.due_at):
                continue
            who = self._holder(one)
            slot = self._slot(who, due.due_at) if who is not None else None
            why = (
                "nobody has it"
                if who is None
                else "nobody has begun it"
                if slot is not None
                else f"{who.shown} is not free before it is due"
            )
            closes = [_book(due, who, slot.start)] if who is not None and slot is not None else []
            closes.append(_assign(due))
            yield self._gap(due.due_at, Kind.DUE, why, closes, due=due, technician=who.shown if who else None)

    def _slot(self, who: Person, until: datetime) -> Span | None:
        start = max(self.times.now, self.span.start)
        return next(iter(self.times.free.slots(who.name, start, until, at_least=_VISIT)), None)

    def _of_parts(self) -> Iterator[Gap]:
        rows = ((one, self._rows[one.local_id]) for one in self._waiting)
        waiting = {(row.connection, row.ticket): one.standing.part_at for one, row in rows}
        for visit in self.visits:
            on = next((one for one in visit.tickets if (visit.connection, one) in waiting), None)
            part_at = waiting[visit.connection, on] if on is not None else None
            if on is None or visit.starts_at is None or (part_at is not None and part_at <= visit.starts_at):
                continue
            why, later = "nobody knows when the part comes", None
            if part_at is not None:
                here = self._day(part_at - timedelta.resolution)
                why, later = f"the part is expected on {here}", self._on(visit.starts_at, here + DAY)
            who = ", ".join(visit.technicians)
            yield self._gap(visit.starts_at, Kind.PART, why, [_move(visit, later)], visit=visit, technician=who)

    def _of_cover(self) -> Iterator[Gap]:
        if not self.desk.may(Capability.ABSENCES):
            return
        for one in self._away:
            person, lost = self._by_name[one.technician], Span(one.start, one.end)
            theirs = [each.key for each in self.times.people if each.name == one.technician]  # of each PSA
            visits = sum(overlaps(each.span, lost) for key in theirs for each in self.times.booked.get(key, ()))
            dues = sum(
                each.until_at is not None and one.start <= each.until_at < one.end and self._key(each) in theirs
                for each in self.opened.tickets
            )
            words = [counted(visits, "appointment", "appointments")] if visits else []
            words += [counted(dues, "ticket that is due", "tickets that are due")] if dues else []
            if words:
                at = max(one.start, self.span.start, self.times.now)
                yield self._gap(
                    at, Kind.COVER, " and ".join(words), [_cover(person, at, one.end)], technician=person.shown
                )

    def _of_on_call(self) -> Iterator[Gap]:
        if not self.desk.may(Capability.ABSENCES):
            return
        away = self.times.rota.away
        for each in lists_of(self.tx, self.times.rota.zone):
            for gap in each.gaps(*self.span, away):
                there = [
                    name
                    for name in each.others(gap.primary or "", Line.PRIMARY, gap.start)
                    if not any(one.technician == name and one.start < gap.end and gap.start < one.end for one in away)
                ]
                whose = f"{self._called(gap.primary)} is out" if gap.primary else "nobody is primary"
                why = f"{each.name}: {whose} until {plain(gap.end, self.times.rota.zone)}"
                closes = [_override(each.name, name, gap.start, gap.end) for name in there[:2]] or [_lists()]
                yield self._gap(
                    gap.start, Kind.ON_CALL, why, closes, technician=self._called(gap.primary) if gap.primary else None
                )

    def _of_two(self) -> Iterator[Gap]:
        by_ref = {(self.sources.get(one.connection, 0), one.appointment): one for one in self.visits}
        for person in self.times.people:
            before: Booked | None = None
            for one in sorted(self.times.booked.get(person.key, ()), key=lambda each: each.span):
                row = by_ref.get((person.key[0], one.ref or ""))
                if before is not None and row is not None and overlaps(before.span, one.span):
                    lasts = one.span.length
                    until = max(before.span.end, one.span.end)
                    free = self.times.free.slots(person.name, until, self.span.end, at_least=lasts)
                    closes = [_move(row, next(iter(free)).start if free else None)]
                    why = f"another one lasts until {plain(before.span.end, self.times.rota.zone)}"
                    yield self._gap(one.span.start, Kind.TWO, why, closes, visit=row, technician=person.shown)
                before = one if before is None or one.span.end > before.span.end else before

    def _of_calendars(self) -> Iterator[Gap]:
        at = max(self.span.start, self.times.now)
        for person in self._by_name.values():
            if why := self.times.doubt(person, self.span.end):
                yield self._gap(at, Kind.CALENDAR, why, [_calendars()], technician=person.shown)

    def _gap(
        self,
        at: datetime,
        kind: Kind,
        why: str,
        closes: Sequence[Close],
        *,
        due: Due | None = None,
        visit: AppointmentRow | None = None,
        technician: str | None = None,
    ) -> Gap:
        about = due or visit
        first, other = closes[0], closes[1] if len(closes) > 1 else None
        return Gap(
            place=0,
            day=self._day(at),
            at=at,
            kind=kind,
            ticket=about.ticket if about else None,
            connection=about.connection if about else None,
            client=about.client if about else None,
            technician=technician,
            why=why,
            proposal=first[0],
            otherwise=other[0] if other else None,
            opens=first[1],
            other=other[1] if other else None,
        )


def ahead(tx: Tx, desk: ConfiguredDesk, day: date | None, days: int) -> Ahead:
    """Return the days to come.

    Args:
        tx: Any transaction.
        desk: The desk.
        day: The first day; ``None`` = tomorrow.
        days: How many.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    now, zone = desk.clock.now(), ZoneInfo(desk.timezone)
    first = day or now.astimezone(zone).date() + DAY
    start, end = (datetime.combine(one, time(), zone) for one in (first, first + days * DAY))
    opened = open_desk(tx, now.astimezone(zone), zone, people=desk.roster)
    times = times_of(tx, desk.roster, zone, Span(min(now, start), end), now)
    return Ahead(tx, desk, Span(start, end), opened, times, {one.name: one.id for one in sources.all(tx)})


def _order(one: Gap) -> tuple[datetime, int, str, str]:
    return one.at, _ORDER.index(one.kind), one.ticket or "", one.technician or ""


def _at(at: datetime) -> str:
    return at.isoformat(timespec="minutes")


def _command(*words: str) -> str:
    return shlex.join(["servicedesk", *words])


def _assign(due: Due) -> Close:
    return _command("assign", due.ticket), Opens("assign", {"ticket": (due.ticket,)})


def _book(due: Due, who: Person, start: datetime) -> Close:
    given = {"ticket": (due.ticket,), "technician": (who.key[1],), "start-at": (_at(start),)}
    return _command("appointments", "book", due.ticket, who.key[1], _at(start)), Opens("appointments.book", given)


def _move(visit: AppointmentRow, start: datetime | None) -> Close:
    at = () if start is None else ("--start-at", _at(start))
    given = {"appointment": (visit.appointment,)} | ({} if start is None else {"start-at": (_at(start),)})
    return _command("appointments", "move", visit.appointment, *at), Opens("appointments.move", given)


def _cover(person: Person, start: datetime, end: datetime) -> Close:
    given = {"technician": (person.key[1],), "from": (_at(start),), "until": (_at(end),)}
    return _command("cover", person.key[1], "--from", _at(start), "--until", _at(end)), Opens("cover", given)


def _override(name: str, who: str, start: datetime, end: datetime) -> Close:
    given = {"LIST": (name,), "technician": (who,), "until": (_at(end),), "from": (_at(start),)}
    words = "oncall", "override", name, who, "--until", _at(end), "--from", _at(start)
    return _command(*words), Opens("oncall.override", given)


def _lists() -> Close:
    return _command("oncall", "gaps"), Opens("oncall.gaps")


def _calendars() -> Close:
    return _command("calendars", "list"), Opens("calendars.list")
