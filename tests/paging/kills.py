"""Kills whoever escalates and pages with SIGKILL, and counts what was lost, doubled without a mark, and left in doubt.

Each is a process of its own, forked from this one, in which an hour passes in six seconds; where pages arrive is a
server that outlives them. Run it:
``python -m tests.paging.kills --folder DIRECTORY --tickets 40 --kills 500 --seed 1 [--store URL]``, or with
``--points``: it is killed before and after each transaction instead. One that was ended goes on in the same folder.
"""

import argparse
import asyncio
import json
import logging
import os
import random
import re
import signal
import sys
import threading
import time
import warnings
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import apprise  # before there are children: it is slow to begin

from servicedesk_core import ServiceDesk
from servicedesk_core.domain import ActorType, EventSource, EventType, StatusCategory, Technician, Ticket, TicketEvent
from servicedesk_core.features.escalate.sweeping import Sweep
from servicedesk_core.features.paging.ringing import go_on
from servicedesk_core.outbox.staff import Hands
from servicedesk_core.people import Actor
from servicedesk_core.store.holding import held
from servicedesk_core.store.schema import escalation_steps, staff_attempts, staff_messages
from tests import stored
from tests.outbox.kills import ended, fork

SPEED = 600
BEGINS = datetime(2026, 3, 2, 12, tzinfo=UTC)
AT_WORK = b"w"
FAULTS = ("ok", "ok", "ok", "half", "refuse")
LONGEST_S = 240

DEFINITIONS = """\
[calendars.always]
zone = "UTC"
hours = { mon-sun = "00:00-24:00" }
[sla]
calendar = "always"
[[sla.policies]]
name = "std"
otherwise = { completion = "1 h" }
[technicians.ana]
[technicians.ben]
[on_call.all]
primary = ["ana"]
secondary = ["ben"]
[escalation_plans.std]
steps = [
  { at = "50 %", notify = ["ana", "ben"] },
  { at = "75 %", notify = ["ana"] },
  { at = "100 %", notify = ["ben"], page = true },
  { after = "30 min", notify = ["ana"] },
]
"""


class FastClock:
    """Ten minutes in a second, the same in every process."""

    def __init__(self, folder):
        self._since = float((Path(folder) / "since").read_text())

    def now(self):
        return BEGINS + timedelta(seconds=(time.time() - self._since) * SPEED)

    def monotonic(self):
        return time.monotonic()

    async def sleep(self, seconds):
        await asyncio.sleep(seconds / SPEED)


def settings(store, port):
    person = {"roles": ["technician", "service-manager", "admin"]}
    for name in ("ana", "ben"):
        os.environ[f"KILLS_{name.upper()}"] = f"json://127.0.0.1:{port}/{name}"
        os.environ[f"KILLS_{name.upper()}_2"] = f"json://127.0.0.1:{port}/{name}-2"
    people = {
        name: person | {"page": [f"env:KILLS_{name.upper()}", f"env:KILLS_{name.upper()}_2"]} for name in ("ana", "ben")
    }
    return {"desk": {"store": store, "timezone": "UTC"}, "people": people}


def opened(given, clock):
    return ServiceDesk(settings(given.store, given.port), clock=clock, actor=Actor("user:ana"))


async def begin(given):
    """Make the store, with tickets whose promises fall due one after the other."""
    folder = Path(given.folder) / "service"
    folder.mkdir()
    (folder / "said.toml").write_text(DEFINITIONS)
    clock = FastClock(given.folder)
    rows = [Technician(external_id=name[0], name=name) for name in ("Ana", "Ben")]
    for number in range(given.tickets):
        at, ref = BEGINS + timedelta(minutes=number * given.minutes / given.tickets), str(number)
        known = {"status_category": StatusCategory.NEW, "priority": "P3"}
        after = {"status_category": "new", "priority": "P3"}
        rows.append(Ticket(external_id=ref, number=f"T{ref}", title=f"<{ref}>", created_at=at, **known))
        rows.append(
            TicketEvent(external_id=f"e{ref}", ticket_ref=ref, type=EventType.CREATED, source=EventSource.HISTORY,
                        effective_at=at, actor_type=ActorType.CUSTOMER, after=after)
        )  # fmt: skip
    rows.sort(key=lambda one: one.stream)
    async with opened(given, clock) as desk:
        await desk.store.write(lambda tx: stored.put(tx, rows, now=BEGINS))
        await desk.definitions.apply(reason="agreed", folder=folder)


async def work(given, *, told=None, points=None, until_quiet=False):
    """Judge, escalate, ring and hand over; go on until nothing is left when that is asked for."""
    logging.disable(logging.CRITICAL)
    clock = FastClock(given.folder)
    async with opened(given, clock) as desk:
        if points is not None:
            _die_at(desk.store, points)
        deadline = time.monotonic() + LONGEST_S
        while time.monotonic() < deadline:
            await desk.sla.evaluate()
            async with held(desk.store, "escalation") as fence:
                await Sweep(desk, fence).once()
            async with held(desk.store, "staff") as fence:
                if told is not None:
                    os.write(told, AT_WORK)
                await go_on(desk, fence)
                hands = Hands(desk, fence)
                await hands.start()
                await hands.finish()
            if until_quiet and await desk.store.read(lambda tx: _is_quiet(tx, given)):
                return
            await asyncio.sleep(0.02)


