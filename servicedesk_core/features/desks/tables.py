"""What the blocks of a page are made from, read once for all of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from servicedesk_core.capabilities import Capability
from servicedesk_core.faces import Figure, Looking
from servicedesk_core.faces.kpi import number
from servicedesk_core.features.attention import Found, Staff, staff, standings
from servicedesk_core.features.kpi import OpenDesk, Went, kept_up, open_desk, went
from servicedesk_core.features.report import Pass, read_at
from servicedesk_core.features.tickets import TicketFilter, conditions
from servicedesk_core.store.queries.completeness import completeness

DAY: Final = timedelta(days=1)


class Day:
    """The open tickets, and how the figures of a coordinator went in the last day.

    Args:
        looking: Who looks at which page.
    """

    def __init__(self, looking: Looking) -> None:
        self._desk, self._tx, self._scope = looking.desk, looking.tx, looking.scope
        self.zone = ZoneInfo(looking.desk.timezone)
        self.at: datetime = looking.at.astimezone(self.zone)
        self._is_told = all(map(looking.desk.may, (Capability.INTERNAL, Capability.ABSENCES)))

    @cached_property
    def people(self) -> Staff:
        """Who cannot act, for whoever may know it."""
        may = self._desk.may
        return staff(
            self._tx,
            self.at,
            self.zone,
            self._desk.roster,
            scope=self._scope,
            with_internal=may(Capability.INTERNAL),
            with_absences=may(Capability.ABSENCES),
        )

    @cached_property
    def _found(self) -> Sequence[Found]:
        where = conditions(self._tx, TicketFilter(), self._scope)
        internal = self._desk.may(Capability.INTERNAL)
        return list(standings(self._tx, self.at, self.people, where, with_internal=internal))

    @cached_property
    def passed(self) -> Pass:
        """The open tickets by what somebody has to look at."""
        return Pass(self._found, self.people, self.at)

    @cached_property
    def _opened(self) -> OpenDesk:
        known = self._found if self._is_told else None  # figures look at them as everybody is told them
        return open_desk(self._tx, self.at, self.zone, self._scope, known, people=self._people)

    @cached_property
    def _past(self) -> Went:
        midnight = datetime.combine(self.at.date(), time(), self.zone)
        since, current = min(self.at - DAY, midnight), self._opened.tickets
        return went(self._tx, since, self.at, self.zone, self._scope, people=self._people, current=current)

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """The figures of a coordinator, with the minutes of today in which each was not what is wanted."""
        return kept_up(self._tx, self._opened, self._past)

    @property
    def courses(self) -> Mapping[str, Sequence[float | None]]:
        """What each was at the end of each of the last 24 hours."""
        hours = [self.at - DAY + timedelta(hours=hour) for hour in range(1, 25)]
        values = {one.name: [self._past.value(one.name, at) for at in hours] for one in self.figures}
        return {name: [None if one is None else number(one) for one in each] for name, each in values.items()}

    @cached_property
    def read_at(self) -> datetime | None:
        """When tickets were last read; ``None`` = never."""
        return read_at(completeness(self._tx, scope=self._scope))

    @property
    def is_stale(self) -> bool:
        """Whether the data are too old for a verdict."""
        longest = timedelta(minutes=self._desk.settings.morning.max_age_minutes)
        return self.read_at is None or self.at - self.read_at > longest

    @property
    def _people(self) -> Any:
        return self._desk.roster
