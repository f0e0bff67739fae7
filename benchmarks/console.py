"""The console over HTTP on loopback, against a page with nothing on it that is served in the same way.

A page is cold when nobody asked for it before, else it was remembered. Goals are about the processor time that the
server takes, which is the time of whoever waits on a quiet machine; what they waited on this one stands beside it.
"""

import asyncio
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, sleep, time_ns
from typing import Any, Final, Self
from urllib.parse import quote, urlsplit

from benchmarks.clock_store import SLA
from benchmarks.console_paint import painted
from benchmarks.console_server import CELLS, SCOPED, WHOLE, settings
from benchmarks.real_desk import CLIENTS, NOW, QUEUES, RealDesk
from benchmarks.rows import Row, at_most, row
from benchmarks.service import TECHNICIANS
from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Priority, StatusCategory, Ticket
from servicedesk_core.features.desks.queries import Desks
from servicedesk_core.features.tickets.queries import TicketQueries
from servicedesk_core.store import Store, Tx, audit, records, sources
from servicedesk_core.store.records import Incoming
from servicedesk_core.testing import FakeClock

LARGE: Final = RealDesk(tickets=1_000_000, still_open=100_000, entries=1)
USUAL: Final = RealDesk(tickets=300_000, still_open=1_000, entries=1)
SMALL: Final = RealDesk(tickets=10_000, still_open=1_000, entries=1)
BOARD: Final = "/desks/service"
LIST: Final = "/lists/tickets/list"
_TIMES: Final = 40
_CONFIGURED: Final = """
[desk]
name = "Measured desk"
store = "sqlite:///{store}"
[connections.psa]
connector = "tabular"
[console]
listen = "127.0.0.1:0"
"""
_WAIT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Took:
    """An answer.

    Attributes:
        busy_s: Processor time of the server.
        first_s: Until the first byte.
        whole_s: Until the last one.
        body: What came.
    """

    busy_s: float
    first_s: float
    whole_s: float
    body: bytes


