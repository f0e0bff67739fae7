"""Describes the columns of a file nobody has seen: how they are filled, how they vary, which ones hold times."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice, pairwise
from pathlib import Path

from servicedesk_core.connectors.tabular import instants, reading
from servicedesk_core.connectors.tabular.opening import opened
from servicedesk_core.connectors.tabular.sniff import Shape, sniff
from servicedesk_core.domain.tickets import is_plausible

MISSING_MARKERS = ("?", "NULL", "null", "None", "N/A", "n/a", "NA", "#N/A", "NaN", "nan", "-", "(null)", "(blank)")
_TIME_FORMATS = ("iso", "epoch_s", "epoch_ms", "year-first", "day-first", "month-first")
_TESTED_TIMES = 2_000
_MOST = 0.95
_DISTINCT_KEPT = 50_000


@dataclass(slots=True)
class Column:
    """What the sample shows of one column.

    Attributes:
        name: Its name.
        filled: Rows that say something.
        counts: How often each text occurs.
        time_format: How its times are written, or ``None`` when it holds none.
        ambiguous: Whether day and month could be the other way round.
        zoned: Whether its times carry a zone.
    """

    name: str
    filled: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    time_format: str | None = None
    ambiguous: bool = False
    zoned: bool = False

    @property
    def distinct(self) -> int:
        """How many different texts there are."""
        return len(self.counts)


@dataclass(slots=True)
class Profile:
    """What the beginning of a file shows.

    Attributes:
        path: The file.
        shape: How it is written.
        columns: Its columns by name, in their order.
        rows: The rows looked at.
        missing: Markers of missing values that occur.
    """

    path: Path
    shape: Shape
    columns: dict[str, Column]
    rows: list[dict[str, str]]
    missing: tuple[str, ...] = ()


def profile(path: Path, *, limit: int = 20_000) -> Profile:
    """Look at the first rows of a file.

    Args:
        path: The file.
        limit: How many rows are looked at.

    Raises:
        ConnectorError: The file cannot be read.
    """
    shape = sniff(path)
    with opened(path) as stream:
        found = reading.rows(stream, path, shape.mapping(path))
        rows = [row.cells for row in islice(found, limit) if row.problem is None]
    columns = {name: Column(name) for name in shape.names}
    markers: set[str] = set()
    for row in rows:
        for name, cell in row.items():
            column = columns.setdefault(name, Column(name))
            text = cell.strip()
            if text in MISSING_MARKERS:
                markers.add(text)
            elif text:
                column.filled += 1
                if column.distinct < _DISTINCT_KEPT or text in column.counts:
                    column.counts[text] += 1
    for column in columns.values():
        _find_times(column, rows)
    return Profile(path, shape, columns, rows, tuple(one for one in MISSING_MARKERS if one in markers))


def _find_times(column: Column, rows: list[dict[str, str]]) -> None:
    texts = list(islice(column.counts, _TESTED_TIMES))
    if not texts:
        return
    shares = {name: share for name in _TIME_FORMATS if (share := _share(texts, name)) >= _MOST}
    if not shares:
        return
    best = max(shares.values())
    fitting = [name for name in _TIME_FORMATS if shares.get(name) == best]
    column.time_format = fitting[0]
    column.ambiguous = {"day-first", "month-first"} <= set(fitting)
    if column.ambiguous:
        column.time_format = max(("day-first", "month-first"), key=lambda name: _in_order(column.name, rows, name))
    sample = texts[0]
    column.zoned = column.time_format.startswith("epoch") or sample.endswith(("Z", "UTC", "GMT")) or _has_offset(sample)


def _share(texts: list[str], name: str) -> float:
    if name == "iso" and not any("-" in text or "T" in text for text in texts):
        return 0.0  # fromisoformat also takes 20240131, which is more often a number
    if name.startswith("epoch") and not all(text.replace(".", "", 1).isdigit() for text in texts):
        return 0.0
    read = instants.parser((name,), None)
    return sum(1 for text in texts if _plausible(read, text, epoch=name.startswith("epoch"))) / len(texts)


def _plausible(read: instants.Parser, text: str, *, epoch: bool) -> bool:
    try:
        found = read(text)
    except ValueError:
        return False
    return 1990 <= found.year <= 2100 if epoch else is_plausible(found)  # noqa: PLR2004


def _in_order(name: str, rows: list[dict[str, str]], time_format: str) -> int:
    """Count neighbouring rows that are at most a month apart: a wrong reading throws them further."""
    read = instants.parser((time_format,), None)
    times = []
    for row in rows[:_TESTED_TIMES]:
        try:
            times.append(read(row.get(name, "").strip()))
        except ValueError:
            continue
    return sum(1 for one, other in pairwise(times) if abs((other - one).days) <= 31)  # noqa: PLR2004


def _has_offset(text: str) -> bool:
    return (len(text) > 6 and text[-6] in "+-" and text[-3] == ":") or (len(text) > 5 and text[-5] in "+-")  # noqa: PLR2004
