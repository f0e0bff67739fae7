"""Technicians who are away, or work at the desk no more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from servicedesk_core.config.people import Colleague
from servicedesk_core.features.definitions import holding
from servicedesk_core.features.rota import LEAVE, Away, is_placed, rota_of, span_of
from servicedesk_core.features.skills import crew
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS

NOBODY: Final[Mapping[str, Colleague]] = {}

LONGEST: Final = timedelta(days=90)
"""Nobody is looked for behind it: who is away longer has to be covered in any case."""

SOON: Final = timedelta(hours=4)
"""Whose time off begins within it is away: vendors let a day off begin with the day's work."""

_SATURDAY: Final = 5

Person = tuple[int, str]
"""Source, and the vendor's id."""


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody who is away.

    Attributes:
        back_at: When they are there again.
        kind: The vendor's word for it.
    """

    back_at: datetime
    kind: str | None


@dataclass(frozen=True, slots=True)
class Staff:
    """Who cannot act.

    Attributes:
        away: Those who are away now.
        left: Those who work here no more.
        zone: Where days begin.
    """

    away: Mapping[Person, Absence]
    left: frozenset[Person]
    zone: tzinfo = UTC


def staff(
    tx: Tx,
    at: datetime,
    zone: tzinfo,
    people: Mapping[str, Colleague] = NOBODY,
    *,
    scope: Scope | None = None,
    with_internal: bool = True,
    with_absences: bool = True,
    known_at: datetime | None = None,
) -> Staff:
    """Return who cannot act at an instant; nobody, to whom the desk does not tell that.

    Away is who has leave by the rota, or time off that the vendor's system approved.

    Args:
        tx: Any transaction.
        at: The instant.
        zone: Where days begin.
        people: The people of the desk: they say whom a name in the rota means.
        scope: What whoever asks is limited to: time off belongs to no client.
        with_internal: Whether they may know what only the staff may, as who works here no more.
        with_absences: Whether they may know who is away.
        known_at: Of the rota only what was applied by then; ``None`` = all.
    """
    if scope is not None or not with_internal:
        return Staff({}, frozenset(), zone)
    t = RECORDS["technicians"].c
    gone = select(t.source_id, t.external_id).where(t.is_active.is_(False) | t.gone_at.is_not(None))
    left = frozenset((source_id, ref) for source_id, ref in tx.execute(gone))
    if not with_absences:
        return Staff({}, left, zone)
    return Staff({**_away(tx, at, zone), **_on_leave(tx, at, zone, people, known_at)}, left, zone)


def _on_leave(
    tx: Tx, at: datetime, zone: tzinfo, people: Mapping[str, Colleague], known_at: datetime | None
) -> dict[Person, Absence]:
    """Return who has leave by the rota, until the first shift after it, where the rota knows their shifts."""
    if not holding(tx, LEAVE, known_at):
        return {}
    who = crew(tx, people)
    rota = rota_of(tx, who, ZoneInfo(getattr(zone, "key", "UTC")), known_at)
    away: dict[Person, Absence] = {}
    for one in rota.out(at, at + SOON):
        back = _chained(one, rota.away)
        after = rota.works(one.technician, back, back + LONGEST) if rota.knows(one.technician) else ()
        absence = Absence(after[0].start if after else back, one.reason or None)
        for person in who.keys(one.technician):
            known = away.get(person)
            away[person] = absence if known is None else max(absence, known, key=lambda each: each.back_at)
    return away


def _chained(one: Away, all_of_them: Sequence[Away]) -> datetime:
    """Return the end of time out with all that follows it without a break."""
    back = one.end
    for other in all_of_them:  # the earliest first
        if other.technician == one.technician and other.start <= back:
            back = max(back, other.end)
    return back


def _away(tx: Tx, at: datetime, zone: tzinfo) -> dict[Person, Absence]:
    today, o = at.astimezone(zone).date(), RECORDS["time_off"].c
    query = select(o.source_id, o.technician_ref, o.day, o.start_at, o.end_at, o.duration_s, o.kind).where(
        is_placed(),
        o.day >= today.isoformat(),
        o.day <= (today + LONGEST).isoformat(),
    )
    off: dict[Person, dict[date, tuple[datetime | None, datetime | None, str | None]]] = {}
    for source_id, ref, text, *when, kind in tx.execute(query):
        day, (start, end) = date.fromisoformat(text), span_of(*when)
        if day == today and ((start is not None and start > at + SOON) or (end is not None and end <= at)):
            continue  # they are there: not away yet, or again
        days = off.setdefault((source_id, ref), {})
        known = days[day][1] if day in days else datetime.min.replace(tzinfo=UTC)
        if known is not None and (end is None or end > known):  # of several in a day the one that ends last
            days[day] = start, end, kind
    return {person: Absence(_back(days, today, zone), days[today][2]) for person, days in off.items() if today in days}


def _back(
    days: Mapping[date, tuple[datetime | None, datetime | None, str | None]], today: date, zone: tzinfo
) -> datetime:
    """Return the end of the last day off in a row; a weekend between two of them is one."""
    last = day = today
    while (day := day + timedelta(days=1)) in days or day.weekday() >= _SATURDAY:
        last = day if day in days else last
    end = days[last][1]
    return end or datetime.combine(last + timedelta(days=1), time(), zone)
