"""Every number of every page is the length of the list that it leads to, for all dashboards of all features."""

import asyncio
import re
import shlex
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson
import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.faces import Board, Opens, Query
from servicedesk_core.faces.asked import asked
from servicedesk_core.faces.column import columns_of
from servicedesk_core.faces.opens import command_line
from servicedesk_core.faces.shown import Shown
from servicedesk_core.features import FEATURES, own
from tests.golden import demo_desk, hostile_desk
from tests.golden.fixing import fixed_folder, fixed_world
from tests.golden.running import run

OFFERS = {offer.name: offer for name in FEATURES for offer in own(name).offers(acts=False).values()}
PAGES = sorted(name for name, offer in OFFERS.items() if offer.result is Board)
PLACE = "desk/servicedesk.toml"
MOST = 500
"""Rows of a page."""

FILTERS: tuple[Mapping[str, Any], ...] = (
    {},
    {"priority": ("P1", "P3")},
    {"queue": (":queue",), "priority": ("P1", "P2", "P3", "")},
    {"company": (":company", ""), "kind": ("incident", "")},
)

CASES = [(name, wanted) for name in PAGES for wanted in FILTERS if not wanted or OFFERS[name].filters]
"""Each page, as a whole and with what it can be narrowed by."""


@pytest.fixture(scope="module")
def hostile(empty_store: Path) -> Iterator[None]:
    with fixed_world(), fixed_folder() as folder:
        (folder / "desk").mkdir()
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder / "desk")
            hostile_desk.make(folder / "desk", empty_store)
        yield


@pytest.fixture(scope="module")
def demo() -> Iterator[None]:
    with fixed_world(), fixed_folder() as folder, pytest.MonkeyPatch.context() as patch:
        assert not demo_desk.make(folder / "desk").code
        patch.setenv("SERVICEDESK_CONFIG", "desk/servicedesk.toml")
        yield


@pytest.fixture
async def desk() -> AsyncIterator[ServiceDesk]:
    """The desk in whose folder the test is."""
    async with ServiceDesk.open(PLACE, read_only=True) as opened:
        yield opened


async def listed(desk: ServiceDesk, opens: Opens) -> list[Any]:
    """Follow a link to all pages of its list."""
    offer = OFFERS[opens.call]
    places, named = asked(
        offer, [(name, word) for name, words in opens.given.items() for word in words], ZoneInfo(desk.timezone)
    )
    rows, after = [], None
    while True:
        found = await desk.call(offer, *places, **named | {"limit": MOST, "after": after})
        rows += found.items
        if (after := found.next) is None:
            return rows


async def chosen(desk: ServiceDesk, page: Query[..., Board], wanted: Mapping[str, Any]) -> Any:
    """Return filters of a page, with words of the desk in the place of those that begin with a colon."""
    kind = page.filters.get("chosen")
    if kind is None:
        return None
    tickets = (await desk.tickets.list(limit=500)).items
    words = {
        ":queue": next((one.queue for one in tickets if one.queue), "none"),
        ":company": next((one.company for one in tickets if one.company), "none"),
    }
    known = {one.name for one in fields(kind)}
    meant = {
        name: each if isinstance(each, str) else tuple(words.get(one, one) for one in each)
        for name, each in wanted.items()
    }
    return kind(**{name: each for name, each in meant.items() if name in known})


class Lead(NamedTuple):
    """A number of a page with where it leads."""

    label: str
    number: float
    opens: Opens
    currency: str | None = None
    """Of an amount: it is the sum over its list."""

    def wrong(self, rows: list[Any]) -> tuple[float, float, Opens] | None:
        """Return number and list where they differ."""
        if self.currency is None:
            found = len([row for row in rows if self.counts(getattr(row, "excluded", ""))])
            return None if found == self.number else (self.number, found, self.opens)
        amounts = [getattr(row, "amount", None) or getattr(row, "value", None) or 0 for row in rows if self.is_in(row)]
        total = float(sum(amounts))
        return None if total == pytest.approx(self.number, abs=0.01) else (self.number, total, self.opens)

    def counts(self, excluded: Any) -> bool:
        """Return whether a row is one that the number counts: the list shows what was left out too."""
        return self.opens.call != "kpi.records" or not excluded

    def is_in(self, row: Any) -> bool:
        return row.currency in {None, self.currency}