def _is_quiet(tx, given):
    steps = tx.execute(escalation_steps.select()).all()
    waiting = tx.execute(staff_messages.select().where(staff_messages.c.state == "waiting")).first()
    return len(steps) >= 4 * given.tickets and waiting is None


def _die_at(store, point):
    """Kill this process before (an even number) or after (an odd one) its transaction of that number."""
    write, number = store.write, 0

    async def counted(work, **named):
        nonlocal number
        mine, number = number, number + 2
        if mine == point:
            os.kill(os.getpid(), signal.SIGKILL)
        found = await write(work, **named)
        if mine + 1 == point:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    store.write = counted


class Phones:
    """Where pages arrive, in the process that kills."""

    def __init__(self, seed, kept):
        self.told, self.calm, chance = [], False, random.Random(f"phones:{seed}")
        self.told += map(tuple, map(json.loads, kept.read_text().splitlines())) if kept.exists() else ()
        phones = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                manner = "ok" if phones.calm else chance.choice(FAULTS)
                if manner == "refuse":
                    self.send_error(503)
                    return
                phones.told.append((said["title"], said["message"]))
                with kept.open("a") as file:
                    file.write(json.dumps(phones.told[-1]) + "\n")
                if manner == "ok":
                    self.send_response(200)
                    self.end_headers()

            def log_message(self, *said):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # whoever called was killed
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def kill_at_random(given):
    """Kill one after the other at a random instant."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    for number in range(given.done, given.kills):
        chance = random.Random(f"{given.seed}:{number}")
        pid = fork(lambda: work(given, told=writing))
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not _heard(reading):
            time.sleep(0.005)
        time.sleep(chance.uniform(0.0, 0.8))
        os.kill(pid, signal.SIGKILL)
        ended(pid)
        _heard(reading)
        (Path(given.folder) / "done").write_text(f"{number + 1} {time.time()}")


def _heard(reading):
    try:
        return os.read(reading, 1 << 16)
    except BlockingIOError:
        return b""


def kill_at_each_point(given):
    """Kill before and after each transaction, each time one further, until one comes to its end; return how many."""
    for point in range(given.kills):
        pid = fork(lambda p=point: work(given, points=p, until_quiet=True))
        ended(pid)
    return given.kills


async def tally(given, told):
    """Hold what was to be said against what arrived."""
    async with opened(given, FastClock(given.folder)) as desk:
        rows = await desk.store.read(lambda tx: tx.execute(staff_messages.select()).all())
        steps = await desk.store.read(lambda tx: tx.execute(escalation_steps.select()).all())
        tries = await desk.store.read(lambda tx: tx.execute(staff_attempts.select()).all())
    arrived, plain = defaultdict(list), Counter()
    for title, message in told:
        arrived[re.search(r"^Id: (\w+)$", message, re.MULTILINE)[1]].append("[may be a repeat]" in title)
        if "[may be a repeat]" not in title:
            plain.update(re.findall(r"^(?:Id: (\w+))$", message, re.MULTILINE))
    of_ticket = defaultdict(set)
    for row in steps:
        of_ticket[row.ticket_id].add(row.step)
    doubtful = {row.batch for row in tries if row.fate == "in_doubt"}
    doubled = [batch for batch, marks in arrived.items() if len(marks) > 1]
    sent = [row for row in rows if row.state == "sent"]
    return {
        "messages": len(rows),
        "fired": sum(row.outcome == "fired" for row in steps),
        "late": sum(row.outcome == "late" for row in steps),
        "lost": sum(row.batch not in arrived for row in sent) + sum(row.state == "waiting" for row in rows)
        + given.tickets * 4 - sum(map(len, of_ticket.values())),
        "doubled_without_mark": sum(max(0, many - 1) for many in plain.values()),
        "unlisted": len([batch for batch in doubled if batch not in doubtful]),
        "unknown": len([batch for batch in arrived if batch not in {row.batch for row in rows}]),
        "doubled_with_mark": len(doubled),
        "in_doubt": sorted(doubtful),
    }  # fmt: skip


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--folder", required=True)
    options.add_argument("--store", default="")
    options.add_argument("--tickets", type=int, default=20)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--seed", default="1")
    options.add_argument("--points", action="store_true")
    given = options.parse_args()
    given.store = given.store or f"sqlite:///{given.folder}/desk.db"
    given.minutes = given.kills * 5  # that many pass while all are killed, half a second each
    warnings.simplefilter("ignore")
    apprise.Apprise().add("json://127.0.0.1/warm")
    folder = Path(given.folder)
    folder.mkdir(parents=True, exist_ok=True)
    phones, since, done = Phones(given.seed, folder / "told"), folder / "since", folder / "done"
    given.port, given.done = phones.port, 0
    if done.exists():
        number, at = done.read_text().split()
        given.done = int(number)
        since.write_text(str(float(since.read_text()) + time.time() - float(at)))  # while it rested no time passed
    else:
        since.write_text(str(time.time()))
        assert ended(fork(lambda: begin(given))) == 0
        done.write_text(f"0 {time.time()}")
    (kill_at_each_point if given.points else kill_at_random)(given)
    before, phones.calm = len(phones.told), True
    assert ended(fork(lambda: work(given, until_quiet=True))) == 0
    found = asyncio.run(tally(given, phones.told))
    sys.stdout.write(json.dumps(found | {"kills": given.kills, "before_the_last": before}) + "\n")


if __name__ == "__main__":
    main()
