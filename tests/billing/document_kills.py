"""Kills whoever bills with SIGKILL, and counts what is in the books not at all, or twice.

Each is a process of its own, forked from this one; the ledger is a file that outlives them. Run it:
``python -m tests.billing.document_kills --folder DIRECTORY --documents 40 --kills 50 --seed 1``.
"""

import argparse
import asyncio
import json
import logging
import os
import random
import signal
import sys
import time
from collections import Counter

from servicedesk_core import ServiceDesk
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.features.billing.drafts import Source
from servicedesk_core.features.billing.sending import tables
from tests import stored
from tests.billing.books import NOW, batch, documents, draft, settings, worked
from tests.billing.ledger import LedgerFile
from tests.outbox.kills import AT_WORK, POLICY, _heard, _tell_when_at_work, ended, fork

FAULTS = ("", "", "", "lost_answer", "down")
AT_ONCE = 3
"""How many documents are proposed before they are sent."""


def opened(folder):
    return ServiceDesk(settings(f"{folder}/books.db", store=f"sqlite:///{folder}/desk.db"))


async def begin(folder, count):
    """Make the store, with what is to be billed."""
    async with opened(folder) as desk:
        refs = [f"e{number}" for number in range(count)]
        await desk.store.write(lambda tx: stored.put(tx, worked(*refs), now=NOW))


async def work(folder, *, count, seed="", told=None, until_quiet=False):
    """Bill one entry after the other, and send; go on until nothing is left when that is asked for."""
    logging.disable(logging.CRITICAL)
    ledger, chance = LedgerFile(f"{folder}/books.db"), random.Random(seed)
    async with opened(folder) as desk:
        desk.outbox.sending.policy = POLICY
        if told is not None:
            _tell_when_at_work(desk, told)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if fault := chance.choice(FAULTS) if not until_quiet else "":
                ledger.fail_next(fault)
            billed = await desk.store.read(tables.billed_sources)
            left = [
                ref
                for ref in (f"e{number}" for number in range(count))
                if Source(connection="psa", stream="time_entries", ref=ref) not in billed
            ]
            await (await batch(desk, *(draft(ref) for ref in left[:AT_ONCE]))).propose(desk)
            waiting = [one.id for one in await desk.writes.list(states=[WriteState.PROPOSED], limit=1_000)]
            await desk.writes.approve(waiting, send=True)
            await desk.writes.run("books")
            if until_quiet and not left and not await desk.writes.list(limit=1):
                return
            await asyncio.sleep(0.02)


def kill_at_random(folder, count, kills, seed):
    """Kill one after the other at a random instant."""
    chance = random.Random(seed)
    reading, writing = os.pipe()
    for kill in range(kills):
        pid = fork(lambda k=kill: work(folder, count=count, seed=f"{seed}:{k}", told=writing))
        said, deadline = b"", time.monotonic() + 10
        while AT_WORK not in said and (left := deadline - time.monotonic()) > 0:
            said += _heard(reading, left)
        time.sleep(chance.uniform(0.0, 0.3))
        os.kill(pid, signal.SIGKILL)
        ended(pid)
        _heard(reading, 0)


def tally(folder):
    """Hold what we know against the books."""
    told = {}

    async def look():
        async with opened(folder) as desk:
            told["ours"] = await documents(desk)

    asyncio.run(look())
    books = Counter(one["number"] for one in LedgerFile(f"{folder}/books.db").all())
    live = {row.number: row for row in told["ours"] if not row.state.is_over}
    bills = Counter(line["description"] for one in LedgerFile(f"{folder}/books.db").all() for line in one["lines"])
    return {
        "documents": len(books),
        "billed": len(bills),
        "twice": sum(many - 1 for many in books.values()) + sum(many - 1 for many in bills.values()),
        "lost": len(live.keys() - books.keys()),
        "unknown": len(books.keys() - live.keys()),
        "gaps": max((int(row.number[4:]) for row in told["ours"]), default=0) - len(told["ours"]),
    }


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--folder", required=True)
    options.add_argument("--documents", type=int, default=40)
    options.add_argument("--kills", type=int, default=10)
    options.add_argument("--seed", default="1")
    given = options.parse_args()
    assert ended(fork(lambda: begin(given.folder, given.documents))) == 0
    kill_at_random(given.folder, given.documents, given.kills, given.seed)
    before = len(LedgerFile(f"{given.folder}/books.db").all())
    assert ended(fork(lambda: work(given.folder, count=given.documents, until_quiet=True))) == 0
    sys.stdout.write(json.dumps(tally(given.folder) | {"before_the_last": before}) + "\n")


if __name__ == "__main__":
    main()
