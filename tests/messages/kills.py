"""Kills whoever makes and sends messages with SIGKILL at each transaction, and counts what was lost or doubled.

Each is a process of its own, forked from this one; the mail server is a thread of this one and outlives them. Run it:
``python -m tests.messages.kills --folder DIRECTORY --tickets 6 --kills 20 [--store URL]``.
"""

import argparse
import asyncio
import json
import logging
import os
import signal
import socket
import sys
import time
import warnings
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from aiosmtpd.controller import Controller

from servicedesk_core import Actor, ServiceDesk
from servicedesk_core.domain import Company, Contact, StatusCategory, Ticket
from servicedesk_core.errors import ServiceDeskError
from servicedesk_core.features.messages.making import sender
from servicedesk_core.features.messages.making.jobs import tell
from servicedesk_core.store.schema import client_messages, outbox
from servicedesk_core.testing import FakeClock
from tests import stored
from tests.outbox.kills import POLICY, ended, fork
from tests.outbox.vendor import Vendor

BEGINS = datetime(2026, 3, 2, 12, tzinfo=UTC)
ACME = f"{Path(__file__).parents[1] / 'outbox' / 'acme.py'}:Acme"
MOST = 20
"""Rounds after the last kill."""

DEFINITIONS = """\
[message_templates.done]
triggers = ["received", "resolved"]
subject = "{{ ticket.title }}"
text = "{{ ticket.number }}"
[message_triggers.received]
[message_triggers.resolved]
told_by = "desk"
"""


class Mailbox:
    """What the mail server took, by Message-ID."""

    def __init__(self):
        self.taken = Counter()

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        lines = envelope.content.decode().splitlines()
        self.taken[next(line for line in lines if line.lower().startswith("message-id"))] += 1
        return "250 OK"


def opened(given, minutes):
    server = {"kind": "smtp", "host": "127.0.0.1", "port": given.port, "security": "none"}
    settings = {
        "desk": {"store": given.store},
        "connections": {"psa": {"connector": ACME, "url": given.vendor, "writes": ["messages.mail"]}},
        "alerts": {"channels": {"office": server | {"sender": "a@example.com", "recipients": ["a@example.com"]}}},
        "messages": {"mail": "office", "mailbox": "support@example.com"},
    }
    clock = FakeClock(BEGINS + timedelta(minutes=minutes))
    return ServiceDesk(settings, clock=clock, actor=Actor("user:mia"))


async def begin(given):
    """Have tickets come in, of which half were done, and nobody look yet."""
    folder = Path(given.folder) / "service"
    folder.mkdir()
    (folder / "messages.toml").write_text(DEFINITIONS)
    async with opened(given, 0) as desk:
        await desk.definitions.apply(reason="agreed", folder=folder)
        await desk.standing.grant("messages.resolved", without_dry_run=True, per_run=100, per_hour=100, per_day=100)
    async with opened(given, 1) as desk:
        await tell(desk, None)
    at, source = BEGINS + timedelta(minutes=2), {"connector": ACME, "environment": "live"}
    kim = Contact(external_id="p1", email="kim@example.com", company_ref="c1")
    came = [Company(external_id="c1", name="Bolt"), kim, *map(partial(_ticket, at=at), range(given.tickets))]
    done = [_ticket(number, StatusCategory.RESOLVED, at=at) for number in range(0, given.tickets, 2)]
    async with opened(given, 2) as desk:
        for rows in (came, done):
            await desk.store.write(partial(stored.put, rows=rows, now=at, **source))


def _ticket(number, category=StatusCategory.NEW, *, at):
    return Ticket(
        external_id=str(number), number=f"T{number}", title="Printer", status=category.value, company_ref="c1",
        status_category=category, contact_ref="p1", created_at=at, modified_at=at,
    )  # fmt: skip


async def work(given, point=None, until=20):
    """Notice, make, release and send; killed at a transaction where one is named."""
    logging.disable(logging.CRITICAL)
    sender._TIMEOUT_S = 0.4
    left = None if point is None else [point]
    for minutes in (3, until):
        async with opened(given, minutes) as desk:
            desk.outbox.sending.policy = POLICY
            if left is not None:
                _die_at(desk.store, left)
            try:
                await tell(desk, None)
                if minutes > 3:
                    await desk.messages.release(everything=True)
                    await desk.outbox.run()
            except ServiceDeskError:  # what somebody who was killed left in the middle is looked at later
                continue


def _die_at(store, left):
    """Kill this process before (an even number) or after (an odd one) its transaction of that number."""
    write = store.write

    async def counted(work, **how):
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        done = await write(work, **how)
        left[0] -= 2
        if left[0] == -1:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    store.write = counted


async def tally(given, taken):
    """Hold what was to be told against what arrived."""
    async with opened(given, 60) as desk:
        messages = await desk.store.read(lambda tx: tx.execute(client_messages.select()).all())
        writes = await desk.store.read(lambda tx: tx.execute(outbox.select()).all())
        queue = (await desk.messages.queue(limit=1_000)).items
    states = {row.id: str(row.state) for row in writes}
    arrived = {line.partition("<")[2].partition("@")[0]: many for line, many in taken.items()}
    told = {row.ticket_id for row in messages if row.write_id in states}
    carried = [row for row in writes if str(row.state) == "confirmed"]
    doubt = {row.id for row in writes if str(row.state) == "in_doubt"}
    return {
        "told": len(told),
        "lost": given.tickets - len(told) + sum(row.key not in arrived for row in carried),
        "doubled": sum(many > 1 for many in arrived.values()) + len(writes) - len({row.request_id for row in writes}),
        "unsent": sum(state in {"proposed", "queued", "sending"} for state in states.values()),
        "unlisted": len(doubt - {one.write for one in queue}),
        "in_doubt": len(doubt),
        "arrived": len(arrived),
    }


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as door:
        return door.getsockname()[1]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--folder", required=True)
    options.add_argument("--store")
    options.add_argument("--tickets", type=int, default=6)
    options.add_argument("--kills", type=int, default=20)
    given = options.parse_args()
    given.store = given.store or f"sqlite:///{given.folder}/desk.db"
    warnings.simplefilter("ignore")
    box = Mailbox()
    vendor = Vendor()
    given.vendor, given.port = vendor.serve(), free_port()
    server = Controller(box, hostname="127.0.0.1", port=given.port)
    server.start()
    assert ended(fork(lambda: begin(given))) == 0
    killed = sum(ended(fork(lambda p=point: work(given, p))) == -signal.SIGKILL for point in range(given.kills))
    for minutes in range(20, 20 + 10 * MOST, 10):  # what was under way is looked at once its time is over
        assert ended(fork(lambda until=minutes: work(given, until=until))) == 0
        found = asyncio.run(tally(given, box.taken))
        if not found["unsent"]:
            break
        time.sleep(0.5)
    server.stop()
    vendor.close()
    sys.stdout.write(json.dumps(found | {"killed": killed}) + "\n")


if __name__ == "__main__":
    main()
