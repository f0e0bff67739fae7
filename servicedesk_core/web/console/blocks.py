"""The blocks of a dashboard as a page shows them, with a link behind every number."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from servicedesk_core.faces import Board, Counted, Figure, Verdict
from servicedesk_core.faces.shown import Shown
from servicedesk_core.web.console.acting.taking import Taking, taking
from servicedesk_core.web.console.addresses import Linked
from servicedesk_core.web.console.drawing import Line, line, shares
from servicedesk_core.web.console.values import Cell, Head, Moment, Shower, aligned, columns_in
from servicedesk_core.web.console.visiting import Visit
from servicedesk_core.wording import counted, on_paper, plain

_MANY: Final = 12
_SHORT: Final = 5
"""More bars than this, with labels no longer than that, stand side by side."""

_TONES: Final = {None: "", True: "good", False: "bad"}
_VERDICTS: Final = {
    Verdict.MET: "met",
    Verdict.MISSED: "missed",
    Verdict.NO_GOAL: "",
    Verdict.NO_DATA: "no data",
    Verdict.TOO_FEW: "too few",
    Verdict.UNKNOWN: "unknown",
}


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure on a page.

    Attributes:
        number: What was measured, in words.
        unit: What it counts.
        title: What it is called.
        about: What exactly is measured.
        href: Where the records behind it are.
        meaning: Where it says what it is.
        goal: What is wanted, with its verdict in words.
        tone: ``bad`` or ``good``; empty = neither.
        note: What else is to be known.
        course: How it went.
    """

    number: str
    unit: str
    title: str
    about: str
    href: str | None
    meaning: str | None
    goal: str
    tone: str
    note: Linked
    course: Line | None


@dataclass(frozen=True, slots=True)
class Bar:
    """A number of a series: its label, its cell, and how long its bar is."""

    label: str
    cell: Cell
    share: float


