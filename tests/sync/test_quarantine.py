from dataclasses import replace
from datetime import timedelta

import pytest

from servicedesk_core.domain import StatusCategory
from servicedesk_core.hooks import SourceRecord
from servicedesk_core.ports import RawPolicy
from servicedesk_core.sync.options import SyncMode


async def test_one_record_that_cannot_be_mapped_waits_in_quarantine_and_the_others_come_in(desk):
    desk.seed()
    desk.vendor.ticket("00007", broken=True)
    report = await desk.sync()
    assert report.ok
    assert report.stream("tickets").quarantined == 1
    assert len(desk.ids("tickets")) == 119
    assert desk.sql("SELECT external_id, reason FROM quarantine") == [("00007", "the ticket cannot be understood")]


async def test_record_that_is_repaired_leaves_quarantine_by_itself(desk):
    desk.seed()
    desk.vendor.ticket("00007", broken=True)
    await desk.sync()
    desk.clock.advance(600)
    desk.vendor.ticket("00007", broken=False)
    await desk.sync()
    assert desk.sql("SELECT count(*) FROM quarantine") == [(0,)]
    desk.assert_equal()


async def test_retry_fetches_the_record_again(desk):
    desk.seed()
    desk.vendor.ticket("00007", broken=True)
    await desk.sync()
    desk.vendor.tables["tickets"]["00007"]["broken"] = False
    report = await desk.engine().retry_quarantine(desk.connection())
    assert report.stream("tickets").new == 1
    desk.assert_equal()
    assert desk.sql("SELECT count(*) FROM quarantine") == [(0,)]


async def test_retry_maps_the_kept_payload_where_records_cannot_be_fetched(desk, monkeypatch):
    import fake_vendor

    desk.seed()
    desk.calls.hidden = frozenset({"fetch_records"})
    desk.vendor.ticket("00007", broken=True)
    await desk.sync()
    real = fake_vendor.MAPPERS["tickets"]
    monkeypatch.setitem(fake_vendor.MAPPERS, "tickets", lambda raw: real({**raw, "broken": False}))
    await desk.engine().retry_quarantine(desk.connection())
    desk.assert_equal()


async def test_retry_drops_what_the_vendor_does_not_have_any_more(desk):
    desk.seed()
    desk.vendor.ticket("00007", broken=True)
    await desk.sync()
    desk.vendor.delete("tickets", "00007")
    await desk.engine().retry_quarantine(desk.connection())
    assert desk.sql("SELECT count(*) FROM quarantine") == [(0,)]


@pytest.mark.slow
@pytest.mark.parametrize("fetches", [True, False])
@pytest.mark.parametrize("since_days", [None, 9_000])
async def test_record_that_the_vendor_deleted_leaves_quarantine_when_all_are_compared(desk, fetches, since_days):
    if not fetches:
        desk.calls.hidden = frozenset({"fetch_records"})
    if since_days:
        desk.settings = {"since": desk.clock.now() - timedelta(days=since_days)}
    desk.seed()
    desk.vendor.ticket("00007", broken=True)
    desk.vendor.ticket("00008", broken=True)
    await desk.sync()
    assert desk.sql("SELECT count(*) FROM quarantine") == [(2,)]
    desk.clock.advance(600)
    desk.vendor.delete("tickets", "00007")
    await desk.sync(mode=SyncMode.RECONCILE)
    stays = [("00008",)] if fetches or not since_days else [("00007",), ("00008",)]
    assert desk.sql("SELECT external_id FROM quarantine ORDER BY 1") == stays


async def test_record_on_the_vendors_list_of_deletions_leaves_quarantine(desk):
    desk.seed()
    desk.vendor.ticket("00007", broken=True)
    await desk.sync()
    desk.clock.advance(7_200)
    desk.vendor.delete("tickets", "00007")
    desk.vendor.change_page = lambda request, number, page: replace(page, gone=["00007"])
    await desk.sync()
    assert desk.sql("SELECT count(*) FROM quarantine") == [(0,)]


@pytest.mark.slow
async def test_records_of_a_stream_that_is_swept_leave_quarantine_also_without_an_id(desk):
    desk.seed()
    odd = SourceRecord("", {"id": "", "name": "Nobody"})
    desk.vendor.change_page = lambda request, number, page: (
        replace(page, records=[*page.records, odd]) if request.stream == "technicians" else page
    )
    await desk.sync()
    assert desk.sql("SELECT stream FROM quarantine") == [("technicians",)]
    desk.clock.advance(600)
    await desk.sync(mode=SyncMode.RECONCILE)
    assert desk.sql("SELECT stream, attempts FROM quarantine") == [("technicians", 2)]
    desk.clock.advance(600)
    desk.vendor.change_page = lambda request, number, page: page
    await desk.sync(mode=SyncMode.RECONCILE)
    assert desk.sql("SELECT count(*) FROM quarantine") == [(0,)]


WORDS = "SELECT value, count(*) FROM record_issues GROUP BY 1 ORDER BY 1"


async def test_unknown_word_is_listed_as_long_as_a_record_carries_it(desk):
    for n in range(5):
        desk.vendor.ticket(f"{n}", status="Mystery")
    await desk.sync()
    assert desk.sql(WORDS) == [("Mystery", 5)]
    desk.clock.advance(600)
    desk.vendor.ticket("0", status="Doing")
    desk.vendor.ticket("1", status="Riddle")
    desk.vendor.ticket("2", title="Still a mystery")
    desk.vendor.delete("tickets", "3")
    await desk.sync(mode=SyncMode.RECONCILE)
    assert desk.sql(WORDS) == [("Mystery", 2), ("Riddle", 1)]