AMOUNTS = {"billing.stages", "parts.stock"}
"""Lists of rows that stand for several records each."""


def in_rows(block: Shown) -> Iterator[Lead]:
    """Yield the numbers of a table with where they lead."""
    for row in block.rows:
        for name, column in columns_of(type(row)).items():
            opens, number = Opens.behind(column, row), getattr(row, name)
            if opens is not None and isinstance(number, int):
                yield Lead(f"{block.title}: {name}", number, opens)


def leads(board: Board) -> Iterator[Lead]:
    """Yield the numbers of a page with where they lead."""
    for block in board.blocks:
        for piece in block.pieces:
            if piece.opens is not None and (number := re.search(r"\d[\d,]*", piece.text)):
                yield Lead(f"{block.title}: {piece.text}", int(number[0].replace(",", "")), piece.opens)
        for count in block.counts:
            if count.opens is not None:
                yield Lead(f"{block.title}: {count.group} {count.label}", count.count, count.opens)
        for point in block.points:
            if point.opens is not None:
                currency = re.search(r"\(([A-Z]{3})\)", point.label)
                unit = None if point.opens.call not in AMOUNTS else currency[1] if currency else ""
                yield Lead(f"{block.title}: {point.label}", point.value or 0, point.opens, unit)
        yield from in_rows(block)
        if block.kind == "figures":
            for figure, opens in zip(block.figures, block.opens, strict=True) if block.opens else ():
                label = f"{block.title}: {figure.title}"
                if opens is not None and opens.call in AMOUNTS:
                    yield Lead(label, figure.value or 0, opens, figure.unit[:3])
                elif opens is not None and (figure.sample or opens.call == "kpi.records"):  # else it is no count
                    yield Lead(label, figure.sample, opens)


async def check(desk: ServiceDesk, name: str, wanted: Mapping[str, Any]) -> Board:
    page = OFFERS[name]
    filters = await chosen(desk, page, wanted)
    board: Board = await desk.call(page, *(() if filters is None else (filters,)))
    wrong = [(one.label, found) for one in leads(board) if (found := one.wrong(await listed(desk, one.opens)))]
    assert not wrong
    for block in board.blocks:
        if block.kind == "table" and block.opens[0] is not None:
            assert list(block.rows) == (await listed(desk, block.opens[0]))[: len(block.rows)], block.title
    return board


@pytest.mark.parametrize(
    ("name", "wanted"),
    [pytest.param(*case, marks=[pytest.mark.slow] if case[1] else []) for case in CASES],
    ids=str,
)
async def test_a_number_is_the_length_of_its_list(
    hostile: None, desk: ServiceDesk, name: str, wanted: Mapping[str, Any]
) -> None:
    await check(desk, name, wanted)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "wanted"), CASES, ids=str)
async def test_so_it_is_on_a_filled_desk(demo: None, desk: ServiceDesk, name: str, wanted: Mapping[str, Any]) -> None:
    await check(desk, name, wanted)


@pytest.mark.slow
async def test_the_page_of_parts_is_about_one_source_where_that_is_asked(demo: None, desk: ServiceDesk) -> None:
    for source in sorted({row.connection for row in (await desk.parts.stock(limit=MOST)).items} | {"books"}):
        board = await check(desk, "desks.parts", {"connection": source})
        assert [block.figures for block in board.blocks if block.kind == "figures"] == [()], "they are of the whole"
        rows = [row for block in board.blocks for row in block.rows if hasattr(row, "state")]
        assert {row.connection for row in rows} <= {source}


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_a_command_lists_as_many(demo: None, name: str) -> None:
    async def shown() -> Board:
        async with ServiceDesk.open(PLACE, read_only=True) as desk:
            found: Board = await desk.call(OFFERS[name])
            return found

    board = asyncio.run(shown())
    for lead in leads(board):
        if lead.currency is not None or lead.number > MOST:
            continue
        line = shlex.split(command_line(OFFERS[lead.opens.call], lead.opens.given))[1:]
        ran = run(*line, "--limit", str(MOST), "--json")
        assert not ran.code, (lead.label, ran.err)
        rows = orjson.loads(ran.out)["data"]["items"]
        assert len([row for row in rows if lead.counts(row.get("excluded"))]) == lead.number, lead.label
