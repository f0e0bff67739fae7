"""A desk over a small file, a store of its own, and a clock that is moved by hand."""

import shutil
from datetime import UTC, datetime

import pytest

from servicedesk_core.desk import ServiceDesk
from servicedesk_core.store import Store
from servicedesk_core.testing import FakeClock

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    return FakeClock(START)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request, tmp_path, empty_store):
    if request.param == "postgresql":
        url = request.getfixturevalue("new_postgres_url")()
        Store.open(url, clock=FakeClock(START), migrate="always").close()
        return url
    shutil.copyfile(empty_store, tmp_path / "servicedesk.db")
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
            "serve": {"jitter_s": 0, "listen": "", "report": str(tmp_path / "reports" / "desk.html"),
                      "backups": str(tmp_path / "copies")},
        } | sections  # fmt: skip

    return keys


@pytest.fixture
async def desk(settings, clock):
    async with ServiceDesk(settings(), clock=clock) as opened:
        yield opened
