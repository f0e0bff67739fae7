"""On PostgreSQL, people and senders that change the same things at once wait for each other; they never deadlock."""

import threading
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from servicedesk_core.domain.warranty import ClaimDraft, ClaimProgress, ClaimReport, ClaimState, ClaimStatus, DeviceRef
from servicedesk_core.domain.writing import Intent, WriteState
from servicedesk_core.errors import ClaimStateError, StoreError
from servicedesk_core.features.claims.drafting import acts as drafts
from servicedesk_core.features.claims.tables import changing, reading
from servicedesk_core.features.claims.tables.stored import Drafted, Origin
from servicedesk_core.features.claims.writes import proposing, results
from servicedesk_core.features.claims.writes.content import AGGREGATE, ClaimWrite
from servicedesk_core.features.claims.writes.sender import ClaimSender
from servicedesk_core.outbox import lanes
from servicedesk_core.outbox.deciding import approve, retry
from servicedesk_core.outbox.lanes import Lane
from servicedesk_core.outbox.senders import Settled
from servicedesk_core.store import Store, audit, outbox
from servicedesk_core.store.leases import Fence
from servicedesk_core.store.outbox import propose
from servicedesk_core.testing import FakeClock

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
FENCE = Fence("writes:maker", "sender", 1)
ACT = {"actor": "user:a", "now": NOW}
ROUNDS = 40
WAITING = text(
    "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database"
    " WHERE locktype = 'advisory' AND NOT granted AND d.datname = current_database()"
)
"""How many wait for their turn."""

pytestmark = pytest.mark.postgres


@pytest.fixture
def stores(new_postgres_url):
    """Two processes' stores of one desk."""
    url = new_postgres_url()
    with ExitStack() as both:
        yield [both.enter_context(Store.open(url, clock=FakeClock(NOW))) for _ in range(2)]


