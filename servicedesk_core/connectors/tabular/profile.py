"""Describes the columns of a file nobody has seen: how they are filled, how they vary, which ones hold times."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import Final

from servicedesk_core.connectors.tabular import instants, reading
from servicedesk_core.connectors.tabular.opening import opened
from servicedesk_core.connectors.tabular.patterns import is_named_like_time, names_zone, patterns_of
from servicedesk_core.connectors.tabular.sniff import Shape, sniff
from servicedesk_core.domain.tickets import is_plausible

MISSING_MARKERS = ("?", "NULL", "null", "None", "N/A", "n/a", "NA", "#N/A", "NaN", "nan", "-", "(null)", "(blank)")
_TIME_FORMATS = ("iso", "epoch_s", "epoch_ms", "year-first", "day-first", "month-first")
_ONE_ORDER = frozenset(_TIME_FORMATS[:4])
_TESTED_TIMES = 2_000
_MOST = 0.95
_FEW_TEXTS: Final = 1_000
_CHUNK_ROWS: Final = 5_000


@dataclass(slots=True)
class Column:
    """What a file shows of one column.

    Attributes:
        name: Its name.
        filled: Rows of the sample that say something.
        counts: How often each text occurs in the sample.
        later: Further texts behind the sample, of a column that has few.
        formats: How its times are written; empty when it holds none.
        ambiguous: Whether day and month could be the other way round.
        zoned: Whether its times carry a zone.
    """

    name: str
    filled: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    later: set[str] = field(default_factory=set)
    formats: tuple[str, ...] = ()
    ambiguous: bool = False
    zoned: bool = False

    @property
    def distinct(self) -> int:
        """How many different texts there are in the sample."""
        return len(self.counts)

    @property
    def texts(self) -> list[str]:
        """The different texts: all of a column that has few, otherwise those of the sample."""
        return [*self.counts, *sorted(self.later)]


@dataclass(slots=True)
class Profile:
    """What a file shows: its beginning is looked at as rows, all of it for the texts that occur.

    Attributes:
        path: The file.
        shape: How it is written.
        columns: Its columns by name, in their order.
        rows: The sample: the first usable rows.
        lines: The line of each of them.
        missing: Markers of missing values that occur.
        names_again: Lines that name the columns once more.
        unusable: How many rows cannot be used, by the number of their cells; 0 = not even cut into cells.
    """

    path: Path
    shape: Shape
    columns: dict[str, Column]
    rows: list[dict[str, str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    missing: tuple[str, ...] = ()
    names_again: list[int] = field(default_factory=list)
    unusable: Counter[int] = field(default_factory=Counter)


def profile(path: Path, *, limit: int = 20_000) -> Profile:
    """Read a whole file and describe it.

    Args:
        path: The file.
        limit: How many rows are the sample.

    Raises:
        SettingsError: It is no table.
        ConnectorError: It cannot be read.
    """
    shape = sniff(path)
    found = Profile(path, shape, {name: Column(name) for name in shape.names})
    markers: set[str] = set()
    with opened(path) as stream:
        rows = reading.rows(stream, path, shape.mapping(path), passed_over=found.names_again.append)
        usable = _usable(rows, found)
        sample = list(islice(usable, limit))
        found.rows = [row.cells for row in sample]
        found.lines = [row.line for row in sample]
        _count(found, markers)
        while later := [row.cells for row in islice(usable, _CHUNK_ROWS)]:
            _look_on(found, later, markers)
    for column in found.columns.values():
        _find_times(column, found.rows)
    found.missing = tuple(one for one in MISSING_MARKERS if one in markers)
    return found


def _usable(rows: Iterable[reading.Row], found: Profile) -> Iterator[reading.Row]:
    for row in rows:
        if row.problem is None:
            yield row
        else:
            found.unusable[len(row.cells)] += 1


def _count(found: Profile, markers: set[str]) -> None:
    for name in chain.from_iterable(found.rows):
        if name not in found.columns:
            found.columns[name] = Column(name)
    for name, column in found.columns.items():
        for cell, count in Counter(row.get(name, "") for row in found.rows).items():
            text = cell.strip()
            if text in MISSING_MARKERS:
                markers.add(text)
            elif text:
                column.filled += count
                column.counts[text] += count


def _look_on(found: Profile, rows: list[dict[str, str]], markers: set[str]) -> None:
    """Look behind the sample for texts that do not occur in it, where a column has few."""
    for name in chain.from_iterable(rows):
        if name not in found.columns:
            found.columns[name] = Column(name)
    for name, column in found.columns.items():
        if column.distinct + len(column.later) < _FEW_TEXTS:
            for text in {row.get(name, "").strip() for row in rows} - column.counts.keys() - {""}:
                (markers if text in MISSING_MARKERS else column.later).add(text)


def _find_times(column: Column, rows: Sequence[dict[str, str]]) -> None:
    texts = column.texts[:_TESTED_TIMES]
    if not texts:
        return
    forms: list[tuple[str, ...]] = [(name,) for name in _TIME_FORMATS]
    shares = {form: share for form in forms if (share := _share(texts, form)) >= _MOST}
    if not shares:
        forms = patterns_of(texts, compact=is_named_like_time(column.name))
        shares = {form: share for form in forms if (share := _share(texts, form)) >= _MOST}
    if not shares:
        return
    best = max(shares.values())
    fitting = [form for form in forms if shares.get(form) == best]
    column.formats = fitting[0]
    if orders := [form for form in fitting if form[0] not in _ONE_ORDER]:
        column.ambiguous = len(orders) > 1
        column.formats = max(orders, key=lambda form: _in_order(column.name, rows, form))
    column.zoned = column.formats[0].startswith("epoch") or names_zone(texts[0])


def _share(texts: Sequence[str], form: tuple[str, ...]) -> float:
    if form == ("iso",) and not any("-" in text or "T" in text for text in texts):
        return 0.0  # fromisoformat also takes 20240131, which is more often a number
    is_epoch = form[0].startswith("epoch")
    if is_epoch and not all(text.replace(".", "", 1).isdigit() for text in texts):
        return 0.0
    read = instants.parser(form, None)
    return sum(1 for text in texts if _plausible(read, text, epoch=is_epoch)) / len(texts)


def _plausible(read: instants.Parser, text: str, *, epoch: bool) -> bool:
    try:
        found = read(text)
    except ValueError:
        return False
    return 1990 <= found.year <= 2100 if epoch else is_plausible(found)  # noqa: PLR2004


def _in_order(name: str, rows: Sequence[dict[str, str]], form: tuple[str, ...]) -> int:
    """Count neighbouring rows that are at most a month apart: a wrong reading throws them further."""
    read = instants.parser(form, None)
    times = []
    for row in rows[:_TESTED_TIMES]:
        try:
            times.append(read(row.get(name, "").strip()))
        except ValueError:
            continue
    return sum(1 for one, other in pairwise(times) if abs((other - one).days) <= 31)  # noqa: PLR2004
