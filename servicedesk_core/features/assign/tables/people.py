"""Everybody who might take tickets: what they can do, when they are there, and what they have to do already."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import func, select

from servicedesk_core.config.people import Colleague
from servicedesk_core.domain.writing import UNFINISHED
from servicedesk_core.features.appointments import times_of
from servicedesk_core.features.assign.bench import AHEAD, Bench, Person, Wanted
from servicedesk_core.features.assign.tables.usual import usual_work
from servicedesk_core.features.kpi import OpenDesk, OpenTicket, is_ready
from servicedesk_core.features.rota import Rota, Span
from servicedesk_core.features.skills import Certification, Crew, Key, Qualified, Skill, crew, qualified
from servicedesk_core.features.travel import ways_of
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.names import Meant
from servicedesk_core.store.schema import RECORDS, assignments, outbox

LEVELS: Final = range(1, 6)
"""What a level of a skill can be."""

USUAL_WORK: Final = timedelta(hours=1)
"""How long a ticket takes of which nobody said it."""

_LAST: Final = timedelta(days=1)
"""What begins before the end of the days that are looked at may last so long."""

USUAL_VISIT: Final = timedelta(hours=1)
"""How long an appointment takes whose end nobody said."""


def bench_of(
    tx: Tx, people: Mapping[str, Colleague], opened: OpenDesk, zone: ZoneInfo, *, until: datetime | None = None
) -> Bench:
    """Return everybody who might take tickets.

    Definitions say what somebody can do, and what the vendor's system says is added where they are silent. Whoever has
    no shift is taken to work the hours of the desk. What was proposed and not decided yet counts as given; bookings
    under way and what is left of projects take time as appointments do.

    Args:
        tx: Any transaction.
        people: The people of the desk.
        opened: All open tickets.
        zone: The desk's.
        until: Until when appointments are looked for, if somebody asks for more than the next days.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    now = opened.now
    who = _everybody(tx, people)
    span = Span(now, max(now + AHEAD, until or now) + _LAST)
    times, ways = times_of(tx, people, zone, span, now), ways_of(tx, span, now, zone)
    proposed = _proposed(tx)
    held = Counter(one.who for one in opened.tickets if one.who is not None)
    sources_by_name = {one.name: one.id for one in sources.all(tx)}
    open_tickets = Counter({(sources_by_name[name], ref): many for (name, ref), many in held.items()})
    open_tickets += proposed
    work: dict[str, timedelta] = defaultdict(timedelta)
    usual = usual_work(tx, now)
    for one in opened.tickets:
        if one.technician is not None and is_ready(one, opened):
            key = sources_by_name[one.connection], one.technician
            known = None if one.estimated_s else usual.of(one)
            work[who.names.get(key, "")] += work_left(one, USUAL_WORK if known is None else known.work)
    for key, many in proposed.items():
        work[who.names.get(key, "")] += many * USUAL_WORK
    for name, left in work.items():
        times.free.give(name, left)
    on_desk = {one.key: one for one in times.people}

    def project(key: Key, span: Span) -> timedelta:
        return times.project(on_desk[key], span) if key in on_desk else timedelta()

    def way(one: Person, wanted: Wanted, at: datetime) -> timedelta | None:
        place = ways.place(wanted.source_id, wanted.company, wanted.site)
        return None if place is None else ways.to(place, one.name, one.key, at)

    doubts = {key: times.doubt(one, now) for key, one in on_desk.items()}
    return Bench(
        [*_people(tx, who, times.rota, now, doubts)], times.free, open_tickets, now, zone, project=project, way=way
    )


def work_left(one: OpenTicket, usual: timedelta = USUAL_WORK) -> timedelta:
    """Return how much of a ticket is to be done yet: its estimate without what was worked, at least a quarter."""
    planned = timedelta(seconds=one.estimated_s) if one.estimated_s else usual
    return max(planned - timedelta(seconds=one.worked_s or 0), planned / 4)


def _everybody(tx: Tx, people: Mapping[str, Colleague]) -> Crew:
    """Return whom definitions name, and everybody else under a name of their own."""
    who, t = crew(tx, people), RECORDS["technicians"].c
    rows = tx.execute(select(t.source_id, t.external_id, t.name))
    others = {
        f"{source_id}:{ref}": (Meant(source_id, ref, name, is_gone=False),)
        for source_id, ref, name in rows
        if (source_id, ref) not in who.names
    }
    return Crew({**who.meant, **others})


def _people(tx: Tx, who: Crew, rota: Rota, now: datetime, doubts: Mapping[Key, str]) -> Iterator[Person]:
    t, known, last = RECORDS["technicians"].c, qualified(tx, now), _last_assigned(tx)
    columns = t.source_id, t.external_id, t.name, t.is_active, t.gone_at, t.skills, t.certifications
    query = select(*columns).where(t.is_system.is_not(True)).order_by(t.source_id, t.external_id)
    for source_id, ref, shown, is_active, gone_at, skills, certifications in tx.execute(query):
        name = who.names[source_id, ref]
        said = known.get(name)
        yield Person(
            key=(source_id, ref),
            name=name,
            shown=shown or ref,
            is_active=is_active is not False and gone_at is None,
            queues=() if said is None or said.role is None else said.role.queues,
            skills={**_levels(skills), **(said.technician.skills if said is not None else {})},
            certifications={
                **{word: Certification() for word in _read(certifications)},
                **(said.technician.certifications if said is not None else {}),
            },
            languages=_said(said, "languages"),
            territories=_said(said, "territories"),
            is_out=rota.is_out(name, now),
            rests_until=rota.rests_until(name, now),
            assigned_at=last.get((source_id, ref)),
            doubt=doubts.get((source_id, ref), ""),
        )


def _said(known: Qualified | None, what: str) -> tuple[str, ...]:
    return () if known is None else getattr(known.technician, what)


def _levels(stored: Any) -> dict[str, Skill]:
    """Return the vendor's skills whose level is one of ours."""
    found = _read(stored) or {}
    return {name: Skill(level=level) for name, level in found.items() if level in LEVELS}


def _read(stored: Any) -> Any:
    return orjson.loads(stored) if isinstance(stored, str | bytes) else stored or ()


def _proposed(tx: Tx) -> Counter[Key]:
    """Return how many tickets are to be given to each, by what was proposed or sent and has not come back."""
    numbers, found = {one.name: one.id for one in sources.all(tx)}, Counter[Key]()
    query = select(outbox.c.connection, outbox.c.new_values).where(
        outbox.c.state.in_(UNFINISHED), outbox.c.kind == "tickets.update"
    )
    for connection, values in tx.execute(query):
        if (ref := values.get("assignee_ref")) is not None and connection in numbers:
            found[numbers[connection], ref] += 1
    return found


def _last_assigned(tx: Tx) -> dict[Key, datetime]:
    a = assignments.c
    query = select(a.source_id, a.technician_ref, func.max(a.at)).where(a.technician_ref.is_not(None))
    return {(source_id, ref): at for source_id, ref, at in tx.execute(query.group_by(a.source_id, a.technician_ref))}
