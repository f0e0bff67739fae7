"""Kills senders with SIGKILL and counts what was lost or doubled.

Every sender is a process of its own, forked from this one, which has no threads; the vendor is another process. Run it:
``python kills.py --store sqlite:///FILE --kills 100 --seed 1 --faults 20``, or with ``--points notes.create_internal``
to kill once at each step between intent and confirmation of a write of that kind.
"""

import argparse
import asyncio
import json
import logging
import os
import random
import select
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path

import alembic.command  # noqa: F401  # a sender inherits what is imported here, and is at work sooner
import anyio._backends._asyncio  # noqa: F401
import httpx  # noqa: F401
import sqlalchemy

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from servicedesk_core import ServiceDesk
from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.outbox.committing import _each
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.outbox.senders import Senders
from servicedesk_core.store import outbox
from servicedesk_core.store.schema import outbox_history

GRANTS = ["tickets.create", "tickets.update", "notes.create_internal", "time_entries.create"]
POLICY = WritePolicy(
    stop_after=1_000_000,
    loop_limit=1_000_000,
    lease_ttl_s=0.5,
    lease_margin_s=0.1,
    longest_attempt_s=0.4,
    shortest_settle_s=1.0,
    first_wait_s=0.05,
    longest_wait_s=0.1,
    first_ask_s=0.05,
    longest_ask_s=0.2,
    ask_at_most=1_000_000,
)
"""Times of the product shortened by two orders, so that a thousand kills take minutes."""

BATCH = 5
"""How many writes a sender proposes at most before it sends; several are under way at once then."""

BY_TIME = ("_renew", "StoreLedger")
"""What happens when time has passed, not in the course of a write."""

BACKLOG = 20
"""With so many unfinished writes nothing more is proposed."""

TRIES = 5
"""How often a step is tried: where an answer comes too late, on a busy machine, a sender takes other steps."""

AT_WORK = b"w"
"""What a sender says as soon as it holds the lease."""

# ruff: noqa: E402


def settings(url, store):
    connector = f"{HERE / 'acme.py'}:Acme"
    connection = {"connector": connector, "url": url, "writes": GRANTS, "timeout_s": 0.4}
    return {"desk": {"store": store}, "connections": {"psa": connection}}


def intent(number, chance, kind=None):
    kind = kind or chance.choice(GRANTS)
    ticket = str(chance.randrange(1, 9))
    common = {"request_id": f"act-{number}"}
    match kind:
        case "tickets.create":
            values = {"title": f"New {number}", "company_ref": "c1"}
            return Intent("psa", kind, f"tickets:new:{number}", "new", values, **common)
        case "tickets.update":
            values = {"title": f"Title {number}"}
            return Intent("psa", kind, f"tickets:{ticket}", "T", values, target=ticket, **common)
        case "notes.create_internal":
            return Intent("psa", kind, f"tickets:{ticket}", "T", {"body": f"Note {number}"}, parent=ticket, **common)
        case _:
            values = {"worked_s": 60 + number, "technician_ref": "t1", "work_date": "2026-03-02"}
            return Intent("psa", kind, f"tickets:{ticket}", "T", values, parent=ticket, **common)


class Steps:
    """Names the steps of a sender, and kills the process when it first comes to one of them.

    Args:
        at: Name of the step at which to kill; ``None`` = at none.
        tell: Told the name of each step.
    """

    def __init__(self, at=None, tell=None):
        self.at, self.tell = at, tell

    def pass_by(self, name):
        if self.tell is not None:
            self.tell(name)
        if name == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, desk):
        store, sender = desk.store, desk.outbox.sending.senders.of("tickets.update")
        write = store.write

        async def stepping(work, **how):
            name = _name(work)

            def doomed(tx):
                result = work(tx)
                self.pass_by(f"before the commit of {name}")
                return result

            result = await write(doomed, **how)
            self.pass_by(f"after the commit of {name}")
            return result

        store.write = stepping
        desk.outbox.sending.senders = Senders([_Watched(sender, self)])


def _name(work):
    """Name what a transaction does: the function that makes it, or those whose work it does together."""
    if getattr(work, "func", None) is _each:
        return " and ".join(map(_name, work.keywords["works"]))
    return getattr(work, "func", work).__qualname__.replace(".<locals>", "").removesuffix(".work")