def at_once(stores, works):
    """Run two transactions at the same moment; return the errors of both."""
    met, errors = threading.Barrier(2), []

    def run(store, work):
        met.wait()
        try:
            store.write_blocking(work)
        except ClaimStateError:
            pass  # the other one was first; what it found is what it may find
        except StoreError as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=pair) for pair in zip(stores, works, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def at_the_maker(tx, number):
    """Store a claim that the manufacturer has."""
    draft = ClaimDraft(device=DeviceRef(manufacturer="Maker", serial_number=f"SN{number}"))
    made = Drafted(draft, Origin(), connection="maker", manufacturer="maker", by_hand=False, filing_due_on=None)
    claim = drafts.drafted(tx, made, force=False, **ACT)
    progress = ClaimProgress(state=ClaimState.UNDER_REVIEW, ref=f"C{number}")
    return changing.save(tx, claim, now=NOW, progress=progress, submitted_at=NOW)


def sending(tx, aggregate, kind="claims.note", parent=None):
    """Store a write that is being sent."""
    write = propose(tx, Intent("maker", kind, aggregate, "T", {"text": "n"}, parent=parent), **ACT)
    write = approve(tx, write.id, **ACT)
    return outbox.begin(tx, write, fence=FENCE, timeout_s=60, **ACT)


def confirmed(tx, write, sender):
    """Do what a sender does when the vendor has confirmed."""
    sender.settled(tx, write, Settled(WriteState.CONFIRMED, NOW))
    outbox.move(tx, write, WriteState.CONFIRMED, fence=FENCE, **ACT)
    lanes.clear(tx, write.connection, write.kind)


def test_a_claim_is_told_something_while_its_note_is_confirmed(stores):
    store, _ = stores
    sender = ClaimSender(store, store.clock)
    claim = store.write_blocking(lambda tx: at_the_maker(tx, 1))
    for _ in range(ROUNDS):
        write = store.write_blocking(lambda tx: sending(tx, AGGREGATE + claim.claim_id, parent="C1"))
        seen = store.read_blocking(lambda tx: reading.by_number(tx, claim.id))
        works = (
            lambda tx, seen=seen: proposing.tell(tx, seen, ClaimWrite.NOTE, text="x", **ACT),
            lambda tx, write=write: confirmed(tx, write, sender),
        )
        assert at_once(stores, works) == []
    assert store.read_blocking(audit.verify).is_valid


def test_a_write_is_tried_again_while_another_of_its_kind_is_confirmed(stores):
    store, _ = stores
    sender = ClaimSender(store, store.clock)
    claim = store.write_blocking(lambda tx: at_the_maker(tx, 1))
    for _ in range(ROUNDS):

        def prepared(tx):
            refused = sending(tx, "tickets:1")
            outbox.move(tx, refused, WriteState.REJECTED, fence=FENCE, **ACT)
            lanes.put(tx, Lane("maker", "claims.note", 1, NOW, "down"))
            return refused, sending(tx, AGGREGATE + claim.claim_id, parent="C1")

        refused, write = store.write_blocking(prepared)
        works = (
            lambda tx, refused=refused: retry(tx, refused.id, **ACT),
            lambda tx, write=write: confirmed(tx, write, sender),
        )
        assert at_once(stores, works) == []
    assert store.read_blocking(audit.verify).is_valid


def test_an_answer_is_recorded_while_several_claims_are_followed(stores):
    store, _ = stores
    first, second = (store.write_blocking(lambda tx, n=n: at_the_maker(tx, n)) for n in (1, 2))
    for _ in range(ROUNDS):
        one, two = (store.read_blocking(lambda tx, n=n: reading.by_number(tx, n)) for n in (first.id, second.id))

        def followed(tx, one=one, two=two):
            after = changing.save(tx, one, **ACT)
            propose(tx, Intent("maker", "claims.note", AGGREGATE + after.claim_id, "T", {"text": "n"}), **ACT)
            changing.save(tx, two, **ACT)

        def recorded(tx, two=two):
            drafts.record(tx, two, ClaimReport(ref="C2", status=ClaimStatus.UNDER_REVIEW), **ACT)

        assert at_once(stores, (followed, recorded)) == []
    assert store.read_blocking(audit.verify).is_valid


def test_two_processes_that_catch_up_at_once_tell_a_claim_once(stores):
    store, other = stores
    claim = store.write_blocking(lambda tx: at_the_maker(tx, 1))

    def settled(tx):
        write = sending(tx, AGGREGATE + claim.claim_id, kind=ClaimWrite.RESUBMIT.value)
        outbox.move(tx, write, WriteState.CONFIRMED, fence=FENCE, **ACT)
        changing.save(tx, reading.by_number(tx, claim.id), sent_as=write.id, **ACT)

    store.write_blocking(settled)
    began = threading.Event()

    def first(tx):
        results.catch_up(tx, NOW)
        began.set()
        while not tx.execute(WAITING).scalar_one():
            pass

    one = threading.Thread(target=store.write_blocking, args=(first,))
    one.start()
    began.wait()
    assert other.write_blocking(lambda tx: results.catch_up(tx, NOW)) == 0
    one.join()


def test_what_begins_while_a_store_is_distrusted_is_distrusted_too(stores):
    store, other = stores
    write = store.write_blocking(lambda tx: propose(tx, Intent("maker", "tickets.update", "tickets:1", "T", {}), **ACT))
    write = store.write_blocking(lambda tx: approve(tx, write.id, **ACT))
    began = threading.Event()

    def begin(tx):
        outbox.begin(tx, write, fence=FENCE, timeout_s=60, **ACT)
        began.set()
        while not tx.execute(WAITING).scalar_one():
            pass

    sender = threading.Thread(target=store.write_blocking, args=(begin,))
    sender.start()
    began.wait()
    doubtful = other.write_blocking(lambda tx: outbox.distrust(tx, why="Restored.", **ACT))
    sender.join()
    assert doubtful == 1
    assert store.read_blocking(lambda tx: outbox.get(tx, write.id)).state is WriteState.IN_DOUBT
