"""Kills senders with SIGKILL and counts what was lost or doubled.

Every sender is a process of its own, forked from this one, which has no threads; the vendor is another process. Run it:
``python kills.py --store sqlite:///FILE --kills 100 --seed 1 --faults 20``, or with ``--points`` to kill once at each
step between intent and confirmation.
"""

import argparse
import asyncio
import contextlib
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
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from servicedesk_core import ServiceDesk
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.store import outbox
from servicedesk_core.writes import Intent, WritePolicy
from servicedesk_core.writes.couriers import Couriers

GRANTS = ["tickets.create", "tickets.update", "notes.create_internal", "time_entries.create"]
POLICY = WritePolicy(
    stop_after=1_000_000,
    loop_limit=1_000_000,
    lease_ttl_s=0.6,
    lease_margin_s=0.2,
    longest_attempt_s=0.4,
    shortest_settle_s=0.5,
    first_wait_s=0.05,
    longest_wait_s=0.1,
    first_ask_s=0.05,
    longest_ask_s=0.2,
    ask_at_most=1_000_000,
)
"""Times of the product shortened by two orders, so that a thousand kills take minutes."""


# ruff: noqa: E402


def settings(url, store):
    connector = f"{HERE / 'acme.py'}:Acme"
    connection = {"connector": connector, "url": url, "writes": GRANTS, "timeout_s": 0.4}
    return {"desk": {"store": store}, "connections": {"psa": connection}}


def intent(number, chance):
    kind = chance.choice(GRANTS)
    ticket = str(chance.randrange(1, 9))
    common = {"request_id": f"act-{number}"}
    match kind:
        case "tickets.create":
            return Intent("psa", kind, f"tickets:new:{number}", "new", {"title": f"New {number}"}, **common)
        case "tickets.update":
            values = {"title": f"Title {number}"}
            return Intent("psa", kind, f"tickets:{ticket}", "T", values, target=ticket, **common)
        case "notes.create_internal":
            return Intent("psa", kind, f"tickets:{ticket}", "T", {"body": f"Note {number}"}, parent=ticket, **common)
        case _:
            values = {"worked_s": 60 + number}
            return Intent("psa", kind, f"tickets:{ticket}", "T", values, parent=ticket, **common)


class Steps:
    """Counts the steps of a sender, and kills the process at one of them."""

    def __init__(self, at=None):
        self.count, self.at = 0, at

    def pass_by(self):
        self.count += 1
        if self.count == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, desk):
        store, courier = desk.store, desk.writes._couriers.of("tickets.update")
        write = store.write

        async def stepping(work, *, fence=None):
            def doomed(tx):
                result = work(tx)
                self.pass_by()
                return result

            result = await write(doomed, fence=fence)
            self.pass_by()
            return result

        store.write = stepping
        desk.writes._couriers = Couriers([_Watched(courier, self)])


class _Watched:
    def __init__(self, courier, steps):
        self._courier, self._steps = courier, steps

    def __getattr__(self, name):
        there = getattr(self._courier, name)
        if name not in {"check", "send", "find", "confirmed"}:
            return there

        async def stepping(*args):
            self._steps.pass_by()
            result = await there(*args)
            self._steps.pass_by()
            return result

        return stepping


async def work(url, store, *, numbers, chance, steps=None, acked=None, until_quiet=False, patience_s=60):
    """Propose and approve acts, and send them; go on until nothing is left when that is asked for."""
    logging.disable(logging.CRITICAL)
    async with ServiceDesk(settings(url, store)) as desk:
        desk.writes._policy = POLICY
        if steps is not None:
            steps.watch(desk)
        for number in numbers:
            write = await desk.writes.propose(intent(number, chance))
            if acked is not None:
                os.write(acked, f"{number}\n".encode())
            if write.state is WriteState.PROPOSED:
                await desk.writes.approve([write.id])
            await desk.writes.run("psa")
        deadline = time.monotonic() + patience_s
        while until_quiet and time.monotonic() < deadline:
            for write in await desk.writes.list(states=[WriteState.PROPOSED], limit=1_000):
                await desk.writes.approve([write.id])
            await desk.writes.run("psa")
            left = await desk.writes.list(limit=1_000)
            if not left:
                return
            for write in left:  # a person looks at the vendor
                if write.state is WriteState.IN_DOUBT and write.kind == "time_entries.create":
                    found = [n for _, ref, n in commits(url) if ref == write.key]
                    outcome = WriteState.CONFIRMED if found else WriteState.QUEUED
                    await desk.writes.resolve(write.id, outcome, ref=found[0] if found else None)
            await asyncio.sleep(0.05)


