"""A desk over a small file, a store of its own, and a clock that is moved by hand."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from servicedesk_core.runtime import ServiceDesk
from servicedesk_core.store import Store

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class HandClock:
    """Stands still until it is moved; sleeping moves it."""

    def __init__(self):
        self.at = START
        self.ticks = 0.0

    def now(self):
        return self.at

    def monotonic(self):
        return self.ticks

    def move(self, **span):
        delta = timedelta(**span)
        self.at += delta
        self.ticks += max(delta.total_seconds(), 0)

    async def sleep(self, seconds):
        self.move(seconds=seconds)


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("empty") / "desk.db"
    Store.open(f"sqlite:///{path}", clock=HandClock()).close()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request, tmp_path, empty_file):
    if request.param == "postgresql":
        url = request.getfixturevalue("new_postgres_url")()
        Store.open(url, clock=HandClock(), migrate="always").close()
        return url
    shutil.copyfile(empty_file, tmp_path / "servicedesk.db")
    return f"sqlite:///{tmp_path / 'servicedesk.db'}"


@pytest.fixture
def settings(tmp_path, store_url):
    """The keys of a configuration over one small file."""
    (tmp_path / "tickets.csv").write_text("id,title\n1,Printer\n2,Mail\n", encoding="utf-8")
    file = {
        "path": str(tmp_path / "tickets.csv"),
        "stream": "tickets",
        "columns": {"external_id": "id", "title": "title"},
    }

    def keys(**sections):
        return {
            "desk": {"name": "Example MSP", "store": store_url},
            "connections": {"log": {"connector": "tabular", "files": [file]}},
            "serve": {"jitter_s": 0, "listen": "", "report": str(tmp_path / "desk.html"),
                      "backups": str(tmp_path / "copies")},
        } | sections  # fmt: skip

    return keys


@pytest.fixture
async def desk(settings, clock):
    async with ServiceDesk(settings(), clock=clock) as opened:
        yield opened