class _Watched:
    def __init__(self, sender, steps):
        self._sender, self._steps = sender, steps

    def __getattr__(self, name):
        there = getattr(self._sender, name)
        if name not in {"check", "send", "find", "confirmed"}:
            return there

        async def stepping(*args):
            self._steps.pass_by(f"before {name}")
            result = await there(*args)
            self._steps.pass_by(f"after {name}")
            return result

        return stepping


async def work(url, store, *, numbers, chance, kind=None, steps=None, acked=None, until_quiet=False, patience_s=60):
    """Propose and approve acts, and send them; go on until nothing is left when that is asked for."""
    logging.disable(logging.CRITICAL)
    async with ServiceDesk(settings(url, store)) as desk:
        desk.outbox.sending.policy = POLICY
        if steps is not None:
            steps.watch(desk)
        if acked is not None:
            _tell_when_at_work(desk, acked)
        numbers = list(numbers)
        while numbers:
            full = len(await desk.writes.list(limit=BACKLOG)) == BACKLOG
            for number in [numbers.pop(0) for _ in range(0 if full else min(len(numbers), chance.randint(1, BATCH)))]:
                write = await desk.writes.propose(intent(number, chance, kind))
                if acked is not None:
                    os.write(acked, f"{number}\n".encode())
                if write.state is WriteState.PROPOSED:
                    await desk.writes.approve([write.id])
            while not await _sent(desk):  # noqa: ASYNC110  # the lease is that of the sender that was killed
                await asyncio.sleep(0.02)
        deadline = time.monotonic() + patience_s
        while until_quiet and time.monotonic() < deadline:
            for write in await desk.writes.list(states=[WriteState.PROPOSED], limit=1_000):
                await desk.writes.approve([write.id])
            await desk.writes.run("psa")
            if not await desk.writes.list(limit=1):
                return
            await look_at_the_vendor(desk, url)
            await asyncio.sleep(0.05)


async def _sent(desk):
    (outcome,) = await desk.writes.run("psa")
    return outcome.error is None or outcome.error.code != "lease_held"


def _tell_when_at_work(desk, acked):
    """Say it once, as soon as a transaction under the lease was stored."""
    write, told = desk.store.write, []

    async def telling(work, **how):
        result = await write(work, **how)
        if how.get("fence") is not None and not told:
            told.append(os.write(acked, AT_WORK + b"\n"))
        return result

    desk.store.write = telling


async def look_at_the_vendor(desk, url):
    """Do what a person does with doubts that nothing but content can settle: look, once nothing can arrive any more."""
    latest = datetime.now(UTC) - timedelta(seconds=POLICY.shortest_settle_s)
    doubts = await desk.store.read(lambda tx: outbox.recent(tx, states=[WriteState.IN_DOUBT], limit=1_000))
    for write in doubts:
        if write.kind == "time_entries.create" and write.asked and write.sent_at < latest:
            found = [n for _, ref, n in commits(url) if ref == write.key]
            outcome = WriteState.CONFIRMED if found else WriteState.QUEUED
            await desk.writes.resolve(write.id, outcome, ref=found[0] if found else None)


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
    """Kill one sender after the other at a random instant; return the numbers of the acts that were acknowledged.

    Nine of ten are given time to get hold of the lease first, so that most kills meet a sender at work.
    """
    chance = random.Random(seed)
    reading, writing = os.pipe()
    heard, begun = b"", 0
    for kill in range(kills):
        numbers = range(begun, begun + 1_000)
        own = random.Random(f"{seed}:{kill}")
        pid = fork(lambda n=numbers, c=own: work(url, store, numbers=n, chance=c, acked=writing))
        told = b""
        if chance.random() < 0.9:
            deadline = time.monotonic() + 10
            while AT_WORK not in told and (left := deadline - time.monotonic()) > 0:
                told += _heard(reading, left)
        time.sleep(chance.uniform(0.0, 0.6))
        os.kill(pid, signal.SIGKILL)
        ended(pid)
        heard += told + _heard(reading, 0)
        begun = max((number + 1 for number in _acts(heard)), default=0)
    return kills, {f"act-{number}" for number in _acts(heard)}


def _heard(reading, wait_s):
    return os.read(reading, 1 << 16) if select.select([reading], [], [], wait_s)[0] else b""


def _acts(heard):
    return [int(line) for line in heard.split() if line != AT_WORK]