@dataclass(frozen=True, slots=True)
class Block:
    """A block on a page; what its kind needs is filled."""

    id: str
    kind: str
    title: str
    pieces: tuple[tuple[str, str | None], ...] = ()
    tone: str = ""
    tiles: tuple[Tile, ...] = ()
    counts: tuple[tuple[Counted, str | None], ...] = ()
    columns: tuple[str, ...] = ()
    groups: tuple[tuple[str, tuple[tuple[Counted, str | None] | None, ...]], ...] = ()
    heads: tuple[Head, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    href: str | None = None
    empty: Linked = ()
    line: Line | None = None
    said: str = ""
    taking: Taking | None = None
    words: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    is_narrow: bool = False
    age: Moment | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it says only that there is nothing: one line is enough for that."""
        return self.kind in {"table", "counts"} and not self.rows and not self.counts


def blocks_of(board: Board, shower: Shower, visit: Visit | None = None) -> Iterator[Block]:
    """Yield the blocks of a dashboard as a page shows them.

    Args:
        board: The dashboard.
        shower: Says how.
        visit: Who may select rows on it; ``None`` = nobody.
    """
    taken: set[str] = set()
    for shown in board.blocks:
        name = re.sub(r"[^a-z0-9]+", "-", shown.title.casefold()).strip("-") or "block"
        while name in taken:
            name += "-x"
        taken.add(name)
        block = _block(name, shown, shower)
        yield _worked(block, shown, shower, visit) if visit is not None and shown.is_worked else block


def _block(name: str, shown: Shown, shower: Shower) -> Block:
    match shown.kind:
        case "sentence":
            pieces = tuple((one.text, shower.addresses.where(one.opens)) for one in shown.pieces)
            return Block(name, "sentence", shown.title, pieces=pieces, tone=_TONES[shown.is_good])
        case "figures":
            return Block(name, "figures", shown.title, tiles=tuple(_tiles(shown, shower)), age=shower.age)
        case "counts":
            return _counts(name, shown, shower)
        case "table":
            return _table(name, shown, shower)
    return _series(name, shown, shower)


def _tiles(shown: Shown, shower: Shower) -> Iterator[Tile]:
    for at, one in enumerate(shown.figures):
        course = shown.courses[at] if at < len(shown.courses) else ()
        yield Tile(
            number="-" if one.value is None else plain(one.value),
            unit="" if one.value is None else one.unit,
            title=one.title,
            about=one.about,
            href=shower.addresses.where(shown.opens[at]) if at < len(shown.opens) else None,
            meaning=shower.addresses.record("kpi.explain", one.name, None),
            goal=" · ".join(filter(None, (f"goal {on_paper(one.goal)}" if one.goal else "", _verdict(one, shower)))),
            tone="" if shower.is_stale else {Verdict.MET: "good", Verdict.MISSED: "bad"}.get(one.verdict, ""),
            note=shower.addresses.linked(_note(one, shower)),
            course=line(course) if any(value is not None for value in course) else None,
        )


def _verdict(one: Figure, shower: Shower) -> str:
    """Return the verdict in words: of data that are too old there is none."""
    return "unknown" if shower.is_stale and one.goal else _VERDICTS[one.verdict]


def _note(one: Figure, shower: Shower) -> str:
    if one.needs:
        return f"Not known: it takes {one.needs}."
    told = []
    if one.denominator is not None and one.value is not None:
        told.append(f"of {counted(one.sample, 'record')}")
    if left := sum(one.excluded.values()):
        told.append(f"{left:,} left out")
    if one.final_at is not None and one.value is not None:
        told.append(f"provisional until {one.final_at.astimezone(shower.zone):%Y-%m-%d}")
    if one.minutes_outside:
        told.append(f"{plain(round(one.minutes_outside))} min outside the goal today")
    return " · ".join(told)


def _counts(name: str, shown: Shown, shower: Shower) -> Block:
    told = [replace(one, is_bad=one.is_bad and not shower.is_stale) for one in shown.counts]
    linked = [(one, shower.addresses.where(one.opens)) for one in told]
    if not any(one.group for one, _ in linked):
        return Block(name, "counts", shown.title, counts=tuple(linked), age=shower.age)
    columns = tuple(dict.fromkeys(one.label for one, _ in linked))
    groups = []
    for group, members in groupby(linked, key=lambda pair: pair[0].group):
        by = {one.label: (one, href) for one, href in members}
        groups.append((group, tuple(by.get(label) for label in columns)))
    return Block(name, "matrix", shown.title, columns=columns, groups=tuple(groups), age=shower.age)


def _table(name: str, shown: Shown, shower: Shower) -> Block:
    declared = columns_in(shown.rows[0]) if shown.rows else {}
    names = tuple(shown.columns)
    heads = tuple(Head(one, shown.columns[one], declared[one].about if one in declared else "") for one in names)
    rows = tuple(shower.row(row, names, declared) for row in shown.rows)
    opens = shown.opens[0] if shown.opens else None
    heads, rows = aligned(heads, rows)
    empty = shower.addresses.linked(shown.empty or "None.", shower.addresses.offers.get(opens.call) if opens else None)
    return Block(name, "table", shown.title, heads=heads, rows=rows, href=shower.addresses.where(opens), empty=empty)


def _worked(block: Block, shown: Shown, shower: Shower, visit: Visit) -> Block:
    """Return a list whose rows are selected on the page, for the acts that take them."""
    listed = next((shower.addresses.offers.get(one.call) for one in shown.opens if one), None)
    taken = taking(visit, shower.addresses.offers, listed) if listed else None
    return replace(block, taking=taken, words=tuple(map(taken.word, shown.rows))) if taken else block


def _series(name: str, shown: Shown, shower: Shower) -> Block:
    values = [one.value for one in shown.points]
    known = [(one.label, one.value) for one in shown.points if one.value is not None]
    said = f"{shown.title}: " + (", ".join(f"{label} {plain(value)}" for label, value in known) or "nothing is known")
    bars = tuple(
        Bar(
            one.label,
            Cell(
                "-" if one.value is None else plain(one.value), href=shower.addresses.where(one.opens), is_number=True
            ),
            share,
        )
        for one, share in zip(shown.points, shares(values), strict=True)
    )
    course = line(values, shown.goal) if shown.is_course else None
    is_narrow = len(bars) > _MANY and all(len(one.label) <= _SHORT for one in bars)
    return Block(name, "series", shown.title, bars=bars, line=course, said=said, is_narrow=is_narrow)
