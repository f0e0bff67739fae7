"""The rota of a desk: what was applied, and the time off that the PSA approved."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from sqlalchemy import ColumnElement, and_, or_, select

from servicedesk_core.business_time import Calendar
from servicedesk_core.business_time.hours import Span as Minutes
from servicedesk_core.business_time.hours import single_days
from servicedesk_core.config.people import Colleague
from servicedesk_core.domain.work import TimeOffState
from servicedesk_core.features.definitions import CALENDARS, Holding, holding, in_force
from servicedesk_core.features.rota.kinds import LEAVE, REST, SHIFTS, Leave, Shift
from servicedesk_core.features.rota.rules import Away, Planned, Rota, Span, Worked
from servicedesk_core.features.skills import Crew, crew
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import from_us, optional_instant, to_us
from servicedesk_core.store.schema import RECORDS

M = TypeVar("M", bound=BaseModel)

HALF_DAY_S: Final = 4 * 3_600
_NIGHT: Final = timedelta(days=1)

Calendars = dict[str, list[Holding[Calendar]]]


def rota_of(
    tx: Tx,
    who: Crew,
    zone: ZoneInfo,
    known_at: datetime | None = None,
    *,
    usual: Calendar | None = None,
    resting: Span | None = None,
) -> Rota:
    """Return the rota of the desk. Time off that the PSA approved counts as leave does.

    Args:
        tx: Any transaction.
        who: Who is meant by the names of technicians.
        zone: The desk's.
        known_at: Only what was applied by then; ``None`` = all.
        usual: Whose hours whoever has no shift works; ``None`` = nobody knows when they do.
        resting: The time in which it matters who rests after work at night; ``None`` = in none.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    calendars: Calendars = {}
    for one in holding(tx, CALENDARS, known_at):
        calendars.setdefault(one.name, []).append(one)
    planned = [
        planned_of(one.value, calendars, zone, one.since, until)
        for one, until in _lasting(holding(tx, SHIFTS, known_at))
        if one.value is not None
    ]
    else_ = None if usual is None else Planned(usual.name, frozenset(), usual.hours_of, ZoneInfo(usual.zone))
    away = (*_leave(tx, zone, known_at), *time_off(tx, who, zone))
    rota = Rota(planned, away, zone, else_)
    rules = () if resting is None else in_force(tx, REST, resting.end)
    if resting is None or not rules:
        return rota
    from servicedesk_core.features.rota.resting import rests  # noqa: PLC0415  # most commands ask for nobody's rest

    since = resting.start - timedelta(hours=rules[0].hours) - _NIGHT
    return Rota(planned, away, zone, else_, rests(rota, worked_between(tx, who, since, resting.end), rules[0]))


def worked_between(tx: Tx, who: Crew, start: datetime, end: datetime) -> Iterator[Worked]:
    """Yield the recorded time of technicians whom definitions name, of which it is known when it was.

    Args:
        tx: Any transaction.
        who: Who is meant by the names of technicians.
        start: It begins at or after.
        end: It begins before.
    """
    e = RECORDS["time_entries"].c
    first, last = ((at + days).date().isoformat() for at, days in ((start, -_NIGHT), (end, _NIGHT)))
    query = select(e.source_id, e.technician_ref, e.ticket_ref, e.start_at, e.end_at, e.worked_s).where(
        e.gone_at.is_(None),
        e.technician_ref.is_not(None),
        or_(e.work_date.is_(None), e.work_date.between(first, last)),
        e.start_at >= to_us(start),
        e.start_at < to_us(end),
    )
    for source_id, ref, ticket_ref, start_at, end_at, worked_s in tx.execute(query):
        name, began = who.names.get((source_id, ref)), from_us(start_at)
        ended = optional_instant(end_at) or (began + timedelta(seconds=worked_s) if worked_s else began)
        if name is not None and began < ended:
            yield Worked(name, Span(began, ended), source_id, ticket_ref, ref)


def planned_of(
    shift: Shift, calendars: Calendars, zone: ZoneInfo, since: datetime | None = None, until: datetime | None = None
) -> Planned:
    """Return a shift that can be asked about.

    Args:
        shift: As it is written.
        calendars: The versions of all calendars.
        zone: The desk's.
        since: From when on it holds.
        until: Until when.
    """
    versions = [one for one in calendars.get(shift.calendar or "", ()) if one.value is not None]
    zones = [one.value.zone for one in versions if one.value is not None]
    own = single_days(shift.days)
    where = ZoneInfo(zones[-1]) if zones else zone
    first, last = shift.first_day or date.min, shift.last_day or date.max
    of_calendar = _hours_of(versions, where)

    def hours_of(day: date) -> tuple[Minutes, ...]:
        return own[day] if day in own else of_calendar(day) if first <= day <= last else ()

    return Planned(shift.name, frozenset(shift.technicians), hours_of, where, since, until)


