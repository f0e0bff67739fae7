"""A process that reads the past of tickets, tells whom it asks about, and kills itself at its n-th commit.

Arguments: store file, n.
"""

import asyncio
import sys

import fake_vendor
import kill_child

from servicedesk_core.domain import EventSource, EventType, TicketEvent
from servicedesk_core.hooks import FetchOutcome, FetchStatus, Mapped, SourceRecord
from servicedesk_core.store import Store
from servicedesk_core.sync.connection import Connection
from servicedesk_core.sync.engine import SyncEngine
from servicedesk_core.sync.options import Limits
from servicedesk_core.testing.clock import FakeClock

TICKETS = 60


class Telling(fake_vendor.FakeCalls):
    """Tells of each ticket that it was created, and that it is what it is."""

    async def fetch_history(self, ticket_refs):
        for ref in ticket_refs:
            sys.stdout.write(f"{ref}\n")
            sys.stdout.flush()
            yield FetchOutcome(ref, FetchStatus.FOUND, (SourceRecord(f"h{ref}", {"id": f"h{ref}", "of": ref}),))


def told(raw):
    return Mapped(TicketEvent(external_id=raw["id"], ticket_ref=raw["of"], type=EventType.CREATED,
                              source=EventSource.HISTORY, effective_at="2026-01-05T09:00:00Z",
                              after={"status": "Complete"}))  # fmt: skip


fake_vendor.MAPPERS["ticket_events"] = told


def engine(store, clock):
    fake = fake_vendor.FakeVendor(clock, page_size=100)
    for n in range(TICKETS):
        fake.ticket(f"{n:05}", status="Complete")
    connection = Connection("psa", "fake", "sandbox", Telling(fake))
    return SyncEngine(store, clock=clock, limits=Limits(batch_rows=100)), connection


def main():
    path, at = sys.argv[1], int(sys.argv[2])
    clock = FakeClock()
    since = clock.now()
    store = Store.open(f"sqlite:///{path}", clock=clock)
    syncing, connection = engine(store, clock)
    clock.advance(7_200)
    asyncio.run(syncing.run(connection))
    store.write = kill_child.Killing(store, at, "before")
    asyncio.run(syncing.read_past(connection, since))
    store.close()


if __name__ == "__main__":
    main()
