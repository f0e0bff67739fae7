"""How many technicians the tickets to come take, and where somebody is missing."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Sort, piece, query
from servicedesk_core.features.forecast import tables
from servicedesk_core.features.forecast.arriving import AHEAD, PAGE, Arrivals
from servicedesk_core.features.forecast.model import Gap, Gaps, Staffed, StaffedDay
from servicedesk_core.features.forecast.rules import DAYS
from servicedesk_core.features.forecast.series import HUNDREDTH, going_on, rounded, series_of
from servicedesk_core.features.forecast.staffing import Basis, OnRota, missing_s
from servicedesk_core.features.forecast.team import team_of
from servicedesk_core.features.tickets import TicketFilter, conditions
from servicedesk_core.store import Tx
from servicedesk_core.wording import hours

_STAFF: Final = "it joins the time of the staff with the tickets of all clients"


class ForecastQueries(Arrivals[Manner]):
    """How many tickets come, and how many technicians that takes."""

    @query(
        "forecast.staffing",
        about="How many technicians the tickets of each day take, beside the rota.",
        needs=Capability.ABSENCES,
        unscoped=_STAFF,
        page=PAGE,
        empty="Too little is known to count technicians: `servicedesk forecast staffing` says what is missing.",
    )
    def staffing(
        self, tx: Tx, *, days: AHEAD = 14, sort: Sort = None, limit: Limit = 100, after: After = None
    ) -> Staffed:
        """Say how many technicians the expected tickets take, and for how long somebody is missing on the rota.

        Somebody is missing where the shifts are too short once what people are usually away is taken off, or, on a day
        on which more leave is known than that, once this is.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            DefinitionsError: What is stored does not fit this program.
        """
        found = series_of(tx, self.desk, None, None, DAYS)
        if isinstance(found, str):
            return Staffed((), None, found)
        team = team_of(tx, self.desk, found.span)
        if team.basis is None:
            return Staffed((), None, team.lacks)
        basis = team.basis
        rows = tuple(_staffed(day, rounded(one.expected), basis, team.on(day)) for day, _, one in found.ahead(days))
        page = Staffed(
            rows,
            None,
            f"{found.why()} {_reckoned(basis)}",
            round(basis.handle_s),
            round(basis.shift_s),
            basis.occupancy,
            rounded(basis.shrinkage, HUNDREDTH),
        )
        return piece(page, StaffedDay, by="day", sort=sort, after=after, limit=limit)

    @query(
        "forecast.gaps",
        about="On which days nobody is there for which queues.",
        needs=Capability.ABSENCES,
        unscoped=_STAFF,
        page=PAGE,
        empty="Nobody is missing, or too little is known to say.",
    )
    def gaps(
        self,
        tx: Tx,
        *,
        days: AHEAD = 14,
        every: Annotated[bool, Help("Also where nobody is missing.", name="all")] = False,
        sort: Sort = None,
        limit: Limit = 200,
        after: After = None,
    ) -> Gaps:
        """List where somebody is missing, by what queues are for: a job says which of them technicians work.

        Whoever works few kinds of queues is put to these first, and whoever works all of them fills what is left.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            DefinitionsError: What is stored does not fit this program.
        """
        span = tables.known(tx, self.desk, None)
        if span.lacks:
            return Gaps((), None, span.lacks)
        team = team_of(tx, self.desk, span)
        if team.basis is None:
            return Gaps((), None, team.lacks)
        zone, now = ZoneInfo(self.desk.timezone), self.desk.clock.now()
        where = conditions(tx, TicketFilter(everything=True))
        rows = tables.came(tx, where, span.first, span.end, zone, by_queue=True)
        expected: dict[date, dict[str, Decimal]] = {}
        for group, own in tables.groups_of(tx, rows, now).items():
            for day, _, one in going_on(self.desk, span, own, DAYS).ahead(days):
                expected.setdefault(day, {})[group] = rounded(one.expected)
        found = [one for day, by_group in expected.items() for one in _gaps(day, by_group, team.basis, team.on(day))]
        is_none = "" if any(one.missing for one in found) else "Nobody is missing. "
        page = Gaps(tuple(one for one in found if every or one.missing), None, is_none + _reckoned(team.basis))
        return piece(page, Gap, by="day,group", sort=sort, after=after, limit=limit)


def _staffed(day: date, tickets: Decimal, basis: Basis, people: list[OnRota]) -> StaffedDay:
    needed_s = basis.needed_s(tickets)
    missing = missing_s({"": needed_s}, [one._replace(groups=None) for one in people], basis.present(people))[""]
    planned_s = sum(one.planned_s for one in people)
    return StaffedDay(
        day=day,
        expected=tickets,
        workload_s=round(basis.workload_s(tickets)),
        needed=basis.technicians(needed_s),
        planned_s=planned_s,
        out_s=planned_s - sum(one.there_s for one in people),
        missing_s=round(missing),
        missing=basis.technicians(missing),
    )


def _gaps(day: date, expected: dict[str, Decimal], basis: Basis, people: list[OnRota]) -> Iterator[Gap]:
    wanted = {group: basis.needed_s(tickets) for group, tickets in expected.items()}
    left = missing_s(wanted, people, basis.present(people))
    for group, tickets in expected.items():
        yield Gap(
            day=day,
            group=group,
            expected=tickets,
            workload_s=round(basis.workload_s(tickets)),
            needed_s=round(wanted[group]),
            missing_s=round(left[group]),
            missing=basis.technicians(left[group]),
        )


def _reckoned(basis: Basis) -> str:
    away, into = (round(100 * one) for one in (basis.shrinkage, basis.occupancy))
    ticket, shift = hours(round(basis.handle_s)), hours(round(basis.shift_s))
    return (
        f"A ticket takes {ticket}, a shift is {shift}, of which {away} % is leave and absence; of the rest {into} % "
        "goes into tickets."
    )
