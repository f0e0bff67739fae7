"""The time of all technicians in a span: shifts, leave, appointments, project work."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from servicedesk_core.business_time import Calendar
from servicedesk_core.config.people import Colleague
from servicedesk_core.features.appointments.rules import ProjectWork, committed
from servicedesk_core.features.appointments.tables import Booked, booked_between, project_work
from servicedesk_core.features.calendars import AHEAD, TOO_OLD, busy_between, read_at
from servicedesk_core.features.kpi import USUAL_HOURS, working_hours
from servicedesk_core.features.rota import FreeTime, Load, Rota, Span, rota_of
from servicedesk_core.features.skills import Crew, Key, crew
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.names import Meant
from servicedesk_core.store.schema import RECORDS

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Person:
    """A technician who works for the desk.

    Attributes:
        key: Source and vendor's id.
        name: By which rota and on-call lists know them.
        shown: What people call them.
    """

    key: Key
    name: str
    shown: str


@dataclass(frozen=True)
class Times:
    """The time of all technicians in a span.

    Attributes:
        people: Everybody who is active, by what people call them.
        free: When they work and have no appointment.
        booked: What takes their time, by technician.
        work: What they have to do for projects, by technician.
        now: The present.
        calendars: When their own calendars were read, by name; who has none is not among them.
    """

    people: tuple[Person, ...]
    free: FreeTime
    booked: Mapping[Key, tuple[Booked, ...]]
    work: Mapping[Key, list[ProjectWork]]
    now: datetime
    calendars: Mapping[str, datetime | None] = field(default_factory=dict)
    _worked: dict[tuple[str, datetime, datetime], tuple[Span, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def doubt(self, person: Person, until: datetime) -> str:
        """Return what is not certain about the time of somebody until an instant; empty = nothing."""
        if person.name not in self.calendars:
            return ""
        at = self.calendars[person.name]
        if at is None:
            return "their calendar could not be read"
        if self.now - at > TOO_OLD:
            return f"their calendar was read {(self.now - at) // _HOUR} h ago"
        return f"their calendar is read {AHEAD.days} days ahead" if until > at + AHEAD else ""

    @property
    def rota(self) -> Rota:
        """Who works when, and who is out."""
        return self.free.rota

    def project(self, person: Person, span: Span) -> timedelta:
        """Return how much of a span the projects of a technician take."""

        def works(start: datetime, end: datetime) -> tuple[Span, ...]:
            asked = person.name, start, end
            if asked not in self._worked:  # each day asks for the whole time of each task again
                self._worked[asked] = self.rota.works(*asked)
            return self._worked[asked]

        return committed(self.work.get(person.key, ()), works, span, self.now)

    def load(self, person: Person, span: Span) -> Load:
        """Return how full a span is for a technician, project work included."""
        known = self.free.load(person.name, *span)
        return Load(known.committed + self.project(person, span), known.available)


def times_of(tx: Tx, people: Mapping[str, Colleague], zone: ZoneInfo, span: Span, now: datetime) -> Times:
    """Return the time of all technicians. Whoever has no shift is taken to work the hours of the desk.

    Args:
        tx: Any transaction.
        people: The people of the desk.
        zone: The desk's.
        span: The span in which appointments are looked for.
        now: The present.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    t = RECORDS["technicians"].c
    query = select(t.source_id, t.external_id, t.name).where(
        t.is_system.is_not(True), t.is_active.is_not(False), t.gone_at.is_(None)
    )
    rows = [tuple(row) for row in tx.execute(query.order_by(t.name, t.local_id))]
    known = crew(tx, people)
    unnamed = {
        f"{source}:{ref}": (Meant(source, ref, shown, is_gone=False),)
        for source, ref, shown in rows
        if (source, ref) not in known.names
    }
    who = Crew({**known.meant, **unnamed})
    usual = working_hours(tx, now) or Calendar(name="usual", zone=zone.key, hours=USUAL_HOURS)
    booked: dict[Key, list[Booked]] = defaultdict(list)
    spans: dict[str, list[Span]] = defaultdict(list)
    for whose, busy in busy_between(tx, *span).items():
        spans[whose] += (Span(*each) for each in busy)
    for one in booked_between(tx, *span):
        booked[one.key].append(one)
        if (name := who.names.get(one.key)) is not None:
            spans[name].append(one.span)
    return Times(
        people=tuple(Person((source, ref), who.names[source, ref], shown or ref) for source, ref, shown in rows),
        free=FreeTime(rota_of(tx, who, zone, usual=usual, resting=Span(min(now, span.start), span.end)), spans),
        booked={key: tuple(found) for key, found in booked.items()},
        work=project_work(tx),
        calendars=read_at(tx),
        now=now,
    )
