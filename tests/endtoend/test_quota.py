"""The vendor's quota belongs to all its integrations: what we use of it beside others, over real HTTP."""

import asyncio
import threading
from collections import Counter
from datetime import timedelta

import httpx
import pytest

from servicedesk_core.clock import SystemClock
from servicedesk_core.desk import ServiceDesk
from servicedesk_core.machine.discovery import discover
from servicedesk_core.redaction import Redactor
from servicedesk_core.store import Store
from servicedesk_core.store.budgets import quota
from tests.endtoend.conftest import CODE, SECRET, VendorsClock

OTHER = "SOMEBODY-ELSE"
ALLOWED = 400
HOUR_OF_REAL_TIME = {"threshold_window_s": 3_600_000.0}
"""The sandbox's windows are a thousandth in these tests; this one does not move on while a test runs."""

SMALL_PAGES = {"page_size": 10, "requests_per_hour": ALLOWED, "streams": ["companies", "contacts", "tickets", "notes"]}


class MovingClock(VendorsClock):
    """Whoever sleeps on it wakes up at once, that much later also by the calendar."""

    async def sleep(self, seconds):
        self.off += timedelta(seconds=seconds)
        await super().sleep(seconds)


@pytest.fixture
def counted(world_with):
    """A vendor that tells whose requests it got, and what the sum was at most."""

    class Counted:
        def __enter__(self):
            self.serving = world_with(
                tickets=900, request_threshold=ALLOWED, more_integration_codes=(OTHER,), **HOUR_OF_REAL_TIME
            )
            self.world = self.serving.__enter__()
            self.world.clock = MovingClock(self.world.sandbox)
            self.by_code = Counter()
            gate = self.world.sandbox.vendor.gate
            check = gate.check

            def checked(request):
                code = check(request)
                self.by_code[code] += 1
                return code

            gate.check = checked
            return self

        def __exit__(self, *exc):
            return self.serving.__exit__(*exc)

        @property
        def refused(self):
            return self.world.sandbox.state()["statuses"].get("429", 0)

    with Counted() as found:
        yield found


class Neighbour(threading.Thread):
    """Another integration of the same tenant: asks without any manners until it has what it wants."""

    def __init__(self, counted, requests, *, after=0):
        super().__init__(daemon=True)
        self.counted, self.left, self.after, self.refused = counted, requests, after, 0

    def run(self):
        headers = {"UserName": "api.user@example.com", "Secret": SECRET, "ApiIntegrationCode": OTHER}
        search = {"filter": [{"op": "exist", "field": "id"}]}
        with httpx.Client(base_url=self.counted.world.url, headers=headers, timeout=60) as client:
            for _ in range(self.left):
                while self.counted.by_code[CODE] < self.after and self.counted.world is not None:
                    threading.Event().wait(0.002)
                answer = client.post("/atservicesrest/v1.0/Roles/query/count", json=search)
                self.refused += answer.status_code != 200


@pytest.mark.slow
@pytest.mark.parametrize("share", [40, 15])
async def test_beside_a_noisy_neighbour_the_sum_stays_below_the_limit_and_ours_below_our_share(counted, share):
    neighbour = Neighbour(counted, 180, after=20)
    neighbour.start()
    async with counted.world.desk(budget=f"{share}%", **SMALL_PAGES) as desk:
        [outcome] = await desk.sync_all()
        neighbour.join()
        [quota] = (await desk.status()).quotas
    ours, theirs = counted.by_code[CODE], counted.by_code[OTHER]
    assert theirs == 180
    assert neighbour.refused == counted.refused == 0, "nobody met the vendor's limit"
    assert ours + theirs <= ALLOWED
    assert ours <= ALLOWED * share / 100
    assert ours > ALLOWED * share / 100 / 2, "it did use what it may"
    assert outcome.exit_code == 3, "there is more to read than the share allows"
    assert quota.ours == ours
    assert (quota.allowed, quota.our_limit) == (ALLOWED, ALLOWED * share // 100)
    assert quota.others is not None
    assert quota.remaining_requests > 0


@pytest.mark.slow
async def test_what_others_used_before_is_known_and_left_to_them(counted):
    """80 % of the quota is gone when we begin: only reserved requests go out, and no page of old records."""
    counted.world.sandbox.vendor.threshold.add(int(ALLOWED * 0.8))
    async with counted.world.desk(budget="50%", **SMALL_PAGES) as desk:
        await desk.sync_all()
        [quota] = (await desk.status()).quotas
    assert abs(quota.others - ALLOWED * 0.8) <= 1
    assert counted.by_code[CODE] < 20
    assert counted.world.rows("SELECT count(*) FROM tickets") == [(0,)]
    assert quota.requests_per_hour == 0
    assert quota.hours_left is None


@pytest.mark.slow
async def test_several_desks_and_two_connections_on_one_database_share_one_budget(counted):
    psa = counted.world.settings(budget="30%", **SMALL_PAGES)["connections"]["psa"]
    keys = {"desk": {"name": "Example MSP"}, "connections": {"one": psa, "two": psa}}

    async def sync(name):  # each as a process of its own would
        store = f"sqlite:///{counted.world.file}"
        async with ServiceDesk(keys, store=store, clock=counted.world.clock) as desk:
            return await desk.sync_all([name])

    async with ServiceDesk(keys, store=f"sqlite:///{counted.world.file}", clock=counted.world.clock):
        pass  # makes the store
    await asyncio.gather(sync("one"), sync("two"))
    assert ALLOWED * 0.3 / 2 < counted.by_code[CODE] <= ALLOWED * 0.3
    async with ServiceDesk(keys, store=f"sqlite:///{counted.world.file}", clock=counted.world.clock) as desk:
        [quota] = (await desk.status()).quotas
    assert quota.connections == ("one", "two")
    assert quota.ours == counted.by_code[CODE]


@pytest.mark.slow
async def test_the_plan_tells_our_use_and_that_of_others(counted):
    counted.world.sandbox.vendor.threshold.add(100)
    async with counted.world.desk(budget="40%", **SMALL_PAGES) as desk:
        [outcome] = await desk.plan_all()
    plan = outcome.plan
    assert plan.use.ours == counted.by_code[CODE]
    assert plan.use.total - plan.use.ours == 100
    assert (plan.use.allowed, plan.our_limit) == (ALLOWED, 160)
    assert plan.hours > 0


async def test_what_the_setup_asked_for_is_counted_as_ours(counted):
    world = counted.world
    keys = world.settings()
    found = await discover(keys["desk"], "psa", keys["connections"]["psa"], redactor=Redactor(), directory=world.folder)
    await asyncio.to_thread(found.count)
    asked = sum(world.sandbox.state()["requests"].values())
    assert asked > 0
    store = Store.open(f"sqlite:///{world.file}", clock=SystemClock())
    with store:
        sent = await store.read(quota.spent)
    assert sum(one.requests for one in sent) == asked
