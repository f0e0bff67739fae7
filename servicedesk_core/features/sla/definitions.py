"""Policies and calendars as people write them: texts in TOML, read and checked as a whole."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.business_time import Calendar, public_holidays
from servicedesk_core.config.problems import key_path, problem_line
from servicedesk_core.config.toml_lines import TomlLines
from servicedesk_core.domain import Model
from servicedesk_core.errors import DefinitionsError
from servicedesk_core.features.sla.policies import PolicySet

Keys = tuple[Any, ...]


class PublicHolidays(Model):
    """Public holidays that a calendar takes over."""

    country: str = Field(description="ISO 3166 code.")
    region: str | None = Field(default=None, description="State or province.")
    first_year: Annotated[int, Field(ge=1970, le=2200)]
    last_year: Annotated[int, Field(ge=1970, le=2200)]
    worked: tuple[date, ...] = Field(default=(), description="Those on which you work.")

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.first_year > self.last_year:
            msg = f"first_year {self.first_year} comes after last_year {self.last_year}"
            raise ValueError(msg)
        return self


class CalendarTable(Calendar):
    """A calendar as it is written, under its name."""

    public_holidays: PublicHolidays | None = None

    def calendar(self) -> Calendar:
        """Return the calendar, with the days themselves.

        Raises:
            ValueError: There is no such country, or you say that you work on a day that is no public holiday.
        """
        values = {name: getattr(self, name) for name in Calendar.model_fields}
        if (wanted := self.public_holidays) is None:
            return Calendar(**values)
        found = dict(
            public_holidays(wanted.country, range(wanted.first_year, wanted.last_year + 1), region=wanted.region)
        )
        if unknown := [str(day) for day in wanted.worked if day not in found]:
            msg = f"{', '.join(unknown)}: no public holiday, so it need not be in worked"
            raise ValueError(msg)
        taken = {day: name for day, name in found.items() if day not in wanted.worked}
        return Calendar(**values | {"holidays": {**taken, **self.holidays}})


class DefinitionsFile(Model):
    """What a file may hold."""

    calendars: Mapping[str, CalendarTable] = Field(default={})
    sla: PolicySet | None = None


@dataclass(frozen=True, slots=True)
class SlaDefinitions:
    """What was read.

    Attributes:
        policies: The policies; ``None`` when no file has any.
        calendars: The calendars.
    """

    policies: PolicySet | None
    calendars: tuple[Calendar, ...]


def read_definitions(files: Mapping[str, str]) -> SlaDefinitions:
    """Read policies and calendars, and check that they fit one another.

    Args:
        files: Texts in TOML by the name of the file, for people: ``[calendars.NAME]``, and ``[sla]`` in one of them.

    Raises:
        DefinitionsError: Everything that is wrong in all files, each with its file and line and what would be right.
    """
    reading = _Reading()
    for file, text in files.items():
        reading.take(file, text)
    reading.check()
    if reading.problems:
        count = "a problem" if len(reading.problems) == 1 else f"{len(reading.problems)} problems"
        raise DefinitionsError(
            f"The definitions have {count}:\n" + "\n".join(f"  {line}" for line in reading.problems),
            hint="Correct them; nothing was taken over.",
        )
    return SlaDefinitions(reading.policies, tuple(reading.calendars.values()))


class _Reading:
    def __init__(self) -> None:
        self.problems: list[str] = []
        self.policies: PolicySet | None = None
        self.calendars: dict[str, Calendar] = {}
        self._places: dict[Keys, str] = {}
        self._headers: set[str] = set()
        self._named: list[tuple[str, TomlLines, Keys, str]] = []
        self._is_whole = True

    def take(self, file: str, text: str) -> None:
        """Take in a file."""
        try:
            tables = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            self.problems.append(f"{file}: no valid TOML: {error}")
            self._is_whole = False
            return
        lines = TomlLines(text)
        calendars = tables.get("calendars")
        self._named += ((file, lines, path, name) for path, name in _named(tables.get("sla"), ("sla",)))
        if isinstance(calendars, dict):
            self._headers |= calendars.keys()
            named = {name: {"name": name, **one} if isinstance(one, dict) else one for name, one in calendars.items()}
            tables = tables | {"calendars": named}
        try:
            found = DefinitionsFile.model_validate(tables)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                self._tell(file, lines, detail["loc"], problem_line(detail, DefinitionsFile))
            return
        for name, table in found.calendars.items():
            path: Keys = ("calendars", name)
            if table.name != name:
                self._tell(
                    file, lines, (*path, "name"), f"{key_path(*path)}: its name stands in the header; leave it out"
                )
            try:
                if self._is_new(file, lines, path):
                    self.calendars[name] = table.calendar()
            except ValueError as problem:
                path = (*path, "public_holidays")
                self._tell(file, lines, path, f"{key_path(*path)}: {problem}")
        if found.sla is not None and self._is_new(file, lines, ("sla",)):
            self.policies = found.sla

    def check(self) -> None:
        """Tell which calendars are missing, unless a file could not be read that may have them."""
        if not self._is_whole:
            return
        for file, lines, path, name in self._named:
            if name not in self._headers:
                told = f'{key_path(*path)}: there is no calendar "{name}".{did_you_mean(name, self._headers)}'
                self._tell(file, lines, path, told)

    def _is_new(self, file: str, lines: TomlLines, path: Keys) -> bool:
        place = f"{file}:{lines.line(path)}"
        if path in self._places:
            self.problems.append(f"{place}: {key_path(*path)}: stands in {self._places[path]} already.")
            return False
        self._places[path] = place
        return True

    def _tell(self, file: str, lines: TomlLines, path: Keys, problem: str) -> None:
        self.problems.append(f"{file}:{lines.line(path)}: {problem}")


def _named(table: object, path: Keys) -> Iterator[tuple[Keys, str]]:
    """Yield every calendar that policies name, and where, whatever else is wrong with them."""
    if isinstance(table, list):
        table = dict(enumerate(table))
    if isinstance(table, dict):
        for key, value in table.items():
            if key == "calendar" and isinstance(value, str):
                yield (*path, key), value
            else:
                yield from _named(value, (*path, key))
