"""A desk over the vendor in memory, on each database, with agreements, devices and a way to draw up plans."""

from datetime import date

import pytest

from servicedesk_core import Actor, ServiceDesk, Way
from servicedesk_core.domain import Asset, Company, Contract, Site
from servicedesk_core.outbox.policy import WritePolicy
from tests import stored
from tests.assign.conftest import PEOPLE, applied
from tests.outbox.conftest import GRANTS, QUICK, clock, pulled_database, pulled_store, settings_for, store_url, vendor

__all__ = ["applied", "clock", "pulled_database", "pulled_store", "store_url", "vendor"]

CALENDAR = """
[calendars.office]
zone = "America/New_York"
hours = { mon-fri = "08:00-18:00" }
"""


def plan(name="care", rule="FREQ=MONTHLY;BYDAY=2TU", start="2026-01-01", **said):
    """Return a plan as a file says it."""
    known = {"client": "Bolt & Co", "title": "Server care", "rule": rule, "start": start, "zone": "America/New_York"}
    rows = "\n".join(f"{key} = {_toml(value)}" for key, value in (known | said).items())
    return f"{CALENDAR}\n[recurring_plans.{name}]\n{rows}\n"


def _toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    text = str(value)
    return text if isinstance(value, int) or text[:4].isdigit() else f'"{text}"'


def settings(vendor, store_url):
    return settings_for(vendor, store_url, writes=[*GRANTS, "checklist_items.create"]) | {"people": PEOPLE}


@pytest.fixture
async def desk(vendor, store_url, clock, tmp_path):
    async with ServiceDesk(settings(vendor, store_url), clock=clock, actor=Actor("user:mia", Way.CLI)) as desk:
        desk.outbox.sending.policy = WritePolicy(**QUICK)
        (tmp_path / "service").mkdir()
        yield desk


@pytest.fixture
async def agreed(desk, vendor, clock):
    """Bolt & Co has an agreement until the end of June, a site, two servers in use and one that is retired."""
    until = {"k1": date(2026, 6, 30), "k2": None}
    rows = [
        Company(external_id="c2", name="Globex"),
        *(
            Contract(external_id=ref, name=name, number=f"N{ref}", company_ref="c1", is_active=True, end_on=until[ref])
            for ref, name in (("k1", "Care"), ("k2", "Backup"))
        ),
        Site(external_id="s1", name="Harbor", company_ref="c1"),
        *(
            Asset(external_id=f"a{n}", name=f"SRV{n}", kind="Server", company_ref="c1", is_active=n < 3)
            for n in (1, 2, 3)
        ),
    ]
    source = {"connector": desk.settings.connections["psa"].connector, "environment": "live"}
    await desk.store.write(lambda tx: stored.put(tx, rows, now=clock.now(), **source))
    return desk
