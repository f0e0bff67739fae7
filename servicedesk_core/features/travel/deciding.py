"""The order of a day's visits in which the ways are shortest, from what is booked."""

import shlex
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.features.appointments import Person, rows_between, times_of
from servicedesk_core.features.calendars import busy_between
from servicedesk_core.features.rota import Span, joined
from servicedesk_core.features.travel.model import DayOrder, Ordered
from servicedesk_core.features.travel.rules import Day, Leg, Stop
from servicedesk_core.features.travel.tables import Visit, Ways, visits_in, ways_of
from servicedesk_core.store import Tx, bulk, sources
from servicedesk_core.store.fields import from_us
from servicedesk_core.wording import counted, folded

_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)
_DUE: Final = (
    "SELECT external_id, due_at FROM tickets WHERE source_id = {source} AND due_at IS NOT NULL "
    "AND external_id IN {values}"
)
_NAMED: Final = "its time is fixed"
NOWHERE: Final = "Nobody said where clients are: servicedesk travel import FILE.csv."


@dataclass(frozen=True, slots=True)
class Found:
    """A day's visits in an order.

    Attributes:
        who: Whose day it is.
        order: The visits.
    """

    who: Person
    order: DayOrder


def ordered(tx: Tx, desk: ConfiguredDesk, technician: str, day: date | None, fixed: Collection[str]) -> Found:
    """Return the order in which the ways of a day are shortest.

    Args:
        tx: Any transaction.
        desk: The desk.
        technician: Whose day it is: name, name in the definitions or the vendor's id, "me" = whoever asks.
        day: The day; ``None`` = tomorrow.
        fixed: The vendor's ids of appointments that keep their time.

    Raises:
        NotFoundLocallyError: There is no such technician, or several, or no such appointment on that day.
        DefinitionsError: What is stored does not fit this program.
    """
    now, zone = desk.clock.now(), ZoneInfo(desk.timezone)
    on = day or now.astimezone(zone).date() + _DAY
    span = Span(datetime.combine(on, time(), zone), datetime.combine(on + _DAY, time(), zone))
    times = times_of(tx, desk.roster, zone, span, now)
    names = {one.id: one.name for one in sources.all(tx)}
    who = _meant(times.people, technician, desk.technician, names)
    ways = ways_of(tx, span, now, zone)
    visits = {one.ref: one for one in visits_in(tx, span, ways) if one.source_id == who.key[0]}
    own = {ref: one for ref, one in visits.items() if who.key[1] in one.technicians}
    if unknown := sorted({*fixed} - own.keys()):
        text = f"{who.shown} has no appointment {', '.join(unknown)} on {on}."
        raise NotFoundLocallyError(text, hint="servicedesk appointments list shows them.")
    why = {ref: _NAMED if ref in fixed else _why(one, ways, now) for ref, one in own.items()}
    dues = {
        ref: from_us(at)
        for ref, at in bulk.select_in(tx, _DUE, who.key[0], [t for v in own.values() for t in v.tickets])
    }
    stops = [
        Stop(
            one.ref,
            *one.span,
            one.place,
            is_fixed=bool(why[one.ref]),
            due_at=min((dues[ref] for ref in one.tickets if ref in dues), default=None),
        )
        for one in own.values()
    ]
    taken = {one.span for one in own.values()}  # a calendar may show what is booked, too
    private = joined(one for each in busy_between(tx, *span).get(who.name, ()) if (one := Span(*each)) not in taken)
    kept = [Stop("", *each, None, is_fixed=True) for each in private]
    plan = Day(ways.homes.get(who.name), ways.between, times.rota.works(who.name, *span))
    before, after = plan.as_planned(stops), plan.shortest([*stops, *kept])
    rows = {one.appointment: one for one in rows_between(tx, *span) if one.connection == names[who.key[0]]}
    connection = names[who.key[0]]

    def row(place: int, leg: Leg) -> Ordered:
        shown, moved = rows[leg.stop.ref], leg.begins != leg.stop.start
        return Ordered(
            place=place,
            appointment=leg.stop.ref,
            connection=connection,
            ticket=shown.ticket,
            client=shown.client,
            starts_at=leg.stop.start,
            begins_at=leg.begins,
            way_min=None if leg.way is None else round(leg.way / _MINUTE),
            is_moved=moved,
            why=_move(leg) if moved else why[leg.stop.ref],
        )

    booked, saved = round(before.travel / _MINUTE), round((before.travel - after.travel) / _MINUTE)
    visited = [leg for leg in after.legs if leg.stop.ref]
    items = tuple(row(place, leg) for place, leg in enumerate(visited, 1))
    return Found(who, DayOrder(items, None, who.shown, on, booked, saved, _told(items, ways, booked, saved)))


def _why(one: Visit, ways: Ways, now: datetime) -> str:
    """Return why an appointment keeps its time; empty = it may move."""
    if one.span.start <= now:
        return "has begun"
    if len(one.technicians) > 1:
        return "others go too"
    return "" if one.place is not None else "nobody said where it is" if ways.places else "no way counts"


def _move(leg: Leg) -> str:
    at = leg.begins.isoformat(timespec="minutes")
    return shlex.join(["servicedesk", "appointments", "move", leg.stop.ref, "--start-at", at])


def _told(items: tuple[Ordered, ...], ways: Ways, booked: int, saved: int) -> str:
    if not items:
        return "Nothing is booked that day."
    if not ways.places:
        return NOWHERE
    moved = sum(one.is_moved for one in items)
    if not moved:
        return f"No order is shorter than the booked one: {booked} min on the way."
    words = counted(moved, "visit moves", "visits move")
    return f"{words}: {saved} min less on the way, {booked - saved} in place of {booked}."


def _meant(people: tuple[Person, ...], word: str, own: tuple[str, str] | None, names: dict[int, str]) -> Person:
    """Return whom a word means.

    Raises:
        NotFoundLocallyError: Nobody, or several.
    """
    wanted = folded(word)
    if wanted == "me" and own is not None:
        found = [one for one in people if (names[one.key[0]], one.key[1]) == own]
    else:
        exact = [one for one in people if wanted in {folded(one.name), folded(one.key[1]), folded(one.shown)}]
        found = exact or [one for one in people if folded(one.shown).startswith(wanted)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(sorted(one.shown for one in found or people)[:8])
    text = f'There are several technicians "{word}"' if found else f'There is no technician "{word}"'
    raise NotFoundLocallyError(f"{text}.", hint=f"There are: {known or 'none'}. The vendor's id will do, too.")
