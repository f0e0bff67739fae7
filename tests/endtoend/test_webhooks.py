"""The vendor calls, over real HTTP in both directions: what it names is read, whatever goes wrong on the way."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import asynccontextmanager, closing

import httpx
import pytest

from servicedesk_core.desk import ServiceDesk
from servicedesk_core.desk.serving.hearing import Hearing
from servicedesk_core.faces.alerting import Watch
from servicedesk_core.features.webhooks import rules
from servicedesk_core.store import webhooks

pytestmark = pytest.mark.slow  # a desk, a vendor and a listener each

STREAMS = ["companies", "tickets", "notes"]


@asynccontextmanager
async def heard(world):
    """A desk that was synced once, has registered, and hears its vendor."""
    world.options["streams"] = STREAMS
    settings = world.settings(writes=["webhooks.register"]) | {
        "public": {"listen": "127.0.0.1:0", "url": "http://127.0.0.1:1"}
    }
    async with ServiceDesk(settings, store=f"sqlite:///{world.file}", clock=world.clock) as desk:
        await desk.sync()
        hearing = Hearing(desk, gather_s=0)
        async with hearing.open():
            # The port is known only now; what is registered must lead there.
            public = desk.settings.public.model_copy(update={"url": hearing.listener.address})
            object.__setattr__(desk.settings, "public", public)
            await desk.webhooks.register()
            yield desk, hearing


def change(world, ticket, **fields):
    """Change a ticket at the vendor, as its own people do."""
    headers = {"UserName": "api.user@example.com", "Secret": world.sandbox.options.secret,
               "ApiIntegrationCode": world.sandbox.options.integration_code}  # fmt: skip
    url = f"{world.url}/ATServicesRest/V1.0/Tickets"
    answer = httpx.patch(url, json={"id": ticket, **fields}, headers=headers, trust_env=False)
    assert answer.status_code == 200, answer.text


async def until(check):
    while not (found := await check()):  # noqa: ASYNC110  # what it waits for is in the store
        await asyncio.sleep(0.01)
    return found


async def counted(desk, hearing):
    await hearing._receiver.tell()
    found = await desk.store.read(lambda tx: webhooks.counted(tx, desk.clock.now()))
    return {outcome: number for (_, outcome), number in found.items()}


def title(world, ticket):
    ((found,),) = world.rows(f"SELECT title FROM tickets WHERE external_id = '{ticket}'")
    return found


async def shows(world, ticket, expected):
    async def check():
        return title(world, ticket) == expected

    await until(check)


@pytest.fixture
def ticket(world):
    return world.sandbox.store.select("Tickets", tail="ORDER BY id LIMIT 1")[0]["id"]


@pytest.fixture
def world(world_with):
    with world_with(tickets=30) as running:
        yield running


async def test_a_change_at_the_vendor_is_read_because_it_called(world, ticket):
    async with heard(world) as (desk, hearing):
        change(world, ticket, title="Told by <callout> & read again")
        await shows(world, ticket, "Told by <callout> & read again")
        assert (await counted(desk, hearing))["accepted"] >= 1
        query = f"SELECT mode, origin FROM changes WHERE entity = 'tickets' AND external_id = '{ticket}'"
        mode, origin = world.rows(f"{query} ORDER BY seq DESC LIMIT 1")[0]
        assert (mode, origin) == ("webhook", "pull")


@pytest.mark.parametrize("fault", ["wrong_signature", "replay", "disorder"])
async def test_what_goes_wrong_with_a_callout_costs_nothing(world, ticket, fault):
    async with heard(world) as (desk, hearing):
        world.sandbox.callouts.play(fault)
        change(world, ticket, title="First")
        change(world, ticket, title="Second")
        await asyncio.to_thread(world.sandbox.callouts.wait)
        await shows(world, ticket, "Second")
        counts = await counted(desk, hearing)
        expected = {"wrong_signature": ("wrong_signature", 5), "replay": ("repeated", 1), "disorder": ("accepted", 2)}
        outcome, number = expected[fault]
        assert counts[outcome] == number
    assert world.differences() == {}


async def test_a_storm_costs_the_vendor_few_requests(world):
    async with heard(world) as (desk, hearing):
        before = desk.requests_sent
        world.sandbox.callouts.play("storm", 30)
        world.sandbox.callouts.play("storm", 30)
        await asyncio.to_thread(world.sandbox.callouts.wait)

        async def nothing_waits():
            return not await desk.store.read(webhooks.waiting)

        await until(nothing_waits)
        counts = await counted(desk, hearing)
        assert counts["events"] == 60
        assert desk.requests_sent - before < 60  # many are read together


async def test_a_webhook_that_the_vendor_has_switched_off_is_told_and_switched_on_again(world, ticket):
    async with heard(world) as (desk, hearing):
        hearing.listener._routes = {}  # the wrong address: every callout is refused
        world.sandbox.callouts.play("storm", 26)
        await asyncio.to_thread(world.sandbox.callouts.wait)
        hearing.listener._routes = {"/hooks/": hearing}
        await desk.run_jobs("webhooks")
        now = desk.clock.now()
        found = await desk.store.read(
            lambda tx: [one.key for one in rules.conditions(Watch(tx, desk, now, now.date(), frozenset()))]
        )
        assert "webhooks:psa/dead" in found
        assert (await desk.webhooks.register()).renewed == ("tickets",)
        change(world, ticket, title="Heard again")
        await shows(world, ticket, "Heard again")


def test_what_was_accepted_is_read_although_the_process_dies_before_it_could(world_with, tmp_path):
    with world_with(now=None, tickets=20) as world:
        world.options["streams"] = STREAMS
        world.configure(writes=["webhooks.register"])
        with (tmp_path / "servicedesk.toml").open("a") as file:
            file.write('[public]\nlisten = "127.0.0.1:0"\nurl = "http://127.0.0.1:1"\n'
                       '[serve]\nlisten = ""\n[schedules]\nsync = "never"\n')  # fmt: skip
        environment = os.environ | {"AT_SECRET": "secret-4711-never-shown", "AT_CODE": "CODE4712NEVERSHOWN"}
        program = [sys.executable, "-m", "servicedesk_core.cli"]

        def run(*arguments):
            done = subprocess.run(
                [*program, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr
            return done.stdout

        run("sync")
        address = json.loads(run("webhooks", "address", "--json"))["data"]["url"]
        with closing(sqlite3.connect(world.file)) as store:
            ((secret,),) = store.execute("SELECT secret FROM webhook_endpoints").fetchall()
        row = world.sandbox.store.select("Tickets", tail="ORDER BY id LIMIT 1")[0]
        world.sandbox.store.put("Tickets", [row | {"title": "Changed behind everybody's back"}])
        world.sandbox.faults([{"kind": "slow", "seconds": 3_600, "times": 100}])  # nothing can be read now

        from servicedesk_autotask.sandbox.callouts import as_sent, signature

        body = as_sent({"Action": "Update", "Guid": "g", "EntityType": "Ticket", "Id": row["id"], "SequenceNumber": 1})
        serving = subprocess.Popen(
            [*program, "serve"], cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
        )
        try:
            line = next(line for line in serving.stderr if line.startswith("Webhooks: "))
            listens = line.split()[1].rstrip(",")
            url = listens + address.removeprefix("http://127.0.0.1:1")
            answer = httpx.post(
                url,
                content=body,
                headers={"Content-Type": "application/json", "X-Hook-Signature": signature(secret, body)},
                trust_env=False,
            )
            assert answer.status_code == 200
        finally:
            serving.send_signal(signal.SIGKILL)
            serving.communicate()
        assert title(world, row["id"]) != "Changed behind everybody's back"
        world.sandbox.faults([])
        run("jobs", "run", "webhooks")
        assert title(world, row["id"]) == "Changed behind everybody's back"