@pytest.mark.slow
@pytest.mark.parametrize("payloads", [RawPolicy(), RawPolicy(days=0)])
async def test_word_that_got_a_meaning_is_listed_no_longer(desk, monkeypatch, payloads):
    import fake_vendor

    desk.settings = {"raw": payloads}
    for n in range(5):
        desk.vendor.ticket(f"{n}", status="Mystery")
    await desk.sync()
    monkeypatch.setitem(fake_vendor.STATUS, "Mystery", StatusCategory.IN_PROGRESS)
    desk.vendor.version = "2"
    await desk.engine().remap(desk.connection())
    if not payloads.keeps_any:
        assert desk.sql(WORDS) == [("Mystery", 5)]
        await desk.sync(mode=SyncMode.FULL)
    assert desk.sql(WORDS) == []


async def test_changed_mapping_maps_stored_payloads_again_without_network_or_news(desk):
    desk.seed()
    await desk.sync()
    desk.vendor.requests.clear()
    events = desk.sql("SELECT count(*) FROM ticket_events")
    desk.vendor.version = "2"
    report = await desk.engine().remap(desk.connection())
    assert report.stream("tickets").read == 120
    assert desk.vendor.requests == []
    assert desk.sql("SELECT DISTINCT mapping_version FROM tickets") == [("2",)]
    assert desk.sql("SELECT count(*) FROM ticket_events") == events
    assert desk.sql("SELECT count(*) FROM changes WHERE mode = 'remap'") == [(0,)]


async def test_dry_run_reads_and_maps_but_writes_nothing(desk):
    desk.seed()
    desk.vendor.ticket("00007", broken=True)
    report = await desk.sync(dry_run=True)
    assert report.dry_run
    assert (report.stream("tickets").new, report.stream("tickets").quarantined) == (119, 1)
    for table in ("tickets", "progress", "runs", "sources", "leases", "quarantine"):
        assert desk.sql(f"SELECT count(*) FROM {table}") == [(0,)], table


async def test_plan_counts_without_pulling(desk):
    from servicedesk_core.ports import BudgetPolicy

    desk.seed()
    plan = await desk.engine().plan(desk.connection(), policy=BudgetPolicy(requests=10_000, share=0.4))
    tickets = next(s for s in plan.streams if s.stream == "tickets")
    assert (tickets.records, tickets.open_records, tickets.requests) == (120, 30, 2)
    assert plan.requests_per_hour == 2510
    assert 0 < plan.minutes_until_open_usable <= plan.hours * 60 < 1
    assert plan.disk_bytes > 0
    assert desk.vendor.requests == []
    assert desk.sql("SELECT count(*) FROM progress") == [(0,)]


class Ear:
    def __init__(self):
        self.changes, self.runs = [], []

    def on_changes(self, changes):
        self.changes += changes

    def on_sync_finished(self, run):
        self.runs.append(run)


async def test_news_are_announced_and_history_is_not(desk):
    desk.announcer = ear = Ear()
    desk.seed()
    await desk.sync()
    assert ear.changes == []
    desk.clock.advance(600)
    desk.vendor.ticket("00007", status="Doing")
    await desk.sync()
    assert [(c.entity, c.kind, c.external_id) for c in ear.changes if c.entity == "tickets"] == [
        ("tickets", "changed", "00007")
    ]
    told = len(ear.changes)
    await desk.sync()
    assert len(ear.changes) == told
    assert len(ear.runs) == 3


@pytest.mark.slow
async def test_full_disk_is_told_and_the_next_run_goes_on(desk):
    from sqlalchemy import text

    from servicedesk_core.errors import StoreFullError

    if desk.store.dialect != "sqlite":
        pytest.skip("SQLite's page limit stands for the full disk")
    desk.vendor.counts = False

    def limit(tx, pages):
        tx.execute(text(f"PRAGMA max_page_count = {pages}"))

    desk.seed(tickets=600, notes=0)
    for n in range(600):
        desk.vendor.tables["tickets"][f"{n:05}"]["description"] = f"{n} " * 400
    (used,) = desk.sql("PRAGMA page_count")[0]
    desk.store.write_blocking(lambda tx: limit(tx, used + 60))
    with pytest.raises(StoreFullError):
        await desk.sync()
    desk.store.write_blocking(lambda tx: limit(tx, 1_000_000))
    assert (await desk.sync()).ok
    desk.assert_equal()


@pytest.mark.slow
async def test_emoji_and_a_megabyte_of_text_come_through(desk):
    text = "🔧 " * 350_000
    for n in range(30):
        desk.vendor.ticket(f"{n}", title="Größe 🚀", description=text)
    report = await desk.sync(mode=SyncMode.AUTO)
    assert report.ok
    assert desk.sql("SELECT count(*) FROM tickets WHERE description = :t", t=text) == [(30,)]


async def test_old_payloads_are_dropped_as_the_connection_says(desk):
    desk.seed(tickets=3, notes=0)
    desk.settings = {"raw": RawPolicy(days=30)}
    await desk.sync()
    assert desk.sql("SELECT count(*) FROM tickets WHERE raw IS NOT NULL") == [(3,)]
    desk.clock.advance(40 * 86_400)
    desk.vendor.ticket("00001", title="Edited")
    await desk.sync()
    assert desk.sql("SELECT external_id FROM tickets WHERE raw IS NOT NULL") == [("00001",)]