def commits(url):
    with urllib.request.urlopen(f"{url}commits") as answer:
        return json.load(answer)


def fork(coroutine):
    """Run a coroutine in a child process; return its number."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        asyncio.run(coroutine())
        code = 0
    except BaseException as error:  # noqa: BLE001  # a child must never return into its parent's code
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
    finally:
        sys.stderr.flush()
        os._exit(code)


def ended(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def kill_at_random(url, store, *, kills, seed):
    chance = random.Random(seed)
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    heard = bytearray()
    begun = 0
    for kill in range(kills):
        numbers = range(begun, begun + 1_000)
        own = random.Random(f"{seed}:{kill}")
        pid = fork(lambda n=numbers, c=own: work(url, store, numbers=n, chance=c, acked=writing))
        time.sleep(chance.uniform(0.05, 0.9))
        os.kill(pid, signal.SIGKILL)
        ended(pid)
        with contextlib.suppress(BlockingIOError):
            heard += os.read(reading, 1 << 16)
        seen = [int(line) for line in heard.split()]
        begun = max([begun, *(number + 1 for number in seen)])
    return kills, {f"act-{int(line)}" for line in heard.split()}


def kill_at_each_step(url, store):
    kills, step = 0, 0
    while True:
        step += 1
        chance = random.Random(step)
        pid = fork(lambda s=step, c=chance: work(url, store, numbers=[s], chance=c, steps=Steps(s), until_quiet=True))
        code = ended(pid)
        fork_end = fork(lambda c=chance: work(url, store, numbers=[], chance=c, until_quiet=True))
        assert ended(fork_end) == 0
        if code == 0:
            return kills, set()
        assert code == -signal.SIGKILL, code
        kills += 1


def tally(url, store, acked, kills):
    """Hold the outbox against what the vendor did."""
    done = Counter(ref for _, ref, _ in commits(url))
    told = {}

    async def look():
        async with ServiceDesk(settings(url, store)) as desk:
            rows = await desk.store.read(lambda tx: outbox.recent(tx, limit=10_000_000))
            told["rows"] = rows
            told["audit"] = await desk.audit.verify()

    asyncio.run(look())
    rows = told["rows"]
    confirmed = [row for row in rows if row.state is WriteState.CONFIRMED]
    return {
        "kills": kills,
        "writes": len(rows),
        "confirmed": len(confirmed),
        "unfinished": len(rows) - len(confirmed),
        "lost": sum(1 for row in confirmed if not done[row.key]) + len(acked - {row.request_id for row in rows}),
        "doubled": sum(count - 1 for count in done.values() if count > 1),
        "unknown": len(set(done) - {row.key for row in rows}),
        "doubts": sum(1 for row in rows if row.doubt_at or row.asked or row.standing.attempt > 1),
        "audit": told["audit"].is_valid,
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--store", required=True)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=int, default=0)
    parser.add_argument("--points", action="store_true")
    asked = parser.parse_args()
    command = [sys.executable, str(HERE / "vendor.py"), str(asked.seed), str(asked.faults)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as vendor:
        url = vendor.stdout.readline().strip()
        assert ended(fork(lambda: work(url, asked.store, numbers=[], chance=random.Random(0)))) == 0
        if asked.points:
            kills, acked = kill_at_each_step(url, asked.store)
        else:
            kills, acked = kill_at_random(url, asked.store, kills=asked.kills, seed=asked.seed)
        last = fork(
            lambda: work(url, asked.store, numbers=[], chance=random.Random(0), until_quiet=True, patience_s=600)
        )
        assert ended(last) == 0
        sys.stdout.write(json.dumps(tally(url, asked.store, acked, kills)) + "\n")
        vendor.stdin.close()


if __name__ == "__main__":
    main()
