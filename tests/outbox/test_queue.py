"""A queue of 10,000 writes and a vendor that is down for an hour."""

from collections import Counter, defaultdict

import pytest
from sqlalchemy import insert, update

from servicedesk_core import ServiceDesk
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import OutcomeUnknownError
from servicedesk_core.hooks.writing import Found, ProvenAbsent
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.outbox.senders import Handling, Senders, Sent
from servicedesk_core.store import outbox, schema
from tests.outbox.conftest import settings_for

WRITES, SENT, TICKETS = 10_000, 600, 200
KINDS = ("notes.create_internal", "notes.create_public")


class Vendor:
    """A sender and its vendor in one, so that 10,000 writes cost what the desk does and not what HTTP does."""

    def __init__(self):
        self.down = False
        self.asked = Counter()
        self.there = {}
        self.order = defaultdict(list)

    def carries(self, kind):
        return kind in KINDS

    def handling(self, calls, kind):
        return Handling(may_prove_absence=True, timeout_s=30.0)

    async def check(self, calls, write):
        return None

    async def send(self, calls, write):
        self.asked["send"] += 1
        if self.down:
            raise OutcomeUnknownError("no answer")
        assert write.key not in self.there, "sent twice"
        self.there[write.key] = f"n{len(self.there)}"
        self.order[write.aggregate].append(write.id)
        return Sent(self.there[write.key])

    async def find(self, calls, write, taken):
        self.asked["find"] += 1
        if self.down:
            raise OutcomeUnknownError("no answer")
        return Found(self.there[write.key]) if write.key in self.there else ProvenAbsent("searched by reference")

    def settled(self, tx, write, result):
        pass

    async def confirmed(self, calls, write, sent):
        return True


def fill(tx, now, writes):
    """Put approved writes into the outbox, several to each ticket."""
    row = {"connection": "psa", "label": "T", "base_values": {}, "proposed_by": "user:ana", "proposed_at": now}
    row |= {"decided_by": "user:ana", "decided_at": now}
    rows = [
        row
        | {
            "key": f"key-{n}",
            "kind": KINDS[n % TICKETS % 2],
            "aggregate": f"tickets:{n % TICKETS}",
            "parent": str(n % TICKETS),
            "new_values": {"body": f"{n}"},
            "state": WriteState.QUEUED,
        }
        for n in range(writes)
    ]
    tx.execute(insert(schema.outbox), rows)


def leave(tx, count):
    """Discard all but the first, which are enough to see in which order a queue is emptied."""
    tx.execute(update(schema.outbox).where(schema.outbox.c.id > count).values(state=WriteState.DISCARDED))


@pytest.mark.slow
@pytest.mark.timeout(1_800)
async def test_ten_thousand_writes_outlast_an_hour_without_the_vendor(vendor, store_url, clock):
    there = Vendor()
    writes = WRITES if store_url.startswith("sqlite") else WRITES // 10
    async with ServiceDesk(settings_for(vendor, store_url), clock=clock) as desk:
        desk.outbox.sending.policy = WritePolicy(stop_after=2 * writes)
        desk.outbox.sending.senders = Senders([there])
        await desk.store.write(lambda tx: fill(tx, clock.now(), writes))
        there.down = True
        for _ in range(60):
            await desk.writes.run("psa")
            clock.advance(60)
        assert there.there == {}
        assert there.asked["send"] <= 20, "one probe of a kind at a time, ever more seldom"
        assert there.asked["find"] <= 150, "what no answer left in doubt is looked up ever more seldom too"
        states = Counter(w.state for w in await desk.store.read(lambda tx: outbox.recent(tx, limit=2 * writes)))
        assert set(states) == {WriteState.QUEUED, WriteState.IN_DOUBT}
        assert states.total() == writes
        there.down = False
        await desk.store.write(lambda tx: leave(tx, SENT))
        runs = 0
        while await desk.writes.list(limit=1):
            await desk.writes.run("psa")
            clock.advance(600)
            runs += 1
            assert runs <= 12, "within two hours"
        assert len(there.there) == SENT
        assert all(ids == sorted(ids) for ids in there.order.values()), "each ticket in the order of approval"
        assert there.asked["send"] <= SENT + 20
        assert (await desk.audit.verify()).is_valid
