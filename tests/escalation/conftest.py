"""A desk on each database with promises, an escalation plan, and tickets that are told by events."""

import pytest

from servicedesk_core import Actor, ServiceDesk
from servicedesk_core.domain import Company
from servicedesk_core.testing import FakeClock
from tests.sla.conftest import BOOK, Told
from tests.sla.office import at

PLAN = """
[escalation_plans.std]
steps = [
  { at = "50 %", notify = ["ana"] },
  { at = "75 %", notify = ["ana"] },
  { at = "90 %", notify = ["ana"] },
  { at = "100 %", notify = ["managers"], page = true },
  { after = "60 min", notify = ["managers"] },
  { after = "240 min", notify = ["managers"] },
]
"""

PEOPLE = {
    "ana": {"roles": ["technician"], "page": ["env:PAGE_ANA"], "technician": "t1"},
    "dora": {"roles": ["service-manager", "admin"], "page": ["env:PAGE_DORA"]},
}


class Escalating(Told):
    """A desk whose steps are taken by a job."""

    async def sweep(self, when=None):
        if when is not None:
            await self.move(when)
        await self.desk.sla.evaluate()
        [outcome] = await self.desk.run_jobs("escalation")
        assert outcome.outcome == "ok", outcome
        return outcome.summary

    async def steps(self, outcome="fired"):
        """What was taken: step and when it fell due, in the office's time."""
        found = (await self.desk.escalate.list(sort="due_at,step", limit=1_000)).items
        mine = [one for one in found if one.outcome == outcome and one.clock != "update"]
        return [(one.step, f"{one.due_at.astimezone(at('03-02 00:00').tzinfo):%m-%d %H:%M}") for one in mine]

    async def said(self):
        """What people are told: to whom, and the beginning of it."""
        found = (await self.desk.paging.messages(sort="number", limit=1_000)).items
        return [(one.recipient, one.subject) for one in found]


@pytest.fixture
def settings(store_url):
    office = {"kind": "smtp", "host": "127.0.0.1", "port": 1, "security": "none", "sender": "desk@example.com",
              "recipients": ["ops@example.com", "lead@example.com"]}  # fmt: skip
    return {
        "desk": {"name": "Example MSP", "timezone": "America/New_York", "store": store_url},
        "alerts": {"channels": {"office": office}},
        "people": PEOPLE,
    }


@pytest.fixture
async def told(settings, tmp_path):
    clock = FakeClock(at("03-02 09:00"))
    folder = tmp_path / "service"
    folder.mkdir()
    async with ServiceDesk(settings, clock=clock, actor=Actor("user:dora")) as desk:
        found = Escalating(desk, clock, folder)
        await found.put(Company(external_id="1", name="Harbor Clinic"))
        await found.promise(BOOK + PLAN)
        yield found
