"""Kills whoever orders with SIGKILL, and counts what was lost or ordered twice.

Each is a process of its own, forked from this one; the shop is a file that outlives them. Run it:
``python -m tests.parts.order_kills --folder DIRECTORY --kills 50 --seed 1``.
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
from pathlib import Path

from servicedesk_core import ServiceDesk
from servicedesk_core.domain.parts import order_number
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.features.parts.ordering import tables
from servicedesk_core.store.outbox import of_parts
from tests.outbox.kills import AT_WORK, POLICY, _acts, _heard, _tell_when_at_work, ended, fork
from tests.parts.shop import ShopFile

SHOP = Path(__file__).with_name("shop.py")
FAULTS = ("", "", "", "lost_answer", "down")


def opened(folder):
    connection = {"connector": f"{SHOP}:Shop", "path": f"{folder}/shop.db", "writes": ["purchase_orders.place"]}
    return ServiceDesk({"desk": {"store": f"sqlite:///{folder}/desk.db"}, "connections": {"shop": connection}})


async def work(folder, *, numbers=(), seed="", acked=None, until_quiet=False):
    """Order one thing after the other; go on until nothing is left when that is asked for."""
    logging.disable(logging.CRITICAL)
    shop, chance = ShopFile(f"{folder}/shop.db"), random.Random(seed)
    async with opened(folder) as desk:
        desk.outbox.sending.policy = POLICY
        if acked is not None:
            _tell_when_at_work(desk, acked)
        for number in numbers:
            if fault := chance.choice(FAULTS):
                shop.fail_next(fault)
            ordered = {"stock": "D1", "source": "shop", "request_id": f"act-{number}", "quantity": 1 + number % 3}
            await desk.parts.order(**ordered)
            os.write(acked, f"{number}\n".encode())
            await desk.parts.order(**ordered, send=True)
        deadline = time.monotonic() + 60
        while until_quiet and time.monotonic() < deadline:
            for write in await desk.writes.list(states=[WriteState.PROPOSED], limit=1_000):
                await desk.writes.approve([write.id])
            await desk.writes.run("shop")
            if not await desk.writes.list(limit=1):
                return
            await asyncio.sleep(0.05)


def kill_at_random(folder, kills, seed):
    """Kill one after the other at a random instant; return the acts that were acknowledged."""
    chance = random.Random(seed)
    reading, writing = os.pipe()
    heard, begun = b"", 0
    for kill in range(kills):
        numbers = range(begun, begun + 1_000)
        pid = fork(lambda n=numbers, k=kill: work(folder, numbers=n, seed=f"{seed}:{k}", acked=writing))
        told, deadline = b"", time.monotonic() + 10
        while AT_WORK not in told and (left := deadline - time.monotonic()) > 0:
            told += _heard(reading, left)
        time.sleep(chance.uniform(0.0, 0.4))
        os.kill(pid, signal.SIGKILL)
        ended(pid)
        heard += told + _heard(reading, 0)
        begun = max((number + 1 for number in _acts(heard)), default=0)
    return {f"act-{number}" for number in _acts(heard)}


def tally(folder, acked):
    """Hold the outbox against what the shop has."""
    at_shop = Counter(one["reference"] for one in ShopFile(f"{folder}/shop.db").all("order"))
    told = {}

    async def look():
        async with opened(folder) as desk:
            told["writes"] = await desk.store.read(lambda tx: of_parts(tx, tables.PLACE, list(WriteState)))

    asyncio.run(look())
    numbers = {order_number(one.key): one for one in told["writes"]}
    return {
        "orders": len(at_shop),
        "acknowledged": len(acked),
        "lost": len(acked - {one.request_id for one in told["writes"]})
        + sum(one.state is WriteState.CONFIRMED and not at_shop[number] for number, one in numbers.items()),
        "doubled": sum(count - 1 for count in at_shop.values()),
        "unknown": len(at_shop.keys() - numbers.keys()),
        "unfinished": sum(one.state is not WriteState.CONFIRMED for one in told["writes"]),
    }


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--folder", required=True)
    options.add_argument("--kills", type=int, default=10)
    options.add_argument("--seed", default="1")
    given = options.parse_args()
    ShopFile(f"{given.folder}/shop.db").offer("D1")
    assert ended(fork(lambda: work(given.folder))) == 0  # the store is made before anybody is killed
    acked = kill_at_random(given.folder, given.kills, given.seed)
    assert ended(fork(lambda: work(given.folder, until_quiet=True))) == 0
    sys.stdout.write(json.dumps(tally(given.folder, acked)) + "\n")


if __name__ == "__main__":
    main()
