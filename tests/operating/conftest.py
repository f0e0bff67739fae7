"""A desk over a small file, a store of its own, and a clock that is moved by hand."""

from datetime import UTC, datetime

import pytest

from servicedesk_core.desk import ServiceDesk
from servicedesk_core.testing import FakeClock

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    return FakeClock(START)


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