def kill_at_each_step(url, store, kind):
    """Let a sender bring a write to its end, then kill others at each step that it took; return the steps' names.

    Then the same with senders that find a write in doubt, because the one before was killed as the answer came. After
    each kill another sender brings to an end what was left.
    """
    chance = random.Random(0)
    one = partial(work, url, store, chance=chance, kind=kind, until_quiet=True)
    reading, writing = os.pipe()
    record = Steps(tell=lambda name: os.write(writing, f"{name}\n".encode()))
    acts = count()

    def was_killed_at(name, numbers):
        code = ended(fork(partial(one, numbers=numbers, steps=Steps(name))))
        assert code in {0, -signal.SIGKILL}, f"{name}: {code}"
        return code != 0

    def kill_sending(name):
        assert any(was_killed_at(name, [next(acts)]) for _ in range(TRIES)), f"no sender came to {name}"

    def kill_settling(name):
        assert any(was_killed_at(name, doubt()) for _ in range(TRIES)), f"no sender came to {name}"

    def doubt():
        kill_sending("after send")
        return []

    def finish(**options):
        assert ended(fork(partial(one, **options))) == 0

    def recorded(numbers):
        """Return the steps that were taken both times: not those of an answer that once came too late."""
        runs = []
        for _ in range(2):
            finish(numbers=numbers(), steps=record)
            runs.append(_steps(reading))
        return [name for name in runs[0] if name in runs[1]]

    names = recorded(lambda: [next(acts)])
    for name in names:
        kill_sending(name)
        finish(numbers=[])
    settling = [name for name in recorded(doubt) if name not in names]
    for name in settling:
        kill_settling(name)
        finish(numbers=[])
    return names + settling


def _steps(reading):
    told = dict.fromkeys(_heard(reading, 10).decode().splitlines())
    return [name for name in told if not any(by_time in name for by_time in BY_TIME)]


def tally(url, store, acked):
    """Hold the outbox against what the vendor did."""
    done = Counter(ref for _, ref, _ in commits(url))
    told = {}

    async def look():
        async with ServiceDesk(settings(url, store)) as desk:
            told["rows"] = await desk.store.read(lambda tx: outbox.recent(tx, limit=10_000_000))
            told["doubts"] = await desk.store.read(_doubts)
            told["audit"] = await desk.audit.verify()

    asyncio.run(look())
    rows = told["rows"]
    confirmed = [row for row in rows if row.state is WriteState.CONFIRMED]
    return {
        "writes": len(rows),
        "confirmed": len(confirmed),
        "unfinished": len(rows) - len(confirmed),
        "lost": sum(1 for row in confirmed if not done[row.key]) + len(acked - {row.request_id for row in rows}),
        "doubled": sum(count - 1 for count in done.values() if count > 1),
        "unknown": len(set(done) - {row.key for row in rows}),
        "doubts": told["doubts"],
        "audit": told["audit"].is_valid,
    }


def _doubts(tx):
    """How often a write came into doubt: a kill, or a fault of the vendor, in the middle of its attempt."""
    asked = (
        sqlalchemy.select(sqlalchemy.func.count())
        .select_from(outbox_history)
        .where(outbox_history.c.after == WriteState.IN_DOUBT.value)
    )
    return tx.execute(asked).scalar_one()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--store", required=True)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=int, default=0)
    parser.add_argument("--points", metavar="KIND", choices=GRANTS)
    asked = parser.parse_args()
    command = [sys.executable, str(HERE / "vendor.py"), str(asked.seed), str(asked.faults)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as vendor:
        url = vendor.stdout.readline().strip()
        assert ended(fork(lambda: work(url, asked.store, numbers=[], chance=random.Random(0)))) == 0
        if asked.points:
            points, acked = kill_at_each_step(url, asked.store, asked.points), set()
            told = {"kills": len(points), "points": points}
        else:
            kills, acked = kill_at_random(url, asked.store, kills=asked.kills, seed=asked.seed)
            told = {"kills": kills}
        last = fork(
            lambda: work(url, asked.store, numbers=[], chance=random.Random(0), until_quiet=True, patience_s=600)
        )
        assert ended(last) == 0
        sys.stdout.write(json.dumps(told | tally(url, asked.store, acked)) + "\n")
        vendor.stdin.close()


if __name__ == "__main__":
    main()
