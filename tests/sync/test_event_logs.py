"""Event logs: tickets folded from events, and generations that are swapped in one transaction."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from servicedesk_core.domain import EventSource, EventType, Technician, TicketEvent
from servicedesk_core.errors import NetworkError
from servicedesk_core.hooks import FetchOutcome, FetchStatus, Mapped, SourceRecord, StreamCapability
from servicedesk_core.sync.landing.derived import land_stated

WORDS = {"1": ("opened", "in_progress"), "2": ("assigned", "in_progress"), "3": ("closed", "closed")}


@pytest.fixture
def log(desk, monkeypatch):
    import fake_vendor

    def event(raw):
        _, category = WORDS[raw["id"][-1]]
        after = {"status": f"{raw['word']} v{desk.vendor.version}", "status_category": category}
        return Mapped(
            TicketEvent(
                external_id=raw["id"] + desk.vendor.version,
                ticket_ref=raw["ticket"],
                type=EventType.STATUS_CHANGED,
                source=EventSource.IMPORTED,
                effective_at=raw["at"],
                actor_ref="ana",
                after=after,
            ),
            also=(Technician(external_id="ana", name="Ana"),),
        )

    monkeypatch.setitem(fake_vendor.MAPPERS, "ticket_events", event)
    desk.vendor.capabilities = replace(
        desk.vendor.capabilities,
        streams=(StreamCapability("ticket_events", folds_into="tickets", rebuilds=True),),
    )
    desk.vendor.tables = {"ticket_events": {}}
    desk.calls.hidden = frozenset({"fetch_records"})

    def pulled_under_this_version(request, number, page):
        # The key of a row may depend on the mapping, as in a declared file.
        records = [r._replace(external_id=r.external_id + desk.vendor.version) for r in page.records]
        return replace(page, records=records)

    desk.vendor.change_page = pulled_under_this_version

    def add(case, words):
        for n in words:
            at = desk.clock.now() + timedelta(minutes=int(n))
            desk.vendor.put("ticket_events", f"{case}-{n}", ticket=case, word=WORDS[n][0], at=at.isoformat())

    desk.add = add
    return desk


async def test_tickets_are_folded_from_their_events(log):
    for case in range(120):
        log.add(f"case{case:03}", "123" if case % 2 else "12")
    log.clock.advance(3600)
    report = await log.sync()
    assert report.stream("ticket_events").new == 300
    assert log.sql("SELECT status, count(*) FROM tickets GROUP BY 1 ORDER BY 1") == [
        ("assigned v1", 60),
        ("closed v1", 60),
    ]
    assert log.sql("SELECT external_id, name FROM technicians") == [("ana", "Ana")]
    assert log.sql("SELECT count(*) FROM ticket_events WHERE source = 'observed'") == [(0,)]
    assert log.sql("SELECT count(*) FROM seen") == [(0,)]


async def test_grown_log_adds_only_its_new_rows_and_folds_only_what_they_touch(log):
    log.add("a", "12")
    log.add("b", "12")
    log.clock.advance(3600)
    await log.sync()
    log.add("a", "3")
    log.clock.advance(3600)
    report = await log.sync()
    assert report.stream("ticket_events").new == 1
    assert log.sql("SELECT external_id, status FROM tickets ORDER BY 1") == [("a", "closed v1"), ("b", "assigned v1")]
    changed = log.sql("SELECT external_id FROM changes WHERE entity = 'tickets' AND kind = 'changed'")
    assert changed == [("a",)]


async def test_an_event_that_is_read_because_its_vendor_called_is_folded_into_its_ticket(log, monkeypatch):
    log.add("a", "12")
    log.clock.advance(3600)
    await log.sync()
    log.add("a", "3")

    async def fetch_records(stream, refs):
        for ref in refs:
            row = log.vendor.tables[stream][ref.removesuffix(log.vendor.version)]
            yield FetchOutcome(ref, FetchStatus.FOUND, (SourceRecord(ref, dict(row)),))

    log.calls.hidden = frozenset()
    monkeypatch.setattr(log.calls, "fetch_records", fetch_records)
    found = await log.engine().read_again(log.connection(), {"ticket_events": {"a-31": False}})
    assert found.changed == 1
    assert log.sql("SELECT external_id, status FROM tickets") == [("a", "closed v1")]


async def test_changed_mapping_replaces_the_whole_generation(log):
    log.add("a", "123")
    log.add("b", "12")
    log.clock.advance(3600)
    await log.sync()
    log.vendor.version = "2"
    report = await log.sync()
    assert report.stream("ticket_events").modes == ["rebuild"]
    assert report.stream("ticket_events").gone == 5
    assert log.sql("SELECT status FROM tickets ORDER BY external_id") == [("closed v2",), ("assigned v2",)]
    assert log.sql("SELECT count(*) FROM ticket_events WHERE gone_at IS NULL") == [(5,)]
    for table in ("seen", "staged"):
        assert log.sql(f"SELECT count(*) FROM {table}") == [(0,)]
    assert (await log.sync()).stream("ticket_events").modes == ["incremental"]


async def test_rebuild_that_breaks_off_leaves_the_old_generation(log):
    for case in range(60):
        log.add(f"case{case:03}", "123")
    log.clock.advance(3600)
    await log.sync()
    before = log.sql("SELECT external_id, status FROM tickets ORDER BY 1")

    def down(request, number):
        if number == 2:
            raise NetworkError("gone")

    log.vendor.before_page, log.vendor.version = down, "2"
    assert not (await log.sync()).ok
    assert log.sql("SELECT external_id, status FROM tickets ORDER BY 1") == before
    assert log.sql("SELECT DISTINCT mapping_version FROM ticket_events") == [("1",)]
    log.vendor.before_page = lambda request, number: None
    assert (await log.sync()).ok
    assert log.sql("SELECT DISTINCT status FROM tickets WHERE gone_at IS NULL") == [("closed v2",)]
    assert log.sql("SELECT count(*) FROM ticket_events WHERE gone_at IS NULL") == [(180,)]


async def test_a_spelling_stays_although_another_field_of_the_record_changes(desk):
    def stated(name, email):
        one = Technician(external_id="jose", name=name, email=email)
        store = partial(land_stated, source_id=1, stream="technicians", entities=[one], mode="incremental")
        desk.store.write_blocking(partial(store, now=desk.clock.now()))
        return desk.sql("SELECT name, email FROM technicians WHERE external_id = 'jose'")

    await desk.sync()
    assert stated("Jos\u00e9", "old@example.com") == [("Jos\u00e9", "old@example.com")]
    assert stated("Jose\u0301", "new@example.com") == [("Jos\u00e9", "new@example.com")]
    assert desk.sql("SELECT changed_fields FROM changes WHERE kind = 'changed'") == [('["email"]',)]
    assert stated("Jose\u0301", "new@example.com") == [("Jos\u00e9", "new@example.com")]
    assert desk.sql("SELECT count(*) FROM changes WHERE kind = 'changed'") == [(1,)]
