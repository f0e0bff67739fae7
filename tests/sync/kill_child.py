"""A process that syncs and kills itself at its n-th commit. Arguments: store file, n, before|after.

With a folder and the word ``each`` in place of n, a child is forked for every commit that there is, each on a copy
``n.db`` of the folder's ``empty.db``; the number of commits is printed.
"""

import asyncio
import os
import shutil
import signal
import sys
from pathlib import Path

import fake_vendor

from servicedesk_core.store import Store
from servicedesk_core.sync.connection import Connection
from servicedesk_core.sync.engine import SyncEngine
from servicedesk_core.sync.options import Limits
from servicedesk_core.testing.clock import FakeClock


def vendor(clock):
    fake = fake_vendor.FakeVendor(clock, page_size=10)
    for n in range(2):
        fake.put("companies", f"c{n}", name=f"Company {n}")
        fake.put("technicians", f"t{n}", name=f"Technician {n}")
    for n in range(25):
        fake.ticket(f"{n:05}", company=f"c{n % 2}", assignee=f"t{n % 2}", status="Complete" if n % 4 else "New")
    for n in range(15):
        fake.put("notes", f"n{n:05}", ticket=f"{n:05}")
    return fake


async def sync(store, clock, fake):
    connection = Connection("psa", "fake", "sandbox", fake_vendor.FakeCalls(fake))
    limits = Limits(batch_rows=10, streams=1)
    return await SyncEngine(store, clock=clock, limits=limits).run(connection)


class Killing:
    """Kills the process right before or right after the n-th commit of the store."""

    def __init__(self, store, at, when):
        self.count, self.at, self.when, self.write = 0, at, when, store.write

    async def __call__(self, work, *, fence=None):
        self.count += 1
        last = self.count == self.at

        def doomed(tx):
            result = work(tx)
            if last and self.when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        result = await self.write(doomed, fence=fence)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result


def run(path, at, when):
    clock = FakeClock()
    fake = vendor(clock)
    clock.advance(7_200)
    store = Store.open(f"sqlite:///{path}", clock=clock)
    store.write = killing = Killing(store, at, when)
    asyncio.run(sync(store, clock, fake))
    store.close()
    return killing.count


def kill_at_each(folder, when):
    """Return how many commits there are: children need not import anything, so that each is at work at once."""
    at, code = 0, -signal.SIGKILL
    while code == -signal.SIGKILL:
        at += 1
        path = shutil.copyfile(folder / "empty.db", folder / f"{at}.db")
        pid = os.fork()
        if pid == 0:
            try:
                run(path, at, when)
                os._exit(0)
            finally:
                os._exit(1)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code == 0, f"{when} commit {at}: {code}"
    return at - 1


if __name__ == "__main__":
    place, number, moment = sys.argv[1:]
    told = kill_at_each(Path(place), moment) if number == "each" else run(place, int(number), moment)
    sys.stdout.write(str(told))
