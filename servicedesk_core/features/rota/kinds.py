"""The kinds of definitions of the rota."""

from collections.abc import Mapping
from datetime import MAXYEAR, date, datetime, time, timedelta, tzinfo
from typing import Annotated, Any, Final, Self

from pydantic import Field, field_validator, model_validator

from servicedesk_core.business_time.hours import single_days
from servicedesk_core.config.values import QuietHours
from servicedesk_core.domain import Model
from servicedesk_core.domain.base import Instant
from servicedesk_core.faces import Capability, DefinitionKind
from servicedesk_core.features.definitions import CALENDARS
from servicedesk_core.features.skills import TECHNICIANS

_Word = Annotated[str, Field(min_length=1)]


class Shift(Model):
    """When some technicians work: the hours of a calendar, single days, or both."""

    name: _Word
    technicians: Annotated[tuple[_Word, ...], Field(min_length=1)] = Field(description="Whose it is.")
    calendar: _Word | None = Field(default=None, description="Name of the calendar whose hours they work.")
    days: Mapping[date, str] = Field(
        default={},
        description="Hours of single days, in place of those of the calendar, in its zone, else in the desk's: "
        '{ 2026-12-24 = "08:00-12:00" }; "" = none.',
    )
    first_day: date | None = Field(
        default=None, description="The first day of the calendar's hours; nothing = since ever."
    )
    last_day: date | None = Field(default=None, description="The last one; nothing = there is none.")
    effective_from: Instant | None = Field(default=None, description="From when on that holds; nothing = since ever.")

    @field_validator("days")
    @classmethod
    def _are_hours(cls, days: Mapping[date, str]) -> Mapping[date, str]:
        single_days(days)
        return days

    @model_validator(mode="after")
    def _has_hours(self) -> Self:
        if self.calendar is None and not self.days:
            msg = "has no hours: name a calendar, or give days their hours"
            raise ValueError(msg)
        if self.first_day and self.last_day and self.first_day > self.last_day:
            msg = "last_day comes before first_day"
            raise ValueError(msg)
        return self


class Leave(Model):
    """Time in which a technician is out: whole days, or from one instant to another."""

    name: _Word
    technician: _Word = Field(description="Who is out.")
    first_day: date | None = Field(default=None, description="The first day.")
    last_day: date | None = Field(default=None, description="The last one; nothing = the first.")
    starts: Instant | None = Field(default=None, description="From when on, in place of days.")
    ends: Instant | None = Field(default=None, description="Until when.")
    reason: str = Field(default="", description="Why; only those hear of it who may see absences, and whoever is out.")

    @model_validator(mode="after")
    def _is_a_time(self) -> Self:
        days, instants = self.first_day is not None, self.starts is not None and self.ends is not None
        if days is instants or (instants and self.last_day) or (days and (self.starts or self.ends)):
            msg = "is from first_day to last_day, or from starts to ends"
            raise ValueError(msg)
        if (self.last_day or date.max) < (self.first_day or date.min):
            msg = "last_day comes before first_day"
            raise ValueError(msg)
        if self.starts is not None and self.ends is not None and self.starts >= self.ends:
            msg = "ends must come after starts"
            raise ValueError(msg)
        end = self.ends or self.last_day or self.first_day
        if end is not None and end.year == MAXYEAR:  # what comes after it has no date
            msg = f"ends in the year {MAXYEAR}; say a nearer day, and a later one when it comes"
            raise ValueError(msg)
        return self

    def between(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """Return from when until when.

        Args:
            zone: Where days begin.
        """
        if self.starts is not None and self.ends is not None:
            return self.starts, self.ends
        first = self.first_day or date.min
        last = self.last_day or first
        return datetime.combine(first, time(), zone), datetime.combine(last + timedelta(days=1), time(), zone)


class Rest(Model):
    """How long somebody rests who worked at night outside of their shifts, as on a call-out."""

    night: QuietHours = Field(default="22:00-06:00", description="Which hours are night, in the desk's zone.")
    hours: Annotated[int, Field(ge=1, le=48)] = Field(
        default=11, description="So many hours they rest, from the end of the last of that work on."
    )
    least_min: Annotated[int, Field(ge=1, le=480)] = Field(
        default=15, description="Less of it in one night, in minutes, needs no rest."
    )
    effective_from: Instant | None = Field(default=None, description="From when on that holds; nothing = since ever.")


SHIFTS: Final = DefinitionKind(
    "shifts", "shift", Shift, names={"technicians": TECHNICIANS.name, "calendar": CALENDARS.name}
)
"""When technicians work: ``[shifts.NAME]``."""

LEAVE: Final = DefinitionKind(
    "leave", "leave", Leave, names={"technician": TECHNICIANS.name}, needs=Capability.ABSENCES
)
"""When they are out: ``[leave.NAME]``."""

REST: Final = DefinitionKind("rest", "rest rule", Rest, many=False)
"""How long somebody rests after work at night: ``[rest]``. Without it nobody does."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (SHIFTS, LEAVE, REST)
