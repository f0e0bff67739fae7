"""Real processes on one store: killed, competing, overtaking."""

import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from servicedesk_core.errors import LeaseHeldError
from servicedesk_core.store import Store, changes, leases, passes, records, sources
from servicedesk_core.store.records import Incoming

START = datetime(2026, 3, 2, 9, tzinfo=UTC)

WORKER = """
import json, sys
from datetime import UTC, datetime
from servicedesk_core.clock import SystemClock
from servicedesk_core.domain import Ticket
from servicedesk_core.store import Store, leases, passes, records, sources
from servicedesk_core.store.records import Incoming

url, owner, pages, stop_at = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
now = datetime(2026, 3, 2, 9, tzinfo=UTC)
store = Store.open(url, clock=SystemClock())
source = store.write_blocking(lambda tx: sources.ensure(tx, "psa", "autotask", "live", now))
key = passes.PassKey(source.id, "tickets", "scope", "backfill", owner)
current = store.write_blocking(lambda tx: passes.start(tx, key, now))

def tell(what):
    print(what, flush=True)
    if what == stop_at:
        sys.stdin.readline()  # is killed here

for page in range(int(current.resume or 0), pages):
    def commit(tx, page=page):
        rows = [Incoming(Ticket(external_id=f"{owner}-{page}-{i}"), {"i": i}, None, "1") for i in range(50)]
        records.apply(tx, source.id, "tickets", rows, mode="backfill", now=now)
        tell(f"before {page}")
        passes.commit_page(tx, current.pass_id, resume=str(page + 1), records=50)
        tell(f"inside {page}")
    store.write_blocking(commit)
    tell(f"after {page}")
store.write_blocking(lambda tx: passes.finish(tx, current.pass_id, watermark=now, now=now))
store.close()
print("done", flush=True)
"""


def start(url, owner="a", pages=4, stop_at=""):
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, url, owner, str(pages), stop_at],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def kill_at(url, stop_at):
    worker = start(url, stop_at=stop_at)
    for line in worker.stdout:
        if line.strip() == stop_at:
            os.kill(worker.pid, signal.SIGKILL)
            break
    worker.communicate()
    return worker.returncode


@pytest.mark.slow
@pytest.mark.parametrize(
    "stop_at", ["before 0", "inside 0", "after 0", "before 2", "inside 2", "after 2", "inside 3", "after 3"]
)
def test_a_process_killed_at_a_commit_loses_and_doubles_nothing(store_url, clock, stop_at):
    assert kill_at(store_url, stop_at) == -signal.SIGKILL
    with Store.open(store_url, clock=clock) as store:
        source = store.read_blocking(lambda tx: sources.get(tx, "psa"))
        [half] = store.read_blocking(lambda tx: passes.all(tx, source.id))
        rows = store.read_blocking(lambda tx: records.counts(tx, source.id))["tickets"]
        told = len(store.read_blocking(lambda tx: changes.read(tx, limit=1000, include_backfill=True)))
        assert rows == told == half.records == 50 * int(half.resume or 0), "position, records and feed agree"
    again = start(store_url)
    assert again.communicate(timeout=600)[0].endswith("done\n")
    with Store.open(store_url, clock=clock) as store:
        source = store.read_blocking(lambda tx: sources.get(tx, "psa"))
        found = store.read_blocking(lambda tx: changes.read(tx, limit=1000, include_backfill=True))
        assert len({c.external_id for c in found}) == len(found) == 200
        assert store.read_blocking(lambda tx: passes.all(tx, source.id))[0].state == "complete"


@pytest.mark.slow
def test_several_processes_write_at_once(store_url, clock):
    workers = [start(store_url, owner=name, pages=15) for name in "abc"]
    assert all(worker.communicate(timeout=600)[0].endswith("done\n") for worker in workers)
    with Store.open(store_url, clock=clock) as store:
        found = store.read_blocking(lambda tx: changes.read(tx, limit=10_000, include_backfill=True))
        assert len({c.external_id for c in found}) == len(found) == 3 * 15 * 50
        assert len({c.local_id for c in found}) == len(found)


