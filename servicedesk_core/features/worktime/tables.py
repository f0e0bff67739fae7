"""The work time of everybody, as the store knows it."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from servicedesk_core.business_time import Calendar
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.kpi import USUAL_HOURS, working_hours
from servicedesk_core.features.oncall import Held, lists_of
from servicedesk_core.features.rota import REST, Rota, Span, Worked, rota_of, worked_between
from servicedesk_core.features.skills import Crew, Key, crew, qualified
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.names import Meant
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS, sources

NIGHT: Final = "22:00-06:00"
"""What is night where no rest rule says it."""

_DAY: Final = timedelta(days=1)
_AT_ONCE: Final = 500
_E: Final = RECORDS["time_entries"].c
_T: Final = RECORDS["tickets"].c
_P: Final = RECORDS["technicians"].c


@dataclass(frozen=True, slots=True)
class Person:
    """A technician.

    Attributes:
        key: Source and vendor's id.
        name: By which rota and on-call lists know them.
        shown: What people call them.
        connection: Name of the source.
    """

    key: Key
    name: str
    shown: str
    connection: str


@dataclass(frozen=True, slots=True)
class Known:
    """The work time of a span.

    Attributes:
        span: The span.
        people: Everybody, former ones too, by what people call them.
        rota: Who has a shift when, who is out, and who rests.
        worked: Recorded time of which it is known when it was.
        duties: Turns on call, by technician.
        night: Which hours are night.
    """

    span: Span
    people: tuple[Person, ...]
    rota: Rota
    worked: tuple[Worked, ...]
    duties: Mapping[str, tuple[Held, ...]]
    night: str


def known_of(tx: Tx, desk: ConfiguredDesk, span: Span, technicians: Collection[Key] | None = None) -> Known:
    """Return the work time of a span. Whoever has no shift is taken to work the hours of the desk.

    Args:
        tx: Any transaction.
        desk: The desk.
        span: The span.
        technicians: Only of these; ``None`` = of everybody.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    zone = ZoneInfo(desk.timezone)
    known = crew(tx, desk.roster)
    query = select(_P.source_id, _P.external_id, _P.name, sources.c.name).join(sources, sources.c.id == _P.source_id)
    rows = tx.execute(query.where(_P.is_system.is_not(True)).order_by(_P.name, _P.local_id)).all()
    others = {
        f"{source}:{ref}": (Meant(source, ref, shown, is_gone=False),)
        for source, ref, shown, _ in rows
        if (source, ref) not in known.names
    }
    who = Crew({**known.meant, **others})
    people = tuple(
        Person((source, ref), who.names[source, ref], shown or ref, connection)
        for source, ref, shown, connection in rows
        if technicians is None or (source, ref) in technicians
    )
    names, keys = {one.name for one in people}, {one.key for one in people}
    usual = working_hours(tx, span.end) or Calendar(name="usual", zone=zone.key, hours=USUAL_HOURS)
    rules = in_force(tx, REST, span.end)
    lists = lists_of(tx, zone)
    return Known(
        span=span,
        people=people,
        rota=rota_of(tx, who, zone, usual=usual, resting=span),
        worked=tuple(one for one in worked_between(tx, who, span.start - _DAY, span.end) if one.key in keys),
        duties={name: tuple(held for one in lists for held in one.held(name, *span)) for name in sorted(names)},
        night=rules[0].night if rules else NIGHT,
    )


def recorded_s(tx: Tx, first: date, last: date) -> Mapping[Key, int]:
    """Return how much everybody recorded on some days, whether or not it is known when on them."""
    query = select(_E.source_id, _E.technician_ref, func.sum(_E.worked_s)).where(
        _E.gone_at.is_(None), _E.work_date.between(first.isoformat(), last.isoformat()), _E.technician_ref.is_not(None)
    )
    found = Counter[Key]()
    for source_id, ref, total in tx.execute(query.group_by(_E.source_id, _E.technician_ref)):
        found[source_id, ref] = int(total or 0)
    return found


def tickets_of(tx: Tx, worked: Iterable[Worked], scope: Scope | None) -> Mapping[Key, str]:
    """Return what people call the tickets that somebody worked on, as far as a scope lets them through."""
    wanted: dict[int, set[str]] = {}
    for one in worked:
        if one.ticket_ref is not None:
            wanted.setdefault(one.source_id, set()).add(one.ticket_ref)
    found: dict[Key, str] = {}
    seen = () if scope is None else (Sight(tx, scope).require("tickets"),)
    for source_id, refs in wanted.items():
        named = sorted(refs)
        for first in range(0, len(named), _AT_ONCE):
            which = _T.external_id.in_(named[first : first + _AT_ONCE])
            query = select(_T.external_id, _T.number).where(_T.source_id == source_id, which, *seen)
            found |= {(source_id, ref): number or ref for ref, number in tx.execute(query)}
    return found


def teams_of(tx: Tx, desk: ConfiguredDesk) -> Mapping[str, str]:
    """Return the team of each technician that definitions name and put into one."""
    now = desk.clock.now()
    return {name: one.technician.team for name, one in qualified(tx, now).items() if one.technician.team is not None}
