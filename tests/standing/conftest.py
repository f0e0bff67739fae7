"""A desk over the vendor in memory, on each database, with tickets that stayed resolved."""

from datetime import UTC, datetime, timedelta

import pytest

from servicedesk_core import ServiceDesk
from servicedesk_core.features.definitions import Version, decide
from servicedesk_core.features.standing import APPROVALS, StandingApproval
from servicedesk_core.features.tickets.kinds import CLOSING, Closing
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.people import JOBS
from servicedesk_core.testing.clock import FakeClock
from tests.outbox.conftest import QUICK, settings_for
from tests.outbox.vendor import Vendor

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ACT = "tickets.close-resolved"
SOLVED = 8


@pytest.fixture
def vendor():
    vendor = Vendor()
    vendor.url = vendor.serve()
    vendor.put("companies", "c1", name="Bolt & Co")
    vendor.put("companies", "c2", name="Harbor Clinic")
    vendor.put("queues", "q1", name="Helpdesk")
    for n in range(1, SOLVED + 1):
        at = (NOW - timedelta(days=10, minutes=SOLVED - n)).isoformat()
        company = "c1" if n % 2 else "c2"
        vendor.put("tickets", str(n), title=f"Printer {n}", status="Solved", resolved_at=at, company_ref=company,
                   queue_ref="q1", priority="P3")  # fmt: skip
    vendor.put("tickets", "20", title="Fresh", status="Solved", resolved_at=(NOW - timedelta(days=1)).isoformat())
    vendor.put("tickets", "21", title="Open", status="New")
    vendor.put("tickets", "23", title="Done", status="Complete")
    vendor.put("tickets", "22", title="Asked again", status="Solved", resolved_at=(NOW - timedelta(days=9)).isoformat())
    vendor.put("notes", "n1", ticket="22", body="Still broken", author_type="customer",
               created_at=(NOW - timedelta(days=8)).isoformat())  # fmt: skip
    yield vendor
    vendor.close()


@pytest.fixture
def clock():
    return FakeClock(NOW)


@pytest.fixture
async def desk(vendor, store_url, clock):
    """The desk as its jobs act on it, with a rule for closing after five days."""
    async with ServiceDesk(settings_for(vendor, store_url), clock=clock, actor=JOBS) as desk:
        desk.outbox.sending.policy = WritePolicy(**QUICK)
        await desk.sync("psa")
        await desk.store.write(
            lambda tx: decide(tx, CLOSING, "", Closing(), Version(0, clock.now(), "user:dana via cli", "rule", None))
        )
        yield desk


def approval(name="tidy", **said):
    limits = {"per_run": 100, "per_hour": 100, "per_day": 100, "expires_at": NOW + timedelta(days=30)}
    return StandingApproval(name=name, act=ACT, **(limits | said))


async def grant(desk, one, by="user:ana via cli"):
    """Keep a standing approval as the act that grants does."""
    version = Version(0, desk.clock.now(), by, "granted", None)
    return await desk.store.write(lambda tx: decide(tx, APPROVALS, one.name, one, version))


async def revoke(desk, name="tidy"):
    version = Version(0, desk.clock.now(), "user:ana via cli", "revoked", None)
    return await desk.store.write(lambda tx: decide(tx, APPROVALS, name, None, version))


def act_of(desk):
    return next(act for one in desk.features for act in one.automatic_acts if act.name == ACT)


async def run(desk, *, send=True):
    """Do what the act suggests now."""
    act, now = act_of(desk), desk.clock.now()
    suggested = await desk.store.read(lambda tx: list(act.suggestions(tx, desk, now)))
    return await desk.outbox.act(act, suggested, send=send)


async def states(desk):
    """Return the states of all writes, in the order of their numbers."""
    return [str(one.state) for one in reversed((await desk.writes.list(everything=True)).items)]
