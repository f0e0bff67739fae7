"""How far each stream was read, and what a pass collects until it ends."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from servicedesk_core.store import passes, records
from servicedesk_core.store.passes import PassKey

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = START + timedelta(hours=1)


@pytest.fixture
def key(source):
    return PassKey(source.id, "tickets", "scope", "incremental")


@pytest.fixture
def do(store):
    return lambda function, *args, **options: store.write_blocking(lambda tx: function(tx, *args, **options))


def test_an_interrupted_pass_goes_on_where_it_stopped(do, key):
    begun = do(passes.start, key, START, since=START, until=LATER)
    do(passes.commit_page, begun.pass_id, resume="v1:500", records=500, max_stamp=LATER)
    do(passes.commit_page, begun.pass_id, resume="v1:900", records=400, max_stamp=START)
    again = do(passes.start, key, LATER)
    assert (again.pass_id, again.resume, again.started_at) == (begun.pass_id, "v1:900", START)
    assert (again.pages, again.records, again.max_stamp) == (2, 900, LATER)
    assert (again.since, again.until) == (START, LATER)


def test_the_watermark_is_earned_at_the_end_only_and_outlives_the_next_pass(do, key):
    first = do(passes.start, key, START)
    do(passes.commit_page, first.pass_id, resume="x", records=1)
    do(passes.finish, first.pass_id, watermark=START, now=LATER)
    done = do(passes.resume_of, key)
    assert (done.state, done.resume, done.watermark, done.finished_at) == ("complete", None, START, LATER)
    second = do(passes.start, key, LATER)
    assert second.pass_id > first.pass_id
    assert (second.state, second.watermark, second.records, second.resume) == ("running", START, 0, None)
    do(passes.finish, second.pass_id, watermark=None, now=LATER)
    assert do(passes.resume_of, key).watermark == START


def test_a_pass_can_be_begun_anew(do, key):
    first = do(passes.start, key, START)
    do(passes.note_seen, first.pass_id, ["1"])
    second = do(passes.start, key, LATER, restart=True)
    assert second.pass_id != first.pass_id
    assert do(passes.seen_count, first.pass_id) == 0


def test_keys_do_not_mix(do, key, source):
    do(passes.start, key, START)
    other = PassKey(source.id, "tickets", "other scope", "incremental")
    assert do(passes.resume_of, other) is None
    do(passes.start, other, START)
    do(passes.start, PassKey(source.id, "notes", "scope", "backfill", "older-1", "p2"), START)
    assert len(do(passes.all, source.id)) == 3
    assert len(do(passes.all, source.id, "tickets")) == 2
    [one] = do(passes.all, source.id, scope_hash="scope", mode="backfill")
    assert (one.key.slice, one.key.partition) == ("older-1", "p2")


def test_what_a_complete_reconciliation_did_not_see_is_named(do, key, source, put, ticket):
    old, new = START - timedelta(days=10), START + timedelta(minutes=1)
    put(ticket(1, created_at=old), ticket(2, created_at=old), ticket(3, created_at=START), now=old)
    put(ticket(4, created_at=old), now=new)
    do(records.mark_gone, source.id, "tickets", ["3"], reason="x", mode="x", now=START)
    put(ticket(5, created_at=START), now=old)
    begun = do(passes.start, key, START)
    do(passes.note_seen, begun.pass_id, ["1", "1", "9"])
    do(passes.note_seen, begun.pass_id, ["1"])
    assert do(passes.seen_count, begun.pass_id) == 2
    known_before = {"first_seen_before": START}
    assert do(passes.unseen, begun.pass_id, source.id, "tickets", **known_before).keys() == {"2", "5"}
    assert do(passes.unseen, begun.pass_id, source.id, "tickets", **known_before, limit=1).keys() == {"2"}
    first = do(passes.unseen, begun.pass_id, source.id, "tickets", **known_before, limit=1)
    after = {"after_local_id": first["2"], "limit": 1}
    assert do(passes.unseen, begun.pass_id, source.id, "tickets", **known_before, **after).keys() == {"5"}
    assert do(passes.unseen, begun.pass_id, source.id, "tickets", **known_before, created_since=START).keys() == {"5"}


def test_pages_put_aside_come_back_in_order_and_leave_no_trace(do, store, key):
    begun = do(passes.start, key, START)
    assert [do(passes.stage, begun.pass_id, [(str(i), {"a": i, "b": "é"})]) for i in range(3)] == [1, 2, 3]
    assert do(passes.staged_page, begun.pass_id, 2) == [("1", {"a": 1, "b": "é"})]
    assert do(passes.staged_page, begun.pass_id, 4) is None
    do(passes.finish, begun.pass_id, watermark=None, now=LATER)
    left = text("SELECT (SELECT COUNT(*) FROM staged) + (SELECT COUNT(*) FROM seen)")
    assert store.read_blocking(lambda tx: tx.execute(left).scalar_one()) == 0


def test_a_discarded_pass_is_forgotten(do, key):
    begun = do(passes.start, key, START)
    do(passes.discard, begun.pass_id)
    assert do(passes.resume_of, key) is None
    assert do(passes.start, key, START).pass_id > begun.pass_id, "a number is never used again"
