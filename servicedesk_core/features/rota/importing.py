"""A file of definitions made of rows that were imported. Pure."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from difflib import unified_diff
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from servicedesk_core.definitions.key import Key
from servicedesk_core.features.rota.kinds import LEAVE, SHIFTS, Leave, Shift
from servicedesk_core.features.rota.reading import Row, Rows

SHIFT: Final = "shift"
OUT: Final = "leave"
_DAY: Final = timedelta(days=1)
_HUNK: Final = re.compile(r"@@ -(\d+)")


def name_of(path: Path) -> str:
    """Return the part of a definition's name that says where it came from."""
    return re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "file"


def made_of(
    found: Rows, who: Mapping[Row, str], others: Mapping[Key, BaseModel], stem: str, zone: tzinfo
) -> dict[Key, BaseModel]:
    """Return definitions of the rows of shifts and leave. What is wrong is told there.

    Args:
        found: The rows.
        who: Whom each is about.
        others: Definitions that stand in other files: leave that they say is left out.
        stem: From where the rows came, for the names of shifts.
        zone: The desk's.
    """
    made: dict[Key, BaseModel] = {}
    days: dict[str, dict[date, list[tuple[datetime, datetime, int]]]] = {}
    said = {(one.technician, one.between(zone)) for one in others.values() if isinstance(one, Leave)}
    for row, name in who.items():
        if row.kind == OUT:
            leave = _leave(row, name, zone)
            if (name, leave.between(zone)) not in said:
                said.add((name, leave.between(zone)))
                made[_new(LEAVE.name, leave.name, made, others)] = leave
        elif not isinstance(row.starts, datetime) or not isinstance(row.ends, datetime):
            found.tell(row.line, "a shift has times; write 2026-12-24 08:00.")
        elif row.ends - row.starts >= _DAY:
            found.tell(row.line, "lasts a day or longer; write one row for each day.")
        else:
            start, end = row.starts.astimezone(zone), row.ends.astimezone(zone)
            if start.fold or end.fold:
                found.tell(row.line, "begins or ends in the second of two equal hours, which a shift cannot say.")
            days.setdefault(name, {}).setdefault(start.date(), []).append((start, end, row.line))
    for name, each in days.items():
        hours = {day: _hours(found, spans) for day, spans in sorted(each.items())}
        key = Key(SHIFTS.name, f"{name}-{stem}")
        if not found.problems:
            made[key] = Shift(name=key.name, technicians=(name,), days=hours)
    return {key: one.model_copy(update={"name": key.name}) for key, one in made.items()}


def _hours(found: Rows, spans: list[tuple[datetime, datetime, int]]) -> str:
    parts: list[str] = []
    before: tuple[datetime, datetime, int] | None = None
    for start, end, line in sorted(spans):
        if before is not None and start < before[1]:
            found.tell(line, f"overlaps with line {before[2]}.")
        before = (start, end, line)
        until = "24:00" if f"{end:%H:%M}" == "00:00" else f"{end:%H:%M}"
        parts.append(f"{start:%H:%M}-{until}")
    return ", ".join(parts)


def _leave(row: Row, name: str, zone: tzinfo) -> Leave:
    known: dict[str, Any] = {"technician": name, "reason": row.reason}
    first, last = row.starts, row.ends
    if isinstance(first, datetime) and isinstance(last, datetime):
        starts, ends = first.astimezone(zone), last.astimezone(zone)
        if starts.time() != time() or ends.time() != time():
            return Leave(name=f"{name}-{starts.date()}", starts=first, ends=last, **known)
        first, last = starts.date(), ends.date() - _DAY
    return Leave(name=f"{name}-{first}", first_day=first, last_day=None if last == first else last, **known)


def _new(kind: str, name: str, made: Mapping[Key, BaseModel], others: Mapping[Key, BaseModel]) -> Key:
    number, key = 1, Key(kind, name)
    while key in made or key in others:
        number += 1
        key = Key(kind, f"{name}-{number}")
    return key


def difference(file: str, before: str, after: str, hidden: Collection[str]) -> tuple[str, ...]:
    """Return what would change in a file, as lines that begin with + and -.

    Args:
        file: Its name.
        before: What it says.
        after: What it would say.
        hidden: Kinds of which only the names are shown that go, and not what was said.
    """
    lines = unified_diff(before.splitlines(), after.splitlines(), file, file, n=1, lineterm="")
    return tuple(_without(lines, before.splitlines(), tuple(f"[{kind}." for kind in hidden)))


def _without(lines: Iterable[str], before: Sequence[str], hidden: tuple[str, ...]) -> Iterator[str]:
    """Yield a difference without what some tables said. What stays or is new, whoever imports it says themselves."""
    at = 0
    for line in lines:
        if (hunk := _HUNK.match(line)) is not None:
            at = int(hunk[1])
        elif line.startswith(("-", " ")) and at:
            table = next((one for one in reversed(before[:at]) if one.startswith("[")), "")
            is_told = line[1:2] in {"", "["} or line.startswith(" ") or not table.startswith(hidden)
            at += 1
            yield line if is_told else "-…"
            continue
        yield line
