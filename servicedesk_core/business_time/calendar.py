"""A calendar of business hours."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from servicedesk_core.business_time.hours import DAY_MIN, Span, single_days, week
from servicedesk_core.business_time.table import (
    SEARCHED_DAYS,
    CalendarHasNoOpenTimeError,
    OpenTable,
    duration_us,
    instant,
    micros,
)
from servicedesk_core.domain.base import Instant, Model

_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


class Calendar(Model):
    """When somebody is there, in the local time of a zone.

    The hours of a day are those of ``special``, else none on a holiday, else those of the week. A night shift
    belongs to the day on which it begins. Everything but :meth:`add_days` counts real time: a night in which
    summer time begins is an hour shorter.
    """

    name: Annotated[str, Field(min_length=1)]
    zone: str = Field(description="IANA name, such as America/New_York.")
    hours: Mapping[str, str] = Field(
        description="Hours by days: mon-fri = 08:00-12:00, 13:00-18:00. 22:00-06:00 goes on into the next day."
    )
    holidays: Mapping[date, str] = Field(default={}, description="Days without hours, with their names.")
    yearly_holidays: Mapping[str, str] = Field(
        default={}, description="Days without hours in every year, as MM-DD, with their names."
    )
    special: Mapping[date, str] = Field(
        default={}, description="Hours of single days, in place of all else; nothing = closed."
    )
    regions: tuple[str, ...] = Field(
        default=(), description="Regions whose tickets it is for, where neither policy, site nor client names another."
    )
    effective_from: Instant | None = Field(
        default=None,
        description="From when on this version counts; time before is counted by the one before it. None = since ever.",
    )

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the open time in ``[start, end)``; none when the end is not after the start."""
        start_us, end_us = micros(start), micros(end)
        if end_us <= start_us:
            return timedelta()
        total = self.table.total
        return timedelta(0, 0, total(end_us) - total(start_us))

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """Return the earliest instant, in UTC, at which so much open time has passed.

        When it is used up exactly at closing time, it is that closing time, not the next opening.

        Args:
            start: From when.
            duration: Open time, not less than none; of none the answer is the start itself.

        Raises:
            ValueError: The duration is negative.
            CalendarHasNoOpenTimeError: For ten years nothing is open.
        """
        start_us, wanted_us = micros(start), duration_us(duration)
        if wanted_us < 0:
            msg = f"business time of {duration} cannot be added; it must not be negative"
            raise ValueError(msg)
        table = self.table
        return instant(table.reached(table.total(start_us) + wanted_us, start_us) if wanted_us else start_us)

    def add_days(self, start: datetime, days: int, *, end_of_day: bool = False) -> datetime:
        """Return the same local time so many working days later, in UTC. A day with any hours is a working day.

        Args:
            start: From when; its own day does not count.
            days: At least one.
            end_of_day: The last closing of that working day instead.

        Raises:
            ValueError: Fewer days than one.
            CalendarHasNoOpenTimeError: For ten years there is no working day.
        """
        if days < 1:
            msg = f"{days} working days cannot be added; say at least 1"
            raise ValueError(msg)
        local = start.astimezone(self._zone)
        day = local.date()
        for _ in range(days):
            day = self._working_day_after(day)
        if not end_of_day:
            return instant(micros(datetime.combine(day, local.time(), self._zone)))
        more_days, minute = divmod(self.hours_of(day)[-1].end_min, DAY_MIN)
        closing = datetime.combine(day + timedelta(days=more_days), time(minute // 60, minute % 60), self._zone)
        return instant(micros(closing))

    def is_open(self, at: datetime) -> bool:
        """Whether an instant lies in open time. Its first instant does, that of closing does not."""
        return self.table.opening(micros(at)) == micros(at)

    def next_open(self, at: datetime) -> datetime:
        """Return the instant itself when it lies in open time, else the next opening, in UTC."""
        return instant(self.table.opening(micros(at)))

    def hours_of(self, day: date) -> tuple[Span, ...]:
        """Return the hours of a day, in order."""
        special = self._special.get(day)
        if special is not None:
            return special
        if day in self.holidays or (self.yearly_holidays and f"{day:%m-%d}" in self.yearly_holidays):
            return ()
        return self._week[day.weekday()]

    def _working_day_after(self, day: date) -> date:
        for ahead in range(1, SEARCHED_DAYS):
            if self.hours_of(day + timedelta(days=ahead)):
                return day + timedelta(days=ahead)
        raise CalendarHasNoOpenTimeError(self.name)

    @cached_property
    def table(self) -> OpenTable:
        """The same as intervals of UTC, for those who count in microseconds."""
        return OpenTable(self.name, self._zone, self.hours_of)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @cached_property
    def _week(self) -> tuple[tuple[Span, ...], ...]:
        return week(self.hours)

    @cached_property
    def _special(self) -> Mapping[date, tuple[Span, ...]]:
        return single_days(self.special)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:  # noqa: ARG002
        """Return a calendar with other values, checked like a new one."""
        return type(self)(**{name: getattr(self, name) for name in type(self).model_fields} | dict(update or {}))

    @field_validator("zone")
    @classmethod
    def _is_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as error:
            msg = f'there is no time zone "{zone}"; write it as Europe/Berlin'
            raise ValueError(msg) from error
        return zone

    @field_validator("hours")
    @classmethod
    def _has_open_time(cls, hours: Mapping[str, str]) -> Mapping[str, str]:
        if not any(week(hours)):
            msg = "no day of the week has open time, so no clock could ever end; give hours to one"
            raise ValueError(msg)
        return hours

    @field_validator("special")
    @classmethod
    def _are_hours(cls, special: Mapping[date, str]) -> Mapping[date, str]:
        single_days(special)
        return special

    @field_validator("yearly_holidays")
    @classmethod
    def _are_days(cls, yearly: Mapping[str, str]) -> Mapping[str, str]:
        wrong = [day for day in yearly if not _MONTH_DAY.fullmatch(day)]
        if wrong:
            msg = f"{', '.join(wrong)}: a day of every year is written as 12-25"
            raise ValueError(msg)
        return yearly
