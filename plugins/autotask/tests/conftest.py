"""The connector over real HTTP against the sandbox."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from servicedesk_autotask import Autotask
from servicedesk_autotask.sandbox import Sandbox, SandboxOptions
from servicedesk_core.hooks import PullMode, PullRequest
from servicedesk_core.testing import ImpatientClock, MemoryState, Stand

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)


class DeskUnderTest(Stand[Autotask]):
    """A served sandbox and ways to connect to it; its time stands still."""

    connector_class = Autotask

    @property
    def requests(self):
        return self.sandbox.state()["requests"]

    def clock(self):
        return ImpatientClock(NOW)

    def connector(self, **given):
        return super().connector(**{"connection": "psa"} | given)


def _served(**options):
    return DeskUnderTest.serving(Sandbox(SandboxOptions(**{"tickets": 150, "now": NOW, "time_scale": 0.001} | options)))


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
    return ImpatientClock(NOW)


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