@pytest.mark.slow
def test_two_processes_on_the_same_records_double_nothing(store_url, clock):
    workers = [start(store_url, owner="same", pages=10) for _ in range(2)]
    for worker in workers:
        worker.communicate(timeout=600)
    with Store.open(store_url, clock=clock) as store:
        found = store.read_blocking(lambda tx: changes.read(tx, limit=10_000, include_backfill=True))
        assert len({c.external_id for c in found}) == len(found) == 500


SPENDER = """
import asyncio, sys
from servicedesk_core.clock import SystemClock
from servicedesk_core.errors import RateLimitedError
from servicedesk_core.ports import BudgetKey, BudgetPolicy
from servicedesk_core.store import Store
from servicedesk_core.store.budgets import StoreLedger

async def main():
    async with Store.open(sys.argv[1], clock=SystemClock()) as store:
        ledger = StoreLedger(store, max_wait_s=1)
        policy = BudgetPolicy(requests=400, slow_at=1.0, pause_at=1.0, reserved=0.0, concurrency=2)
        sent = 0
        print("ready", flush=True)
        sys.stdin.readline()
        try:
            while sent < 400:
                async with await ledger.acquire(BudgetKey("acme", "t", "Tickets"), policy):
                    sent += 1
                    await asyncio.sleep(0.001)
        except RateLimitedError:
            pass
        await ledger.aclose()
        print(sent)

asyncio.run(main())
"""


@pytest.mark.slow
def test_two_processes_share_a_quota_and_its_places(store_url):
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", SPENDER, store_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    assert [worker.stdout.readline() for worker in workers] == ["ready\n"] * 2
    for worker in workers:
        worker.stdin.write("go on\n")
        worker.stdin.flush()
    sent = [json.loads(worker.communicate(timeout=600)[0]) for worker in workers]
    assert 340 <= sum(sent) <= 400
    assert min(sent) > 20, "both get their turn"


@pytest.mark.slow
def test_only_one_of_two_processes_gets_a_lease(store_url, clock):
    code = (
        "import sys; from servicedesk_core.clock import SystemClock; from servicedesk_core.store import Store, leases\n"
        "store = Store.open(sys.argv[1], clock=SystemClock())\n"
        "store.write_blocking(lambda tx: leases.acquire(tx, 'sync:psa', 'other', 60)); print('held', flush=True)\n"
        "sys.stdin.readline()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, store_url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout.readline() == "held\n"
    with Store.open(store_url, clock=clock) as store, pytest.raises(LeaseHeldError, match="other"):
        store.write_blocking(lambda tx: leases.acquire(tx, "sync:psa", "me", 60))
    other.communicate("\n")


@pytest.mark.postgres
def test_a_reader_never_passes_a_change_that_is_still_open(postgres_store_url, clock, ticket):
    """The first transaction takes lower numbers and commits last: a reader in between must not skip it."""
    with Store.open(postgres_store_url, clock=clock) as one, Store.open(postgres_store_url, clock=clock) as other:
        source = one.write_blocking(lambda tx: sources.ensure(tx, "psa", "autotask", "live", START))
        written, release = threading.Event(), threading.Event()

        def put(external_id, *, hold=False):
            def work(tx):
                row = Incoming(ticket(external_id), None, None, "1")
                records.apply(tx, source.id, "tickets", [row], mode="incremental", now=START)
                if hold:
                    written.set()
                    assert release.wait(60)

            return work

        def seen(after=0):
            return [c.external_id for c in other.read_blocking(lambda tx: changes.read(tx, after))]

        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(one.write_blocking, put("first", hold=True))
            assert written.wait(60)
            second = pool.submit(other.write_blocking, put("second"))
            offsets = [seen() for _ in range(5)]
            release.set()
            first.result(60)
            second.result(60)
        assert all(found in ([], ["first"], ["first", "second"]) for found in offsets)
        assert seen() == ["first", "second"]
