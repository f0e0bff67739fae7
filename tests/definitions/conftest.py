"""A desk on each database, its folder of definitions, and a clock that is moved by hand."""

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.testing import FakeClock

OFFICE = """\
[calendars.office]
zone = "America/New_York"
hours = { mon-thu = "08:00-18:00", fri = "08:00-15:00" }
"""

SLA = """\
[sla]
calendar = "office"

[[sla.policies]]
name = "standard"
targets.P1 = { triage = "15 min", engagement = "1 h", completion = "4 h" }
otherwise = { triage = "1 h", completion = "24 h" }
"""


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def settings(store_url):
    return {"desk": {"name": "Example MSP", "timezone": "America/New_York", "store": store_url}}


@pytest.fixture
async def desk(settings, clock):
    async with ServiceDesk(settings, clock=clock) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path):
    """A folder with a calendar and policies."""
    made = tmp_path / "service"
    made.mkdir()
    (made / "calendars.toml").write_text(OFFICE)
    (made / "sla.toml").write_text(SLA)
    return made


@pytest.fixture
def edit(folder):
    """Return a function that replaces words in a file, or adds a text to it."""

    def edited(file, before, after=None):
        path = folder / file
        text = path.read_text() if path.exists() else ""
        assert after is None or before in text
        path.write_text(text + before if after is None else text.replace(before, after))

    return edited
