"""Kills whoever makes the tickets of plans with SIGKILL, and counts what was lost, doubled, and left in doubt.

Each is a process of its own, forked from this one, for whom another day has come; the vendor is a process that outlives
them. Run it: ``python -m tests.recurring.kills --store sqlite:///FILE --kills 100 --seed 1 --faults 20``, or with
``--points``: it is killed at each step between the day's coming and the last step of a checklist instead.
"""

import argparse
import asyncio
import json
import logging
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import Asset, Company
from servicedesk_core.features.definitions import Version, decide
from servicedesk_core.features.recurring.kinds import PLANS, RecurringPlan
from servicedesk_core.features.recurring.making.deciding import ACT
from servicedesk_core.features.recurring.making.jobs import generate
from servicedesk_core.features.standing import APPROVALS, StandingApproval
from servicedesk_core.people import JOBS
from servicedesk_core.store.schema import outbox, recurring_occurrences
from tests import stored
from tests.outbox.kills import HERE, POLICY, Steps, ended, fork, look_at_the_vendor

GRANTS = ["tickets.create", "checklist_items.create"]
BEGINS = datetime(2026, 3, 2, 8, tzinfo=UTC)
DEVICES, STEPS = ("a1", "a2"), ("Look", "Restart")
LONGEST_S = 120


class DayClock:
    """The machine's time, so many days after the second of March; nobody's clock stands still while writes settle."""

    def __init__(self, day, since):
        self._day, self._since = day, since

    def now(self):
        return BEGINS + timedelta(days=self._day, seconds=time.time() - self._since)

    def monotonic(self):
        return time.monotonic()

    async def sleep(self, seconds):
        await asyncio.sleep(seconds)


@asynccontextmanager
async def opened(given, day):
    connector = f"{HERE / 'acme.py'}:Acme"
    connection = {"connector": connector, "url": given.url, "writes": GRANTS, "timeout_s": 0.4}
    settings = {"desk": {"store": given.store, "timezone": "UTC"}, "connections": {"psa": connection}}
    async with ServiceDesk(settings, clock=DayClock(day, given.since), actor=JOBS) as desk:
        desk.outbox.sending.policy = POLICY
        yield desk


async def begin(given):
    """Make the store, with a plan for each day over two devices, of which each ticket has two steps."""
    plan = RecurringPlan(
        name="care", client="c1", title="Care", rule="FREQ=DAILY", start=BEGINS.date(), at="08:30", assets=DEVICES,
        checklist=STEPS, catch_up="all", made_by="desk",
    )  # fmt: skip
    many = 100_000
    limits = dict.fromkeys(("per_run", "per_hour", "per_day"), many)
    approval = StandingApproval(name="care", act=ACT, expires_at=BEGINS + timedelta(days=366), **limits)
    rows = [
        Company(external_id="c1", name="Bolt & Co"),
        *(Asset(external_id=ref, name=ref, company_ref="c1", is_active=True) for ref in DEVICES),
    ]
    async with opened(given, 0) as desk:
        source = {"connector": desk.settings.connections["psa"].connector, "environment": "live"}

        def fill(tx):
            stored.put(tx, rows, now=BEGINS, **source)
            for kind, one in ((PLANS, plan), (APPROVALS, approval)):
                decide(tx, kind, one.name, one, Version(0, desk.clock.now(), "user:ana via cli", "agreed", None))

        await desk.store.write(fill)


async def work(given, day, *, steps=None, until_quiet=False):
    """Make the tickets of a day and send them; go on until nothing is left when that is asked for."""
    logging.disable(logging.CRITICAL)
    async with opened(given, day) as desk:
        if steps is not None:
            steps.watch(desk)
        deadline = time.monotonic() + LONGEST_S
        while time.monotonic() < deadline:
            await generate(desk, None)
            await desk.outbox.run()
            await look_at_the_vendor(desk, given.url)
            if not until_quiet or await desk.store.read(partial(_is_quiet, day=day)):
                return
            await asyncio.sleep(0.05)


def _is_quiet(tx, day):
    rows = tx.execute(recurring_occurrences.select()).all()
    waits = tx.execute(outbox.select().where(outbox.c.state.not_in(["confirmed", "discarded"]))).first()
    return waits is None and len(rows) >= day * len(DEVICES) and all(row.outcome == "made" for row in rows)


def kill_at_random(given):
    """Kill one after the other at a random instant, each on a day of its own."""
    for number in range(1, given.kills + 1):
        chance = random.Random(f"{given.seed}:{number}")
        pid = fork(lambda day=number: work(given, day))
        time.sleep(chance.uniform(0.1, 1.2))
        os.kill(pid, signal.SIGKILL)
        ended(pid)
    return given.kills, given.kills


def kill_at_each_step(given):
    """Let one make a day's tickets, then kill others at each step that it took, each on a day of its own."""
    reading, writing = os.pipe()
    record = Steps(tell=lambda name: os.write(writing, f"{name}\n".encode()))
    assert ended(fork(lambda: work(given, 1, steps=record))) == 0
    names = [*dict.fromkeys(os.read(reading, 1 << 16).decode().splitlines())]
    killed = 0
    for day, name in enumerate(names[: given.kills], 2):
        code = ended(fork(lambda d=day, n=name: work(given, d, steps=Steps(n))))
        assert code in {0, -signal.SIGKILL}, f"{name}: {code}"
        killed += code != 0
    return killed, len(names[: given.kills]) + 1


def tally(given, days):
    """Hold what was to be made against what the vendor has."""
    tickets = {one["id"]: one for one in _there(given, "tickets") if int(one["id"]) > 1_000}
    steps = Counter((one["ticket"], one["name"]) for one in _there(given, "checklist_items"))
    made = Counter((one["due_at"], one["asset_ref"]) for one in tickets.values())
    told = {}

    async def look():
        async with opened(given, days) as desk:
            told["rows"] = await desk.store.read(lambda tx: tx.execute(recurring_occurrences.select()).all())
            told["doubts"] = await desk.store.read(
                lambda tx: tx.execute(outbox.select().where(outbox.c.state == "in_doubt")).all()
            )

    asyncio.run(look())
    return {
        "occurrences": len(told["rows"]),
        "tickets": len(tickets),
        "lost": days * len(DEVICES) - len(made) - len(told["doubts"]),
        "doubled": sum(many - 1 for many in (*made.values(), *steps.values())),
        "steps_lost": len(tickets) * len(STEPS) - len(steps),
        "in_doubt": [row.id for row in told["doubts"]],
    }


def _there(given, stream):
    with urllib.request.urlopen(f"{given.url}{stream}") as answer:
        return json.load(answer)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--store", required=True)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--faults", type=int, default=0)
    options.add_argument("--points", action="store_true")
    given = options.parse_args()
    given.since = time.time()
    command = [sys.executable, str(HERE / "vendor.py"), str(given.seed), str(given.faults)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as vendor:
        given.url = vendor.stdout.readline().strip()
        assert ended(fork(lambda: begin(given))) == 0
        killed, days = (kill_at_each_step if given.points else kill_at_random)(given)
        assert ended(fork(lambda: work(given, days, until_quiet=True))) == 0
        sys.stdout.write(json.dumps({"kills": killed} | tally(given, days)) + "\n")
        vendor.stdin.close()


if __name__ == "__main__":
    main()