def _hours_of(versions: list[Holding[Calendar]], zone: ZoneInfo) -> Callable[[date], tuple[Minutes, ...]]:
    """Return the hours of days by the version of a calendar that holds at the beginning of each."""
    single = versions[0].value if len(versions) == 1 else None
    if single is not None:
        return single.hours_of

    def hours_of(day: date) -> tuple[Minutes, ...]:
        at = datetime.combine(day, time(), zone)
        held = next((one.value for one in reversed(versions) if one.since is None or one.since <= at), None)
        held = held or next((one.value for one in versions), None)
        return () if held is None else held.hours_of(day)

    return hours_of


def _lasting(held: Iterable[Holding[M]]) -> Iterator[tuple[Holding[M], datetime | None]]:
    """Yield versions with until when each holds; ``None`` = for ever."""
    by_name: dict[str, list[Holding[M]]] = {}
    for one in held:
        by_name.setdefault(one.name, []).append(one)
    for versions in by_name.values():
        yield from ((one, after.since) for one, after in pairwise(versions))
        yield versions[-1], None


def _leave(tx: Tx, zone: ZoneInfo, known_at: datetime | None) -> Iterator[Away]:
    """Yield leave as it is known last. What was removed when it was over was taken; what was removed before was not."""
    last: dict[str, Leave] = {}
    for one in holding(tx, LEAVE, known_at):
        if one.value is not None:
            last[one.name] = one.value
        elif one.name in last and one.since is not None and last[one.name].between(zone)[1] > one.since:
            del last[one.name]
    for leave in last.values():
        yield Away(leave.technician, *leave.between(zone), leave.reason)


def is_placed() -> ColumnElement[bool]:
    """Return that somebody's time off was approved and says when, of a query over it.

    Where it says only how long, half a day or more stands for the day. Who has asked for an hour is there, and nobody
    knows when they are not.
    """
    o = RECORDS["time_off"].c
    says_when = or_(o.start_at.is_not(None), o.end_at.is_not(None), o.duration_s.is_(None), o.duration_s >= HALF_DAY_S)
    is_approved = o.state == TimeOffState.APPROVED.value
    return and_(o.gone_at.is_(None), is_approved, o.technician_ref.is_not(None), o.day.is_not(None), says_when)


def span_of(
    start_at: int | None, end_at: int | None, duration_s: int | None
) -> tuple[datetime | None, datetime | None]:
    """Return when time off begins and ends, as it is stored; of one that is missing, by how long it lasts."""
    start, end = optional_instant(start_at), optional_instant(end_at)
    if duration_s is None or (start is None) is (end is None):
        return start, end
    lasts = timedelta(seconds=duration_s)
    return start or (end and end - lasts), end or (start and start + lasts)


def time_off(tx: Tx, who: Crew, zone: ZoneInfo) -> Iterator[Away]:
    """Yield the time off that the PSA approved, of technicians that definitions name."""
    o = RECORDS["time_off"].c
    query = select(o.source_id, o.technician_ref, o.day, o.start_at, o.end_at, o.duration_s, o.kind)
    for source_id, ref, day, start_at, end_at, duration_s, kind in tx.execute(query.where(is_placed())):
        name = who.names.get((source_id, ref))
        if name is None:
            continue
        on = date.fromisoformat(day) if isinstance(day, str) else day
        start, end = span_of(start_at, end_at, duration_s)
        start = start or datetime.combine(on, time(), zone)
        end = end or datetime.combine(on + timedelta(days=1), time(), zone)
        if start < end:
            yield Away(name, start, end, kind or "")


def hours_left(
    tx: Tx, people: Mapping[str, Colleague], at: datetime, zone: ZoneInfo
) -> Callable[[int, str | None], int | None]:
    """Return what tells the seconds that are left of a technician's shifts of a day; ``None`` = nobody knows them.

    Args:
        tx: Any transaction.
        people: The people of the desk.
        at: The instant.
        zone: The desk's.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    who = crew(tx, people)
    rota = rota_of(tx, who, zone, resting=Span(at, at))

    def left_s(source_id: int, ref: str | None) -> int | None:
        name = who.names.get((source_id, ref or ""))
        return None if name is None or not rota.knows(name) else rota.left(name, at) // timedelta(seconds=1)

    return left_s
