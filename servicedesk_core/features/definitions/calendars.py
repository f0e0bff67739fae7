"""Calendars as people write them."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from servicedesk_core.business_time import Calendar, public_holidays
from servicedesk_core.domain import Model
from servicedesk_core.faces.definition import DefinitionKind


class PublicHolidays(Model):
    """Public holidays that a calendar takes over."""

    country: str = Field(description="ISO 3166 code.")
    region: str | None = Field(default=None, description="State or province.")
    first_year: Annotated[int, Field(ge=1970, le=2200)] = Field(description="The first year of them.")
    last_year: Annotated[int, Field(ge=1970, le=2200)] = Field(description="The last one.")
    worked: tuple[date, ...] = Field(default=(), description="Those on which you work.")

    @cached_property
    def days(self) -> Mapping[date, str]:
        """The days without hours, with their names."""
        return {day: name for day, name in self._all.items() if day not in self.worked}

    @cached_property
    def _all(self) -> Mapping[date, str]:
        return public_holidays(self.country, range(self.first_year, self.last_year + 1), region=self.region)

    @model_validator(mode="after")
    def _are_known(self) -> Self:
        if self.first_year > self.last_year:
            msg = f"first_year {self.first_year} comes after last_year {self.last_year}"
            raise ValueError(msg)
        if unknown := [str(day) for day in self.worked if day not in self._all]:
            msg = f"{', '.join(unknown)}: no public holiday, so it need not be in worked"
            raise ValueError(msg)
        return self


class CalendarTable(Calendar):
    """A calendar as it is written."""

    public_holidays: PublicHolidays | None = Field(
        default=None, description="Days without hours that it takes over; what is kept are the days themselves."
    )

    def calendar(self) -> Calendar:
        """Return the calendar, with the days themselves."""
        taken = self.public_holidays.days if self.public_holidays is not None else {}
        values = {name: getattr(self, name) for name in Calendar.model_fields}
        return Calendar(**values | {"holidays": {**taken, **self.holidays}})


CALENDARS: Final = DefinitionKind(
    "calendars", "calendar", Calendar, written=CalendarTable, keeps=CalendarTable.calendar
)
"""When somebody is there: ``[calendars.NAME]``."""
