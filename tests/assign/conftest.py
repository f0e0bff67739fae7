"""A desk over the vendor in memory, with people who can do different things."""

import pytest

from servicedesk_core import Actor, ServiceDesk, Way
from servicedesk_core.outbox.policy import WritePolicy
from tests.outbox.conftest import QUICK, clock, pulled_database, pulled_store, settings_for, store_url, vendor

__all__ = ["clock", "pulled_database", "pulled_store", "store_url", "vendor"]

PEOPLE = {
    "mia": {"roles": ["service-manager", "admin"]},
    "coo": {"roles": ["coordinator"]},
    "tec": {"roles": ["technician"], "technician": "t2", "page": ["env:PAGE_DANA"]},
    "ana": {"roles": ["technician"], "technician": "t1", "page": ["env:PAGE_ANA"]},
    "eve": {"roles": ["technician"], "technician": "t3", "page": ["env:PAGE_EVE"]},
}
TOML = """
[calendars.day]
zone = "UTC"
hours = { mon-sun = "00:00-24:00" }

[technicians.ana]
technician = "t1"
skills = { firewall = 4 }

[technicians.dana]
technician = "t2"
skills = { firewall = 3 }
"""


@pytest.fixture
async def desk(vendor, store_url, clock, tmp_path):
    settings = settings_for(vendor, store_url) | {"people": PEOPLE}
    async with ServiceDesk(settings, clock=clock, actor=Actor("user:mia", Way.CLI)) as desk:
        desk.outbox.sending.policy = WritePolicy(**QUICK)
        (tmp_path / "service").mkdir()
        (tmp_path / "service" / "all.toml").write_text(TOML)
        await desk.definitions.apply(folder=tmp_path / "service", reason="begin")
        yield desk


async def applied(desk, tmp_path, more):
    """Apply definitions besides."""
    (tmp_path / "service" / "more.toml").write_text(more)
    await desk.definitions.apply(folder=tmp_path / "service", reason="more")
