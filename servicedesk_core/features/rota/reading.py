"""Rows of a rota as other programs write it: CSV, and the calendars of RFC 5545. Pure."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import MAXYEAR, date, datetime, timedelta, tzinfo
from importlib import import_module
from typing import Any, Final

from servicedesk_core.errors import DefinitionsError, SettingsError

COLUMNS: Final = ("kind", "technician", "starts", "ends", "reason")
_BEGIN = re.compile(r"^BEGIN:VEVENT\s*$", re.IGNORECASE)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Row:
    """What a row says.

    Attributes:
        line: Its line in the file; 0 = it is of none.
        kind: What it is, in the words of whoever reads it.
        who: Words for whom it is about.
        starts: From which day, or when on.
        ends: Until when; of a day the last one.
        reason: Why.
    """

    line: int
    kind: str
    who: tuple[str, ...]
    starts: date
    ends: date
    reason: str = ""


@dataclass(slots=True)
class Rows:
    """What was read, and what is wrong with it, by line."""

    rows: list[Row] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)

    def tell(self, line: int, problem: str) -> None:
        """Note that something is wrong with a row."""
        self.problems.append((line, problem))

    def refuse(self, file: str) -> None:
        """Make sure that nothing is wrong.

        Raises:
            DefinitionsError: Everything that is, each with its line.
        """
        if self.problems:
            told = "\n".join(f"  {file}:{line}: {problem}" for line, problem in sorted(self.problems))
            raise DefinitionsError(f"Nothing of {file} was taken over:\n{told}", hint="Correct that in the file.")


def rows_of(file: str, text: str, kind: str, kinds: Sequence[str], zone: tzinfo) -> Rows:
    """Read a file by the ending of its name.

    Args:
        file: Its name.
        text: What is in it.
        kind: What a row is that does not say it.
        kinds: What rows may be.
        zone: In which zone times are that name none.

    Raises:
        SettingsError: It is neither CSV nor ICS, or the extra ``ics`` is missing.
    """
    if file.lower().endswith(".csv"):
        return _csv(text, kind, kinds, zone)
    if file.lower().endswith((".ics", ".ical")):
        return _ics(text, kind, zone)
    raise SettingsError(f"{file} is neither a .csv nor a .ics.", hint="Export one of these.")


def _csv(text: str, kind: str, kinds: Sequence[str], zone: tzinfo) -> Rows:
    found, lines = Rows(), text.splitlines()
    header = lines[0] if lines else ""
    reader = csv.DictReader(lines, delimiter=";" if ";" in header else ",")
    reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
    if missing := [name for name in ("technician", "starts", "ends") if name not in reader.fieldnames]:
        found.tell(1, f"there is no column {', '.join(missing)}; the first line names columns: {', '.join(COLUMNS)}.")
        return found
    try:
        for row in reader:
            values = {name: (row.get(name) or "").strip() for name in COLUMNS}
            if any(values.values()):
                _take(found, reader.line_num, values | {"kind": values["kind"].lower() or kind}, kinds, zone)
    except csv.Error as error:
        found.tell(reader.line_num + 1, f"is no CSV: {error}")
    return found


def _take(found: Rows, line: int, values: dict[str, str], kinds: Sequence[str], zone: tzinfo) -> None:
    problems = [] if values["kind"] in kinds else [f'"{values["kind"]}" is no kind; write {" or ".join(kinds)}.']
    if not values["technician"]:
        problems.append("names no technician.")
    times: list[date] = []
    for name in ("starts", "ends"):
        word = values[name] or values["starts"]
        try:
            time = _time(word)
        except ValueError:
            problems.append(f'{name} "{word}" is no time; write 2026-12-24, or 2026-12-24 08:00.')
            continue
        if doubt := _doubt(time, zone):
            problems.append(f'{name} "{word}" {doubt}')
        times.append(_placed(time, zone))
    if len(times) == 2 and (wrong := _disorder(*times)):  # noqa: PLR2004  # both were read
        problems.append(wrong)
    for problem in problems:
        found.tell(line, problem)
    if not problems:
        starts, ends = times
        found.rows.append(Row(line, values["kind"], (values["technician"],), starts, ends, values["reason"]))


def _time(word: str) -> date:
    with suppress(ValueError):  # it is a time of a day
        return date.fromisoformat(word)
    return datetime.fromisoformat(word)


def _doubt(at: date, zone: tzinfo) -> str:
    """Return why nobody can tell which instant is meant; empty = it is certain."""
    if not isinstance(at, datetime) or at.tzinfo is not None:
        return ""
    first, second = (at.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return ""
    if (first.utcoffset() or timedelta()) < (second.utcoffset() or timedelta()):
        return "is left out that night, in which clocks go forward."
    one, other = (f"{each:%Y-%m-%d %H:%M}{each.isoformat()[-6:]}" for each in (first, second))
    return f"comes twice that night, in which clocks go back; write {one} or {other}."


def _disorder(starts: date, ends: date) -> str:
    if isinstance(starts, datetime) is not isinstance(ends, datetime):
        return "starts and ends are both days, or both times."
    if isinstance(starts, datetime) and starts >= ends:
        return "ends must come after starts."
    if ends.year == MAXYEAR:
        return f"ends in the year {MAXYEAR}; say a nearer day."
    return "ends, the last day, comes before starts." if starts > ends else ""


def _ics(text: str, kind: str, zone: tzinfo) -> Rows:
    found = Rows()
    try:
        calendars: Any = import_module("icalendar")  # an optional extra
    except ImportError as error:
        hint = "pip install 'servicedesk-core[ics]', or export CSV."
        raise SettingsError("Calendars are read by the extra ics, which is not installed.", hint=hint) from error
    lines = [number for number, line in enumerate(text.splitlines(), 1) if _BEGIN.match(line)]
    try:
        events = calendars.Calendar.from_ical(text.encode()).walk("VEVENT")
    except (ValueError, IndexError, KeyError) as error:
        found.tell(1, f"is no calendar of RFC 5545: {error}")
        return found
    for line, event in zip(lines, events, strict=False):
        if str(event.get("STATUS", "")).upper() != "CANCELLED":
            _event(found, line, event, kind, zone)
    return found


def _event(found: Rows, line: int, event: Any, kind: str, zone: tzinfo) -> None:
    if "RRULE" in event or "RDATE" in event:
        found.tell(line, "is repeated; export single events, or write a shift with a calendar.")
        return
    try:
        starts, ends = event.decoded("DTSTART"), event.decoded("DTEND", None)
        if ends is None:
            ends = starts + event.decoded("DURATION", timedelta() if isinstance(starts, datetime) else _DAY)
        unknown = _unknown_zone(event, "DTSTART", starts) or _unknown_zone(event, "DTEND", ends)
        doubts = [(one, _doubt(one, zone)) for one in (starts, ends)]
        starts, ends = (_placed(one, zone) for one in (starts, ends))
        if not isinstance(starts, datetime):
            ends -= _DAY  # the end of an event of whole days is the day after
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError) as error:
        found.tell(line, f"has no time that can be read: {error}")
        return
    if unknown:
        found.tell(line, f'names the zone "{unknown}", which nobody knows; export it in UTC, or with a zone of IANA.')
        return
    for at, doubt in doubts:
        if doubt:
            found.tell(line, f"{at:%Y-%m-%d %H:%M} {doubt}")
    if wrong := _disorder(starts, ends):
        found.tell(line, wrong)
    if wrong or any(doubt for _, doubt in doubts):
        return
    found.rows.append(Row(line, kind, tuple(_words(event)), starts, ends))


def _unknown_zone(event: Any, name: str, at: Any) -> str | None:
    zone: str | None = event[name].params.get("TZID") if name in event else None
    return zone if isinstance(at, datetime) and at.tzinfo is None else None


def _placed(at: Any, zone: tzinfo) -> Any:
    """Return a time that names no zone in the desk's."""
    return at.replace(tzinfo=zone) if isinstance(at, datetime) and at.tzinfo is None else at


def _words(event: Any) -> Iterator[str]:
    attendees: Any = event.get("ATTENDEE", [])
    for one in attendees if isinstance(attendees, list) else [attendees]:
        yield str(one).removeprefix("mailto:").removeprefix("MAILTO:")
        yield str(one.params.get("CN", ""))
    yield str(event.get("SUMMARY", ""))


def meant(row: Row, names: dict[str, str]) -> str | None:
    """Return the technician whom a row means: the only one it has a word for, else the only one whose name is in it.

    Args:
        row: The row.
        names: Names in definitions by every word for a technician, in small letters.
    """
    words = [word.casefold().strip() for word in row.who if word.strip()]
    exact = {names[word] for word in words if word in names}
    found = exact or {name for word in words for known, name in names.items() if _holds(word, known)}
    return found.pop() if len(found) == 1 else None


def _holds(text: str, word: str) -> bool:
    return not word.isdigit() and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def told(row: Row, names: Iterable[str]) -> str:
    """Return what is wrong with a row that means nobody, or several."""
    words = " / ".join(word for word in row.who if word.strip()) or "nothing"
    return f'"{words}" means no technician, or several; there are: {", ".join(sorted(set(names))) or "none"}.'
