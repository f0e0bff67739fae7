"""Pages that are dashboards: what a feature declares as blocks, with a link behind every number."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Board, Counted, Figure, Offer, Verdict
from servicedesk_core.faces.asked import asked
from servicedesk_core.faces.document import document_of, json_bytes
from servicedesk_core.faces.opens import command_line
from servicedesk_core.faces.shown import Shown
from servicedesk_core.web.console.acting.taking import Taking, taking
from servicedesk_core.web.console.addresses import Addresses, Linked, address_of, link
from servicedesk_core.web.console.drawing import Line, line, shares
from servicedesk_core.web.console.filtering import form_of
from servicedesk_core.web.console.frame import framed, page
from servicedesk_core.web.console.keeping import kept_views
from servicedesk_core.web.console.listing import AS
from servicedesk_core.web.console.values import Cell, Head, Moment, Shower, aligned, columns_in
from servicedesk_core.web.console.visiting import Handler, Visit
from servicedesk_core.wording import counted, on_paper, plain

_TEMPLATE: Final = "servicedesk_core.web.console.pages/board.html"
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
    age: Moment | None = None


def board_page(offer: Offer[..., Any], addresses: Addresses) -> Handler:
    """Return what answers with a dashboard.

    Args:
        offer: The dashboard.
        addresses: Where things are.
    """
    here = address_of(offer)

    async def answer(visit: Visit) -> Response:
        pairs = visit.request.query_params.multi_items()
        filled = [pair for pair in pairs if pair[1].strip()]
        if filled != pairs:
            return RedirectResponse(link(here, filled), 303)
        wanted = [pair for pair in filled if pair[0] != AS]
        board, problem = None, ""
        try:
            places, named = asked(offer, wanted, visit.zone)
            board = await visit.ask(offer, *places, **named)
        except SettingsError as error:
            problem = " ".join(filter(None, (error.message.rstrip(), error.hint)))
        if board is not None and dict(filled).get(AS) == "json":
            return Response(json_bytes(document_of(offer.name, offer.version, board)), media_type="application/json")
        given: dict[str, tuple[str, ...]] = {}
        for name, word in wanted:
            given[name] = (*given.get(name, ()), word)
        title = board.title if board else offer.name
        shower = Shower(addresses.among(visit.may), visit.at, visit.zone, visit.data)
        return page(
            framed(visit, addresses, title),
            _TEMPLATE,
            status=400 if problem else 200,
            form=form_of(offer, here, wanted, problem),
            blocks=tuple(blocks_of(board, shower, visit)) if board else (),
            as_json=link(here, [*wanted, (AS, "json")]),
            twin=command_line(offer, given),
            views=await kept_views(visit, offer, addresses, wanted),
        )

    return answer


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
        block = _block(name, shown, shower.addresses, shower)
        yield _worked(block, shown, shower.addresses, visit) if visit is not None and shown.is_worked else block


def _block(name: str, shown: Shown, addresses: Addresses, shower: Shower) -> Block:
    match shown.kind:
        case "sentence":
            pieces = tuple((one.text, addresses.where(one.opens)) for one in shown.pieces)
            return Block(name, "sentence", shown.title, pieces=pieces, tone=_TONES[shown.is_good])
        case "figures":
            return Block(name, "figures", shown.title, tiles=tuple(_tiles(shown, addresses, shower)), age=shower.age)
        case "counts":
            return _counts(name, shown, addresses, shower)
        case "table":
            return _table(name, shown, addresses, shower)
    return _series(name, shown, addresses)


def _tiles(shown: Shown, addresses: Addresses, shower: Shower) -> Iterator[Tile]:
    for at, one in enumerate(shown.figures):
        course = shown.courses[at] if at < len(shown.courses) else ()
        yield Tile(
            number="-" if one.value is None else plain(one.value),
            unit="" if one.value is None else one.unit,
            title=one.title,
            about=one.about,
            href=addresses.where(shown.opens[at]) if at < len(shown.opens) else None,
            meaning=addresses.record("kpi.explain", one.name, None),
            goal=" · ".join(filter(None, (f"goal {on_paper(one.goal)}" if one.goal else "", _verdict(one, shower)))),
            tone="" if shower.is_stale else {Verdict.MET: "good", Verdict.MISSED: "bad"}.get(one.verdict, ""),
            note=addresses.linked(_note(one, shower)),
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


def _counts(name: str, shown: Shown, addresses: Addresses, shower: Shower) -> Block:
    told = [replace(one, is_bad=one.is_bad and not shower.is_stale) for one in shown.counts]
    linked = [(one, addresses.where(one.opens)) for one in told]
    if not any(one.group for one, _ in linked):
        return Block(name, "counts", shown.title, counts=tuple(linked), age=shower.age)
    columns = tuple(dict.fromkeys(one.label for one, _ in linked))
    groups = []
    for group, members in groupby(linked, key=lambda pair: pair[0].group):
        by = {one.label: (one, href) for one, href in members}
        groups.append((group, tuple(by.get(label) for label in columns)))
    return Block(name, "matrix", shown.title, columns=columns, groups=tuple(groups), age=shower.age)


def _table(name: str, shown: Shown, addresses: Addresses, shower: Shower) -> Block:
    declared = columns_in(shown.rows[0]) if shown.rows else {}
    names = tuple(shown.columns)
    heads = tuple(Head(one, shown.columns[one], declared[one].about if one in declared else "") for one in names)
    rows = tuple(shower.row(row, names, declared) for row in shown.rows)
    opens = shown.opens[0] if shown.opens else None
    heads, rows = aligned(heads, rows)
    empty = addresses.linked(shown.empty or "None.", addresses.offers.get(opens.call) if opens else None)
    return Block(name, "table", shown.title, heads=heads, rows=rows, href=addresses.where(opens), empty=empty)


def _worked(block: Block, shown: Shown, addresses: Addresses, visit: Visit) -> Block:
    """Return a list whose rows are selected on the page, for the acts that take them."""
    listed = next((addresses.offers.get(one.call) for one in shown.opens if one), None)
    taken = taking(visit, addresses.offers, listed) if listed else None
    return replace(block, taking=taken, words=tuple(map(taken.word, shown.rows))) if taken else block


def _series(name: str, shown: Shown, addresses: Addresses) -> Block:
    values = [one.value for one in shown.points]
    known = [(one.label, one.value) for one in shown.points if one.value is not None]
    said = f"{shown.title}: " + (", ".join(f"{label} {plain(value)}" for label, value in known) or "nothing is known")
    bars = tuple(
        Bar(
            one.label,
            Cell("-" if one.value is None else plain(one.value), href=addresses.where(one.opens), is_number=True),
            share,
        )
        for one, share in zip(shown.points, shares(values), strict=True)
    )
    course = line(values, shown.goal) if shown.is_course else None
    return Block(name, "series", shown.title, bars=bars, line=course, said=said)
