"""Months, and periods that are made of them."""

import re
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple, Self

from servicedesk_core.errors import SettingsError
from servicedesk_core.wording import plain

_PERIOD = re.compile(r"(?P<year>\d{4})(-(?P<month>0[1-9]|1[0-2])|-?[Qq](?P<quarter>[1-4]))?")


class Month(NamedTuple):
    """A month of the calendar; as text ``2026-10``."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the month that a text is of."""
        return cls(int(text[:4]), int(text[5:]))

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the month of a day."""
        return cls(day.year, day.month)

    @property
    def days(self) -> tuple[date, date]:
        """Its first and its last day."""
        return self.first, self.next.first - timedelta(days=1)

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def next(self) -> "Month":
        """The month after it."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    def starts(self, zone: tzinfo) -> datetime:
        """Return the instant at which it begins."""
        return midnight(self.first, zone)


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return the instant at which a day begins."""
    return datetime.combine(day, time(), zone)


def months_of(period: str) -> tuple[Month, ...]:
    """Return the months of a period: of a month ``2026-10``, a quarter ``2026-Q4`` or a year ``2026``.

    Raises:
        SettingsError: It is none of these.
    """
    found = _PERIOD.fullmatch(period.strip())
    if found is None or found["year"] in {"0000", "9999"}:
        hint = "Write a month such as 2026-10, a quarter such as 2026-Q4, or a year such as 2026."
        raise SettingsError(f'"{period}" is no period.', hint=hint)
    year = int(found["year"])
    if found["month"]:
        return (Month(year, int(found["month"])),)
    quarter = int(found["quarter"] or 0)
    numbers = range(3 * quarter - 2, 3 * quarter + 1) if quarter else range(1, 13)
    return tuple(Month(year, number) for number in numbers)


def closable(text: str, zone: tzinfo, now: datetime) -> Month:
    """Return the month of a text, which is over.

    Raises:
        SettingsError: That is no month, or it is not over yet.
    """
    months = months_of(text)
    if len(months) > 1:
        raise SettingsError(f"{text} is more than a month.", hint="Months are closed one by one.")
    ends = months[0].next.starts(zone)
    if now < ends:
        raise SettingsError(f"{months[0]} is not over yet.", hint=f"It can be closed from {plain(ends, zone)} on.")
    return months[0]