@dataclass(frozen=True, slots=True)
class Served:
    """A console that runs.

    Attributes:
        process: Its process.
        host: Where it listens.
        port: See there.
        cookies: The sign-ins of people.
    """

    process: subprocess.Popen[str]
    host: str
    port: int
    cookies: dict[str, str]

    @classmethod
    def at(cls, process: subprocess.Popen[str], url: str, cookies: dict[str, str]) -> Self:
        """Return the console that a process has told the address of."""
        where = urlsplit(url)
        return cls(process, str(where.hostname), where.port or 0, cookies)

    def get(self, path: str, person: str = WHOLE) -> Took:
        """Return the answer to somebody."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=600)
        cookie = {"Cookie": f"__Host-servicedesk={self.cookies[person]}"}
        busy_s, began = self.busy_s(), perf_counter()
        connection.request("GET", path, headers=cookie)
        answer = connection.getresponse()
        body = answer.read(1)
        first = perf_counter() - began
        body += answer.read()
        took = perf_counter() - began
        connection.close()
        if answer.status not in {200, 303, 404}:
            message = f"{path} was answered with {answer.status}"
            raise RuntimeError(message)
        return Took(self.busy_s() - busy_s, first, took, body)

    def all(self, paths: Sequence[str], person: str = WHOLE) -> list[Took]:
        """Return the answers to somebody."""
        return [self.get(path, person) for path in paths]

    def busy_s(self) -> float:
        """Return the processor time that all of its threads took so far."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(one.read_text(encoding="ascii").split()[0]) for one in threads) / 1e9

    def memory_mb(self, of: str = "VmRSS") -> float:
        """Return what it has in memory, or had at most since :meth:`forget_peak`: ``VmHWM``."""
        told = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        found = re.search(rf"{of}:\s+(\d+) kB", told)
        assert found is not None
        return int(found[1]) / 1024

    def forget_peak(self) -> None:
        """Let the peak begin with what it has now."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5", encoding="ascii")


def console(*, quick: bool) -> list[Row]:
    """Pages of a large desk and of a usual one."""
    rows = []
    for desk in [SMALL] if quick else [USUAL, LARGE]:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(prepare(Path(folder), desk))
            rows += measured(Path(folder), desk)
    return rows


async def prepare(folder: Path, desk: RealDesk) -> None:
    """Make the store of a desk with policies that hold and clocks that were judged."""
    service = folder / "service"
    service.mkdir()
    (service / "sla.toml").write_text(SLA)
    own = settings(folder) | {"people": {}}
    async with ServiceDesk(own, clock=FakeClock(NOW)) as opened:
        await asyncio.to_thread(desk.fill, opened.store)
        await opened.definitions.apply(reason="measured", folder=service)
        await opened.sla.evaluate()
        still = await opened.tickets.count()
    if still != desk.still_open:
        message = f"{still:,} tickets are open, not {desk.still_open:,}"
        raise RuntimeError(message)


@contextmanager
def running(folder: Path) -> Iterator[tuple[Served, float, float]]:
    """Serve a desk as long as the block runs.

    Yields:
        The console, its memory in MB before it holds the open tickets, and the processor time that those took.
    """
    with _process([sys.executable, "-m", "benchmarks.console_server", str(folder)], "stdout") as (process, lines):
        told = json.loads(next(lines))
        served = Served.at(process, told["url"], told["cookies"])
        before_mb = served.memory_mb()
        yield served, before_mb, json.loads(next(lines))["held_s"]


def started(folder: Path) -> float:
    """Return the processor time of ``servicedesk console`` until it has shown its first page."""
    path = folder / "servicedesk.toml"
    path.write_text(_CONFIGURED.format(store=folder / "desk.db"), encoding="utf-8")
    command = [sys.executable, "-m", "servicedesk_core.cli", "--config", str(path), "console"]
    with _process(command, "stderr") as (process, lines):
        where = next(line for line in lines if line.startswith("Console: ")).removeprefix("Console: ").strip()
        served = Served.at(process, where, {WHOLE: ""})
        served.get("/sign-in")
        return served.busy_s()


@contextmanager
def _process(command: list[str], told: str) -> Iterator[tuple[subprocess.Popen[str], Iterator[str]]]:
    given: dict[str, Any] = {told: subprocess.PIPE}
    with subprocess.Popen(command, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}, **given) as process:
        try:
            yield process, iter(getattr(process, told))
        finally:
            process.terminate()
            process.wait()


def measured(folder: Path, desk: RealDesk) -> list[Row]:
    """Measure the console of a desk that was prepared in a folder."""
    size = f"{desk.tickets:,} tickets, {desk.still_open:,} open"
    started_s = min(started(folder) for _ in range(2))  # the first one compiles what it imports
    url = f"sqlite:///{folder / 'desk.db'}"
    with running(folder) as (served, before_mb, held_s), Store.open(url, clock=FakeClock(NOW)) as store:
        begun_mb, first = served.memory_mb(), served.get(BOARD)
        text = (len(first.body) - len(served.get("/bare?text=0").body)) // CELLS
        floor = median(one.busy_s for one in served.all([f"/bare?text={text}"] * _TIMES))

        def timed(measure: str, took: Sequence[Took], goal_ms: float) -> Row:
            busy, waited = ([getattr(one, name) * 1000 for one in took] for name in ("busy_s", "whole_s"))
            told = f"p50 {median(busy):.1f} ms, p95 {_p95(busy):.1f} ms (waited {median(waited):.1f} ms)"
            bare = f"a bare page of that size: {floor * 1000:.1f} ms ({median(busy) / floor / 1000:.1f} x)"
            return row(f"{measure}, {size}", told, bare, at_most(_p95(busy), goal_ms, "ms"))

        cold = [f"{BOARD}?{name}={quote(value)}" for name, value in _filters(_board_parameters())]
        anew = _anew(served, store)  # before much is remembered: after an act all of it is made anew beside
        remembered, filtered = served.all([BOARD] * _TIMES), served.all(cold)
        parts = list(_scoped(served, size))
        return [
            row(
                f"console: start until the first page, {size}",
                f"{started_s:.2f} s",
                "",
                at_most(started_s, 1.5, "s"),
            ),
            row(
                f"console: first service page, {size}",
                f"{first.busy_s:.2f} s",
                f"the open tickets were read into memory before, beside the start, twice: {held_s:.1f} s",
                at_most(first.busy_s, 1, "s"),
            ),
            timed("console: service page, remembered", remembered, 10),
            timed("console: service page of the whole desk, cold", anew, 50),
            timed("console: service page, one filter, cold", filtered, 50),
            timed("console: page of 50 tickets, one filter, cold", served.all(_lists()), 50),
            timed("console: search among open tickets", served.all(_searches("")), 150),
            timed("console: search among all tickets", served.all(_searches("&all=true")), 150),
            *parts,
            *painted(served, size),
            *_csv(served, size),
            *_behind(served, store, size),
            row(
                f"console: memory with the open tickets, as two kinds of people see them, {size}",
                f"{begun_mb:.0f} MB",
                f"before: {before_mb:.0f} MB",
                at_most(before_mb, 150, "MB"),
            ),
        ]


def _scoped(served: Served, size: str) -> Iterator[Row]:
    """Yield what pages take that nobody has asked for, of who sees half of the clients, over the whole desk."""
    lists = [f"{LIST}?limit={number}" for number in range(50, 70)]
    pages = [f"{BOARD}?queue={queue}&priority={priority}" for queue in range(QUEUES) for priority in Priority]
    served.get(BOARD, SCOPED)
    for asked, what in ((lists, "page of tickets"), (pages, "service page with two filters, cold")):
        whole, scoped = (median(one.busy_s for one in served.all(asked, person)) for person in (WHOLE, SCOPED))
        compared = f"the whole desk: {whole * 1000:.1f} ms"
        measure = f"console: {what} for who sees half of the clients, {size}"
        yield row(measure, f"{scoped * 1000:.1f} ms", compared, at_most(scoped / whole, 1.3))


def _csv(served: Served, size: str) -> Iterator[Row]:
    before_mb = served.memory_mb()
    served.forget_peak()
    got = served.get(f"{LIST}?as=csv")
    lines, more_mb = got.body.count(b"\r\n") - 1, served.memory_mb("VmHWM") - before_mb
    first_s, told = got.first_s, f"{got.first_s * 1000:.0f} ms, all in {got.whole_s:.1f} s"
    yield row(f"console: first byte of a CSV of {lines:,} rows, {size}", told, "", at_most(first_s * 1000, 200, "ms"))
    yield row(f"console: memory for it, {size}", f"{more_mb:+.1f} MB", "", at_most(more_mb, 20, "MB"))


def _anew(served: Served, store: Store) -> list[Took]:
    """Return how long the service page takes to whoever acts again and again: no remembered one may be told."""
    took = []
    for _ in range(7):
        store.write_blocking(
            lambda tx: audit.append(tx, at=NOW, actor=f"user:{WHOLE} via sdk", action="x", entity="x:1")
        )
        took.append(served.get(BOARD))
    return took


def _behind(served: Served, store: Store, size: str) -> Iterator[Row]:
    """Yield how long after its commit a ticket shows on pages that somebody looks at."""
    for page, what in ((LIST, "list"), (BOARD, "service page")):
        served.get(page)
        times = []
        for turn in range(3):
            name = f"{what[0].upper()}{time_ns()}"
            store.write_blocking(partial(_put, name=name, turn=turn))
            times.append(_until(partial(_shows, served, page, name.encode())))
        longest = max(times)
        measure = f"console: {what} behind the store, at most, {size}"
        yield row(measure, f"{longest:.1f} s", "", at_most(longest, 3, "s"))


def _shows(served: Served, page: str, what: bytes) -> bool:
    return what in served.get(page).body


def _put(tx: Tx, name: str, turn: int) -> None:
    """Put an emergency into the store that is graver than all others, as a sync would."""
    found = sources.get(tx, "psa")
    ticket = Ticket(
        external_id=name,
        number=name,
        title=name,
        priority=Priority.P1,
        status_category=StatusCategory.NEW,
        created_at=NOW - timedelta(days=4_000 if name[0] == "S" else 0, seconds=-turn),
    )
    records.apply(tx, found.id, "tickets", [Incoming(ticket, None, None, "1")], mode="incremental", now=NOW)


def _until(is_so: Callable[[], bool]) -> float:
    began = perf_counter()
    while not is_so():
        if perf_counter() - began > _WAIT_S:
            return _WAIT_S
        sleep(0.05)
    return perf_counter() - began


def _board_parameters() -> frozenset[str]:
    return frozenset(one.spelled for one in Desks.service.parameters)


def _filters(known: frozenset[str]) -> Iterator[tuple[str, str]]:
    for name in known & {"client", "company"}:
        yield from ((name, str(number)) for number in range(1, CLIENTS, CLIENTS // 20))
    for name in known & {"technician", "assignee"}:
        yield from ((name, str(number)) for number in range(1, TECHNICIANS, TECHNICIANS // 10))
    for name, values in (("queue", range(QUEUES)), ("priority", Priority), ("status", ("new", "in_progress"))):
        if name in known:
            yield from ((name, str(value)) for value in values)


def _lists() -> list[str]:
    known = frozenset({"client", "company", "technician", "assignee", "queue", "priority", "status"})
    own = frozenset(one.spelled for one in TicketQueries.list.parameters)
    return [f"{LIST}?{name}={quote(value)}" for name, value in _filters(known & own)]


def _searches(more: str) -> list[str]:
    texts = ["does not work", "printer", "T00000007", "zebra", "work"]
    return [f"{LIST}?search={quote(text)}&limit={limit}{more}" for limit in (50, 51, 52, 53) for text in texts]


def _p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]
