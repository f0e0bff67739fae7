"""What technicians get done, and who of them is on the rota."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.features.appointments import times_of
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.forecast import tables
from servicedesk_core.features.forecast.kinds import STAFFING, Staffing
from servicedesk_core.features.forecast.staffing import Basis, OnRota
from servicedesk_core.features.rota import Rota, Span, rota_of
from servicedesk_core.features.skills import crew, qualified
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.schema import RECORDS

_T, _E = RECORDS["tickets"].c, RECORDS["time_entries"].c
_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)
_HANDLED: Final = timedelta(weeks=8)
_ROSTERED: Final = timedelta(weeks=13)
_AHEAD: Final = timedelta(weeks=4)
_HOUR_S: Final = 3_600
_SAY: Final = "say [staffing]"


@dataclass(frozen=True, slots=True)
class Team:
    """What is reckoned with, and who is on the rota.

    Attributes:
        lacks: Why nothing can be reckoned; empty = it can.
        basis: What is reckoned with.
        rota: Who has a shift when, and who is out.
        names: Whose time counts; where nobody has a shift, everybody's, as the hours of the desk are.
        groups: For which queues somebody's job is, by their name; who is not in it works all of them.
    """

    lacks: str
    basis: Basis | None
    rota: Rota
    names: Sequence[str]
    groups: Mapping[str, frozenset[str]]

    def on(self, day: date) -> list[OnRota]:
        """Return who has a shift on a day, leave or not."""
        start, end = (datetime.combine(one, time(), self.rota.zone).astimezone(UTC) for one in (day, day + _DAY))
        found = []
        for name in self.names:
            planned = sum((one.length for one in self.rota.planned(name, start, end)), timedelta())
            if planned:
                there = self.rota.hours(name, start, end)
                found.append(OnRota(self.groups.get(name), planned // _SECOND, there // _SECOND))
        return found


def team_of(tx: Tx, desk: ConfiguredDesk, span: tables.Span) -> Team:
    """Return what is reckoned with, and who is on the rota.

    Args:
        tx: Any transaction.
        desk: The desk.
        span: The days of which all tickets are known.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    zone, now = ZoneInfo(desk.timezone), desk.clock.now()
    said = next(iter(in_force(tx, STAFFING, now)), Staffing())
    rota = rota_of(tx, crew(tx, desk.roster), zone)
    names: Sequence[str] = rota.technicians
    if not names:  # nobody has a shift: the schedule takes everybody to work the hours of the desk, too
        times = times_of(tx, desk.roster, zone, Span(now, now), now)
        rota, names = times.rota, [one.name for one in times.people]
    groups = {
        name: frozenset(map(str, one.role.queues))
        for name, one in qualified(tx, now).items()
        if one.role is not None and one.role.queues
    }
    midnight = datetime.combine(span.end, time(), zone).astimezone(UTC)
    shift_s, shrinkage = _rostered(rota, names, midnight - _ROSTERED, midnight)
    if shift_s is None:  # the rota was begun a moment ago
        shift_s, shrinkage = _rostered(rota, names, midnight, midnight + _AHEAD)
    handle_s = _handled_s(tx, span, zone) if said.handle_hours is None else said.handle_hours * _HOUR_S
    shift_s = shift_s if said.shift_hours is None else said.shift_hours * _HOUR_S
    shrinkage = shrinkage if said.shrinkage is None else said.shrinkage
    if handle_s is None:
        lacks = f"No time was recorded on the tickets of the last 8 weeks: {_SAY} handle_hours in the definitions."
    elif shift_s is None or shrinkage is None:
        lacks = f"Nobody works for the desk: sync its technicians, or {_SAY} shift_hours and shrinkage."
    elif shrinkage == 1:
        lacks = f"Everybody was away in the last 13 weeks: {_SAY} shrinkage in the definitions."
    else:
        return Team("", Basis(handle_s, shift_s, said.occupancy, shrinkage), rota, names, groups)
    return Team(lacks, None, rota, names, groups)


def _rostered(
    rota: Rota, names: Sequence[str], start: datetime, stop: datetime
) -> tuple[Decimal | None, Decimal | None]:
    """Return how long shifts were in the mean, and how much of them technicians were away; ``None`` = no shift."""
    shifts, planned, there = set(), timedelta(), timedelta()
    for name in names:
        for one in rota.planned(name, start, stop):
            shifts.add((name, one.start.astimezone(rota.zone).date()))
            planned += one.length
        there += rota.hours(name, start, stop)
    if not planned:
        return None, None
    return Decimal(planned // _SECOND) / len(shifts), 1 - Decimal(there // _SECOND) / Decimal(planned // _SECOND)


def _handled_s(tx: Tx, span: tables.Span, zone: ZoneInfo) -> Decimal | None:
    """Return what was recorded on tickets in the last weeks, over the tickets that came; ``None`` = nothing was."""
    first = max(span.first, span.end - _HANDLED)
    start, stop = (datetime.combine(day, time(), zone) for day in (first, span.end))
    on_days = _E.work_date.between(first.isoformat(), span.last.isoformat())
    untold = and_(_E.work_date.is_(None), _E.start_at >= to_us(start), _E.start_at < to_us(stop))
    worked_s = tx.execute(
        select(func.sum(_E.worked_s)).where(_E.gone_at.is_(None), _E.ticket_ref.is_not(None), or_(on_days, untold))
    ).scalar_one()
    tickets = tx.execute(
        select(func.count()).where(_T.gone_at.is_(None), _T.created_at >= to_us(start), _T.created_at < to_us(stop))
    ).scalar_one()
    return Decimal(int(worked_s)) / tickets if worked_s and tickets else None
