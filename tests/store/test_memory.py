"""What else the store remembers: sources, quarantine, issues, runs, state and tokens."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from servicedesk_core.domain import MappingIssue
from servicedesk_core.errors import LeaseHeldError, NotFoundLocallyError, StoreError, TenantMismatchError
from servicedesk_core.hooks import VendorIdentity
from servicedesk_core.ports import Token
from servicedesk_core.store import issues, outbox, quarantine, runs, sources
from servicedesk_core.store.quarantine import Rejected
from servicedesk_core.store.runs import RunCounts
from servicedesk_core.store.schema import sources as sources_table
from servicedesk_core.store.state import StoreState
from servicedesk_core.store.tokens import StoreTokens

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = START + timedelta(hours=1)


@pytest.fixture
def do(store):
    return lambda function, *args, **options: store.write_blocking(lambda tx: function(tx, *args, **options))


def test_a_connection_is_remembered_with_its_tenant(do, source):
    assert do(sources.ensure, "psa", "autotask", "live", LATER) == source
    identity = VendorIdentity("autotask", "42", "Example MSP", {"tickets": "https://psa.example.com/{external_id}"})
    known = do(sources.remember_identity, source, identity)
    assert (known.vendor, known.account, known.account_name) == ("autotask", "42", "Example MSP")
    assert known.record_urls == {"tickets": "https://psa.example.com/{external_id}"}
    assert do(sources.get, "psa") == do(sources.by_id, source.id) == known
    assert do(sources.remember_identity, known, identity) == known


def test_another_tenant_behind_a_name_is_refused(do, source):
    do(sources.remember_identity, source, VendorIdentity("autotask", "42"))
    with pytest.raises(TenantMismatchError, match=r"\[psa\].*account 43.*account 42"):
        do(sources.remember_identity, source, VendorIdentity("autotask", "43"))
    assert do(sources.get, "psa").account == "42"


def test_sandbox_and_live_are_never_in_one_store(do, source):
    for name in ("psa", "other"):
        with pytest.raises(TenantMismatchError, match="sandbox"):
            do(sources.ensure, name, "autotask", "sandbox", START)
    assert [s.name for s in do(sources.all)] == ["psa"]


def test_a_name_keeps_its_connector(do, source):
    with pytest.raises(TenantMismatchError, match="tabular"):
        do(sources.ensure, "psa", "tabular", "live", START)


def test_a_blocked_connection_is_blocked_for_everybody(do, source):
    do(sources.block, source.id, "the credentials were rejected", START)
    do(sources.block, source.id, "again", LATER)
    blocked = do(sources.get, "psa")
    assert (blocked.blocked_reason, blocked.blocked_at) == ("the credentials were rejected", START)
    do(sources.unblock, source.id)
    assert do(sources.get, "psa").blocked_reason is None


def test_what_is_not_there_is_named(do, source):
    for call in (lambda: do(sources.get, "nope"), lambda: do(sources.by_id, 99), lambda: do(quarantine.get, 7)):
        with pytest.raises(NotFoundLocallyError):
            call()


def everything(tx, *of):
    return list(quarantine.each(tx, *of))


def test_quarantine_counts_attempts_and_keeps_the_payload(do, source):
    do(
        quarantine.put,
        source.id,
        "tickets",
        [Rejected("1", {"a": 2**70}, "bad"), Rejected("2", None, "bad\x00")],
        START,
    )
    do(quarantine.put, source.id, "tickets", [Rejected("1", {"a": "é\ud800"}, "worse")], LATER)
    do(quarantine.put, source.id, "tickets", [], LATER)
    first, second = do(everything, source.id, "tickets")
    assert (first.external_id, first.reason, first.attempts) == ("1", "worse", 2)
    assert (first.first_seen_at, first.last_seen_at, first.raw) == (START, LATER, {"a": "é\ud800"})
    assert (second.raw, second.reason) == (None, "bad\ufffd")
    assert do(quarantine.get, first.id) == first
    assert (do(quarantine.counts, source.id), len(do(everything, source.id, "notes"))) == ({"tickets": 2}, 0)


def test_records_leave_quarantine_when_they_fit_or_are_dropped(do, source):
    do(quarantine.put, source.id, "tickets", [Rejected(str(i), {}, "bad") for i in range(4)], START)
    assert do(quarantine.release, source.id, "tickets", ["0", "3", "77"]) == 2
    assert do(quarantine.release, source.id, "notes", ["1"]) == 0
    assert do(quarantine.drop, [q.id for q in do(everything)]) == 2
    assert do(quarantine.release, source.id, "tickets", ["1"]) == 0


def test_nothing_has_a_number_larger_than_a_store_gives(do):
    for look in (quarantine.get, outbox.get):
        for number in (10**20, -(10**20), 2**63):
            with pytest.raises(NotFoundLocallyError):
                do(look, number)


def test_a_number_that_a_store_cannot_keep_is_not_stored_and_not_told_as_one_that_is_not_there(do, store):
    row = {"name": "psa", "connector": "autotask", "environment": "live", "created_at": START, "id": 10**20}
    with pytest.raises(StoreError, match="larger than any that a store can keep") as caught:
        store.write_blocking(lambda tx: tx.execute(sources_table.insert().values(row)))
    assert not isinstance(caught.value, NotFoundLocallyError)
    with pytest.raises(NotFoundLocallyError):
        do(sources.get, "psa")


def test_an_unknown_word_is_counted_by_the_records_that_carry_it(do, source):
    odd = MappingIssue(kind="unmapped_status", field="status", value="Odd")
    new = MappingIssue(kind="unmapped_status", field="status", value="Other\x00")
    do(issues.note, source.id, "tickets", ["1", "2"], {"1": [odd, odd], "2": [odd, new], "3": [odd]})
    do(issues.note, source.id, "notes", ["1"], {"1": [odd]})
    most, least = do(issues.list, source.id, "tickets")
    assert (most.issue, most.count) == (odd, 2)
    assert (least.issue.value, least.count) == ("Other\ufffd", 1)
    do(issues.note, source.id, "tickets", ["1", "2"], {"2": [odd]})
    do(issues.note, source.id, "tickets", [], {})
    assert [(i.issue, i.count) for i in do(issues.list, source.id, "tickets")] == [(odd, 1)]
    do(issues.forget, source.id, "tickets", ["2"])
    assert [(i.stream, i.count) for i in do(issues.list)] == [("notes", 1)]


def test_runs_are_remembered_by_stream(do, source):
    first = do(runs.start, "r1", source.id, "tickets", mode="incremental", now=START)
    assert do(runs.latest)[0].outcome == "running"
    do(runs.finish, first, RunCounts(read=5, new=2, requests=1, seconds=0.5), outcome="ok", now=LATER)
    do(runs.start, "r1", source.id, "notes", mode="backfill", now=START)
    last = do(runs.start, "r2", source.id, "tickets", mode="incremental", now=LATER)
    do(runs.finish, last, RunCounts(), outcome="failed", now=LATER, error_code="network", error="x\x00")
    latest = {run.stream: run for run in do(runs.latest, source.id)}
    assert (latest["tickets"].run_id, latest["tickets"].error_code, latest["tickets"].error) == (
        "r2",
        "network",
        "x\ufffd",
    )
    assert latest["notes"].finished_at is None
    assert do(runs.last_success, source.id) == {"tickets": LATER}
    assert [run.run_id for run in do(runs.history, source.id, "tickets")] == ["r2", "r1"]
    assert do(runs.history, stream="tickets")[1].counts == RunCounts(read=5, new=2, requests=1, seconds=0.5)


async def test_state_is_each_connections_own(store, source):
    mine, other = StoreState(store, source.id), StoreState(store, source.id + 1)
    assert await mine.get("zone") is None
    await mine.put("zone", {"url": "https://example.com", "n": [1, None]})
    await mine.put("zone", {"url": "https://example.com/2"})
    assert await mine.get("zone") == {"url": "https://example.com/2"}
    assert await other.get("zone") is None
    await mine.delete("zone")
    await mine.delete("zone")
    assert await mine.get("zone") is None


async def test_the_newest_token_counts(store, source):
    tokens = StoreTokens(store, source.id)
    assert await tokens.load() is None
    await tokens.save(Token("a", LATER, "r"))
    await tokens.save(Token("b"))
    assert await tokens.load() == Token("b")


async def test_a_token_is_replaced_by_one_process_at_a_time(store, source):
    """Two objects stand for two processes: what they share is the store."""
    order = []

    async def replace(name):
        async with StoreTokens(store, source.id).renewing():
            order.append(f"{name} begins")
            await asyncio.sleep(0)
            order.append(f"{name} ends")

    await asyncio.gather(replace("a"), replace("b"))
    assert sorted((order[0], order[2])) == ["a begins", "b begins"]
    assert order[0][0] == order[1][0]
    assert order[2][0] == order[3][0]


async def test_whoever_fails_while_replacing_a_token_gives_the_turn_back(store, source):
    tokens = StoreTokens(store, source.id)
    with pytest.raises(LeaseHeldError):
        async with tokens.renewing():
            raise LeaseHeldError("of something else")
    async with tokens.renewing():
        pass
