"""First sync, reading again, requests, two in flight, PostgreSQL: all over the same vendor."""

import asyncio
import tempfile
from math import ceil
from pathlib import Path
from statistics import median
from time import process_time
from typing import NamedTuple

from benchmarks.databases import new_database, running_postgres
from benchmarks.floor import first_sync
from benchmarks.ours import desk, sqlite_url, timed_sync
from benchmarks.rows import Row, at_least, at_most, row
from benchmarks.vendor import Vendor, running_vendor

TICKETS = 20_000
FEW = 2_000
"""Instead, where quick is asked for: that figures come, not what they are."""
MANY = 200_000
PAGE = 500
BESIDE_PAGES = 5
"""Requests of a long pass over tickets: one counts, three find the middle, and the first of two ranges ends with a page
that is not full."""


class _Times(NamedTuple):
    wall_s: float
    cpu_s: float


class _Ours(NamedTuple):
    first: _Times
    again: _Times


async def _twice(vendor: Vendor, store: str, tickets: int) -> _Ours:
    async with desk(vendor, store) as opened:
        began = process_time()
        report, first_s = await timed_sync(opened)
        _as_named(report.streams[0].new, tickets)
        between = process_time()
        _, again_s = await timed_sync(opened, mode="full")
        return _Ours(_Times(first_s, between - began), _Times(again_s, process_time() - between))


def _floor(vendor: Vendor, path: Path, tickets: int) -> _Times:
    began = process_time()
    stored, seconds = first_sync(vendor, path)
    _as_named(stored, tickets)
    return _Times(seconds, process_time() - began)


def _as_named(stored: int, tickets: int) -> None:
    if stored != tickets:
        message = f"{stored:,} tickets were stored, not {tickets:,}"
        raise RuntimeError(message)


def against_floor(*, quick: bool) -> list[Row]:
    """First sync into SQLite against the floor, and everything read again."""
    tickets = FEW if quick else TICKETS
    floors: list[_Times] = []
    ours: list[_Ours] = []
    with running_vendor(tickets=tickets) as vendor:
        for number in range(1 if quick else 7):
            with tempfile.TemporaryDirectory() as folder:
                floor = _floor(vendor, Path(folder) / "floor.db", tickets)
                mine = asyncio.run(_twice(vendor, sqlite_url(Path(folder) / "ours.db"), tickets))
            if number or quick:  # the first round fills the vendor's memory
                floors.append(floor)
                ours.append(mine)
    rows = []
    for clock, at in (("wall", 0), ("processor", 1)):
        floor_s = median(times[at] for times in floors)
        first_s = median(times.first[at] for times in ours)
        again_s = median(times.again[at] for times in ours)
        rows += [
            row(
                f"first sync, {clock} time",
                _speed(tickets, first_s),
                _speed(tickets, floor_s),
                at_least(floor_s / first_s, 0.5),
            ),
            row(
                f"read again, {clock} time",
                _speed(tickets, again_s),
                _speed(tickets, first_s),
                at_least(first_s / again_s, 1.5),
            ),
        ]
    return rows


def requests(*, quick: bool) -> list[Row]:
    """Requests of a first sync, and of one with nothing new."""
    many = FEW if quick else TICKETS

    async def count(vendor: Vendor, store: str) -> tuple[int, int, int]:
        async with desk(vendor, store) as opened:
            await opened.sync("psa")
            first = vendor.requests()
            await opened.sync("psa")
            return first, vendor.ticket_requests() - (vendor.requests() - first), vendor.requests() - first

    with running_vendor(tickets=many) as vendor, tempfile.TemporaryDirectory() as folder:
        first, tickets, second = asyncio.run(count(vendor, sqlite_url(Path(folder) / "ours.db")))
    pages = ceil(many / PAGE)
    goal = at_most(tickets, pages + BESIDE_PAGES, "requests")
    thousands = many / 1_000
    # The rest is the zone, the tenant, the lists of values and the quota, whatever the number of tickets.
    return [
        row("requests of the stream of tickets, first sync", f"{tickets} of {first}", f"{pages} pages", goal),
        Row(
            measure="requests per 1,000 tickets, all that is asked for before the first page included",
            ours=f"{first} requests",
            reference=f"{PAGE} tickets a page: {pages / thousands:.0f}",
            figure=f"{first / thousands:.2f}",
        ),
        row("requests when nothing is new", str(second), "1 stream", at_most(second, 1, "requests")),
    ]


def two_in_flight(*, quick: bool) -> list[Row]:
    """A vendor that takes 100 ms a page: our two cursors against one."""
    return [_two_in_flight(FEW if quick else TICKETS, rounds=2 if quick else 4, goal=1.4)]


def two_in_flight_of_many(*, quick: bool) -> list[Row]:
    """The same where what comes before the first page hardly counts."""
    return [_two_in_flight(TICKETS if quick else MANY, rounds=1, goal=1.7, generated=True)]


def _two_in_flight(tickets: int, *, rounds: int, goal: float, generated: bool = False) -> Row:
    one: list[float] = []
    two: list[float] = []
    with running_vendor(tickets=tickets, latency_s=0.1, generated=generated) as vendor:
        for number in range(rounds):
            with tempfile.TemporaryDirectory() as folder:
                _, seconds = first_sync(vendor, Path(folder) / "floor.db")
                mine_s = asyncio.run(_once(vendor, sqlite_url(Path(folder) / "ours.db"), tickets))
            if number or rounds == 1:
                one.append(seconds)
                two.append(mine_s)
    verdict = at_least(median(one) / median(two), goal)
    return row(
        f"{tickets:,} tickets, 100 ms a page: two in flight against one", _s(median(two)), _s(median(one)), verdict
    )


async def _once(vendor: Vendor, store: str, tickets: int) -> float:
    async with desk(vendor, store) as opened:
        report, seconds = await timed_sync(opened)
    _as_named(report.streams[0].new, tickets)
    return seconds


def postgres(*, quick: bool) -> list[Row]:
    """The same first sync into PostgreSQL and into SQLite."""
    tickets = FEW if quick else TICKETS
    lite: list[float] = []
    server: list[float] = []
    with running_vendor(tickets=tickets) as vendor, running_postgres() as url:
        for number in range(2 if quick else 5):
            with tempfile.TemporaryDirectory() as folder:
                first = asyncio.run(_twice(vendor, sqlite_url(Path(folder) / "ours.db"), tickets)).first.wall_s
            second = asyncio.run(_twice(vendor, new_database(url), tickets)).first.wall_s
            if number:
                lite.append(first)
                server.append(second)
    verdict = at_least(median(lite) / median(server), 0.5)
    return [
        row(
            "first sync into PostgreSQL, against SQLite",
            _speed(tickets, median(server)),
            _speed(tickets, median(lite)),
            verdict,
        )
    ]


def _speed(tickets: int, seconds: float) -> str:
    return f"{tickets / seconds:,.0f}/s"


def _s(seconds: float) -> str:
    return f"{seconds:.2f} s"
