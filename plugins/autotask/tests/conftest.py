"""The connector over real HTTP against the sandbox."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from servicedesk_autotask import Autotask, AutotaskSettings
from servicedesk_autotask.sandbox import Sandbox, SandboxOptions, serve
from servicedesk_core.clock import SystemClock
from servicedesk_core.hooks import PullMode, PullRequest, VocabularyMapping
from servicedesk_core.http import HttpFactory, InMemoryLedger
from servicedesk_core.ports import BudgetPolicy
from servicedesk_core.testing.context import make_context
from servicedesk_core.testing.memory import MemoryState

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)


class ClockAt(SystemClock):
    """Shows a fixed instant; measures real time, but whoever sleeps on it wakes up at once, that much later."""

    def __init__(self, now: datetime = NOW) -> None:
        self.instant = now
        self.slept_s: list[float] = []

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return super().monotonic() + sum(self.slept_s)

    async def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        await super().sleep(0)


@dataclass
class DeskUnderTest:
    """A served sandbox and ways to connect to it."""

    url: str
    sandbox: Sandbox

    @property
    def requests(self):
        return self.sandbox.state()["requests"]

    def settings(self, **changes):
        options = self.sandbox.options
        given = {
            "username": options.username,
            "secret": options.secret,
            "integration_code": options.integration_code,
            "zone_url": self.url,
        }
        given.update(changes)
        return AutotaskSettings(**{key: value for key, value in given.items() if value is not None})

    @asynccontextmanager
    async def connector(
        self, *, state=None, mapping=None, clock=None, streams=(), budget=None, offline=False, grants=(), **changes
    ) -> AsyncIterator[Autotask]:
        clock = clock or ClockAt()
        ledger = InMemoryLedger(clock)
        http = HttpFactory(connection="psa", ledger=ledger, clock=clock, grants=frozenset(grants))
        context = make_context(
            self.settings(**changes),
            connection="psa",
            state=state or MemoryState(),
            mapping=mapping or VocabularyMapping(),
            clock=clock,
            streams=streams,
            budget=budget or BudgetPolicy(),
            http=http,
        )
        autotask = Autotask(context)
        try:
            await (autotask.open_offline() if offline else autotask.open())
            yield autotask
        finally:
            await autotask.aclose()
            await http.aclose()


@contextmanager
def _served(**options):
    sandbox = Sandbox(SandboxOptions(**{"tickets": 150, "now": NOW, "time_scale": 0.001} | options))
    with serve(sandbox) as url:
        yield DeskUnderTest(url, sandbox)


@pytest.fixture(scope="session")
def desk() -> Iterator[DeskUnderTest]:
    """A desk that no test changes."""
    with _served(tickets=620) as running:
        yield running


@pytest.fixture(scope="session")
def _reused_desk() -> Iterator[DeskUnderTest]:
    with _served() as running:
        yield running


@pytest.fixture
def own_desk(_reused_desk: DeskUnderTest) -> DeskUnderTest:
    """A small desk with counters and faults of the test's own; its records stay as they are."""
    _reused_desk.sandbox.reset(reseed=False)
    return _reused_desk


@pytest.fixture
def changing_desk() -> Iterator[DeskUnderTest]:
    """A small desk whose records the test may change."""
    with _served() as running:
        yield running


@pytest.fixture(scope="session")
def desk_with():
    """Serve a desk with options."""
    return _served


@pytest.fixture(scope="session")
def _known_lists() -> MemoryState:
    return MemoryState()


@pytest.fixture
async def autotask(desk, _known_lists):
    """A connection to the desk that no test changes."""
    async with desk.connector(state=_known_lists) as connector:
        yield connector


@pytest.fixture
def pull():
    """Pull a whole pass."""

    async def run(connector, stream, mode=PullMode.BACKFILL, **options):
        return [page async for page in connector.pull(PullRequest(stream, mode, **options))]

    return run


@pytest.fixture
def ids():
    """External ids of pages, in order."""
    return lambda pages: [record.external_id for page in pages for record in page.records]


@pytest.fixture
def clock():
    """A clock that the test moves."""
    return ClockAt()


@pytest.fixture
def page_fault():
    """Make the sandbox answer a query on an entity with a body of the test's choice."""

    def script(entity, body, *, status=200, nth=1, times=1):
        return {
            "kind": "status",
            "match": {"path": f"/{entity}/query$"},
            "status": status,
            "body": body,
            "nth": nth,
            "times": times,
        }

    return script
