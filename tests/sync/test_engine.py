from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from servicedesk_core.errors import NetworkError
from servicedesk_core.hooks import PullMode
from servicedesk_core.store import records
from servicedesk_core.sync.options import SyncMode
from servicedesk_core.sync.report import StreamState


async def test_first_sync_brings_everything_and_tells_how_much(desk):
    desk.seed()
    report = await desk.sync()
    assert report.ok
    desk.assert_equal()
    tickets = report.stream("tickets")
    assert (tickets.read, tickets.new, tickets.expected, tickets.backfilled) == (120, 120, 120, True)
    assert tickets.complete_back_to is None
    assert [r.stream for r in report.streams] == ["companies", "technicians", "tickets", "notes"]


async def test_second_sync_asks_once_for_each_stamped_stream_and_finds_nothing(desk):
    desk.seed()
    desk.clock.advance(2 * 3600)
    await desk.sync()
    desk.vendor.requests.clear()
    desk.clock.advance(3600)
    report = await desk.sync()
    assert report.ok
    assert sorted(r.stream for r in desk.vendor.requests) == ["companies", "notes", "tickets"]
    assert {r.mode for r in desk.vendor.requests} == {PullMode.INCREMENTAL}
    assert report.stream("technicians").state is StreamState.SKIPPED
    assert sum(r.read for r in report.streams) == 0


async def test_only_what_changed_comes_with_the_next_sync(desk):
    desk.seed()
    desk.clock.advance(2 * 3600)
    await desk.sync()
    desk.clock.advance(3600)
    desk.vendor.ticket("00003", status="Doing", assignee="t2")
    desk.vendor.ticket("00500")
    desk.clock.advance(60)
    report = await desk.sync()
    tickets = report.stream("tickets")
    assert (tickets.read, tickets.new, tickets.changed) == (2, 1, 1)
    desk.assert_equal()


async def test_everything_read_again_changes_nothing(desk):
    desk.seed()
    await desk.sync()
    before = desk.sql("SELECT count(*) FROM changes")
    report = await desk.sync(mode=SyncMode.FULL)
    assert report.stream("tickets").unchanged == 120
    assert sum(r.new + r.changed for r in report.streams) == 0
    assert desk.sql("SELECT count(*) FROM changes") == before


async def test_large_stream_is_read_open_first_then_recent_then_older(desk):
    fake = desk.vendor
    for days, status in ((10, "New"), (10, "Complete"), (200, "Complete"), (700, "New"), (3000, "Complete")):
        fake.ticket(status=status, created=_ago(desk, days))
    fake.counts = False
    report = await desk.sync(streams=("tickets",))
    asked = [r for r in fake.requests if r.stream == "tickets"]
    assert asked[0].only_open
    assert asked[1].until is None
    assert all(newer.since == older.until for newer, older in pairwise(asked[1:]))
    assert report.stream("tickets").backfilled
    desk.assert_equal()


def _large(desk):
    """Tickets of which no one counts how many they are, so that open ones are read first."""
    desk.vendor.counts = False
    ages = {"10": "New", "11": "Complete", "200": "Complete", "201": "New", "700": "Complete", "3000": "New"}
    return {days: desk.vendor.ticket(status=status, created=_ago(desk, int(days))) for days, status in ages.items()}


def _between(desk, happening):
    """Let something happen when the open tickets were read, before the others are."""

    def before_page(request, number):
        if request.stream == "tickets" and not request.only_open and not number and not happened:
            happened.append(request)
            desk.clock.advance(60)
            happening()

    happened = []
    desk.vendor.before_page = before_page


async def test_open_tickets_are_not_read_again_with_the_others(desk):
    _large(desk)
    report = await desk.sync(streams=("tickets",))
    assert report.stream("tickets").read == 6
    desk.assert_equal()
    desk.clock.advance(7_200)
    assert (await desk.sync(mode=SyncMode.FULL, streams=("tickets",))).stream("tickets").unchanged == 6


async def test_a_connector_that_brings_open_tickets_twice_doubles_nothing(desk, monkeypatch):
    tickets, pull = _large(desk), desk.calls.pull
    monkeypatch.setattr(desk.calls, "pull", lambda request: pull(replace(request, without_open=False)))
    _between(desk, lambda: desk.vendor.ticket(tickets["201"], status="Doing"))
    opened = [tickets[days] for days in ("10", "201", "3000")]
    report = (await desk.sync(streams=("tickets",))).stream("tickets")
    for _ in range(2):
        assert (report.read, report.new, report.changed) == (9, 6, 1)
        events = "SELECT ticket_ref, type, COUNT(*) FROM ticket_events GROUP BY 1, 2 ORDER BY 1, 2"
        snapshots = [(ref, "snapshot", 1) for ref in opened]
        assert desk.sql(events) == sorted([*snapshots, (tickets["201"], "status_changed", 1)])
        told = "SELECT external_id, kind, COUNT(*) FROM changes WHERE entity = 'tickets' GROUP BY 1, 2 ORDER BY 1, 2"
        created = [(ref, "created", 1) for ref in tickets.values()]
        assert desk.sql(told) == sorted([*created, (tickets["201"], "changed", 1)])
        desk.clock.advance(60)
        await desk.sync(streams=("tickets",))
    desk.assert_equal()


async def test_ticket_that_ends_after_the_open_ones_were_read_is_stored_as_it_is_then(desk):
    tickets = _large(desk)
    _between(desk, lambda: desk.vendor.ticket(tickets["3000"], status="Complete"))
    await desk.sync(streams=("tickets",))
    desk.assert_equal()


async def test_ticket_that_is_opened_again_before_its_piece_is_read_comes_with_the_next_changes(desk):
    tickets = _large(desk)
    _between(desk, lambda: desk.vendor.ticket(tickets["700"], status="New"))
    await desk.sync(streams=("tickets",))
    desk.clock.advance(60)
    await desk.sync(streams=("tickets",))
    desk.assert_equal()


async def test_another_mapping_may_call_other_tickets_open_so_nothing_is_left_out(desk):
    _large(desk)
    _between(desk, lambda: setattr(desk.vendor, "version", "another"))
    await desk.sync(streams=("tickets",))
    asked = [r.without_open for r in desk.vendor.requests if r.stream == "tickets" and not r.only_open]
    assert asked[0]
    assert not any(asked[1:])
    desk.assert_equal()


async def test_open_tickets_read_in_two_runs_are_read_again_with_the_others(desk):
    _large(desk)
    desk.vendor.page_size, desk.limits = 1, replace(desk.limits, batch_rows=1)

    def fail(request, number):
        if number == 1 and not desk.vendor.requests[1:]:
            raise NetworkError("the vendor is away")

    desk.vendor.before_page = fail
    await desk.sync(streams=("tickets",))
    await desk.sync(streams=("tickets",))
    asked = [r for r in desk.vendor.requests if r.stream == "tickets" and r.mode is PullMode.BACKFILL]
    assert [r.only_open for r in asked[:3]] == [True, True, False]
    assert not any(r.without_open for r in asked)
    desk.assert_equal()


async def test_since_leaves_older_closed_tickets_out_and_older_open_ones_in(desk):
    fake = desk.vendor
    fake.counts = False
    old_open = fake.ticket(status="New", created=_ago(desk, 800))
    fake.ticket(status="Complete", created=_ago(desk, 800))
    recent = fake.ticket(status="Complete", created=_ago(desk, 8))
    since = desk.clock.now() - timedelta(days=365)
    report = await desk.sync(desk.connection(since=since), streams=("tickets",))
    assert desk.ids("tickets") == {old_open, recent}
    assert report.stream("tickets").complete_back_to == since


async def test_another_filter_is_another_backfill(desk):
    desk.seed()
    await desk.sync()
    desk.vendor.requests.clear()
    await desk.sync(desk.connection(filters={"queues": ["Helpdesk"]}))
    assert PullMode.BACKFILL in {r.mode for r in desk.vendor.requests if r.stream == "tickets"}


async def test_tickets_changed_between_two_runs_make_events(desk):
    desk.vendor.ticket("00001")
    await desk.sync()
    desk.clock.advance(3600)
    desk.vendor.ticket("00001", status="Doing", assignee="t1")
    desk.clock.advance(3600)
    await desk.sync()
    events = desk.sql("SELECT type, source FROM ticket_events ORDER BY local_id")
    assert events == [("snapshot", "observed"), ("status_changed", "observed"), ("assigned", "observed")]
    (after, at) = desk.sql("SELECT effective_after, effective_at FROM ticket_events WHERE type = 'assigned'")[0]
    assert at - after < 3600 * 1_000_000 + 121 * 1_000_000
    await desk.sync()
    assert len(desk.sql("SELECT 1 FROM ticket_events")) == 3


async def test_ticket_that_was_done_before_we_came_gets_its_snapshot_with_its_first_change(desk):
    desk.vendor.ticket("00001", status="Complete")
    desk.vendor.ticket("00002", status="New")
    await desk.sync()
    assert desk.sql("SELECT ticket_ref FROM ticket_events") == [("00002",)]
    for status in ("Doing", "Complete", "Doing"):
        desk.clock.advance(600)
        desk.vendor.ticket("00001", status=status)
        await desk.sync()
    events = desk.sql(
        "SELECT type, after FROM ticket_events WHERE ticket_ref = '00001' ORDER BY effective_at, local_id"
    )
    assert [kind for kind, _ in events] == ["snapshot", *["status_changed"] * 3]
    assert "Complete" in events[0][1]


async def test_stream_without_a_stamp_is_swept_on_its_own_schedule(desk):
    desk.seed()
    await desk.sync()
    desk.vendor.put("technicians", "t9", name="New")
    desk.vendor.delete("technicians", "t1")
    desk.clock.advance(3600)
    await desk.sync()
    assert desk.ids("technicians") == {"t0", "t1", "t2"}
    desk.clock.advance(86_400)
    report = await desk.sync()
    assert desk.ids("technicians") == {"t0", "t2", "t9"}
    assert report.stream("technicians").gone == 1


async def test_partitions_are_pulled_side_by_side_and_cover_everything(desk):
    from dataclasses import replace

    fake = desk.vendor
    fake.capabilities = replace(
        fake.capabilities, streams=tuple(replace(s, parallel=2) for s in fake.capabilities.streams)
    )
    fake.partitions = {"tickets": ("0", "1")}
    desk.seed()
    report = await desk.sync()
    assert report.ok
    assert {r.partition for r in fake.requests if r.stream == "tickets"} == {"0", "1"}
    desk.assert_equal()
    assert desk.sql("SELECT count(*) FROM progress WHERE state = 'running'") == [(0,)]


async def test_dangling_references_are_fetched_once_and_remembered(desk):
    desk.seed(tickets=5, notes=0)
    desk.vendor.ticket("00900", company="c0", assignee="nobody")
    desk.vendor.put("notes", "n1", ticket="00900")
    await desk.sync()
    assert ("technicians", ("nobody",)) in desk.vendor.fetched
    desk.vendor.fetched.clear()
    desk.clock.advance(60)
    desk.vendor.ticket("00900", title="Other")
    await desk.sync()
    assert desk.vendor.fetched == []


async def test_references_are_followed_in_what_changed_and_from_time_to_time_in_everything(desk, monkeypatch):
    looked = []
    real = records.dangling

    def dangling(tx, source_id, limit, *, after_seq, targets):
        looked.append(after_seq)
        return real(tx, source_id, limit, after_seq=after_seq, targets=targets)

    monkeypatch.setattr(records, "dangling", dangling)
    desk.seed(tickets=5, notes=0)
    await desk.sync()
    for days in (0, 8):
        desk.clock.advance(days * 86_400 + 60)
        desk.vendor.ticket("00001", title=f"After {days} days", company="c9")
        await desk.sync()
    assert looked[0] is None
    assert looked[1] > 0
    assert looked[2] is None
    assert [refs for _, refs in desk.vendor.fetched].count(("c9",)) == 2


async def test_rows_of_the_run_say_how_it_went(desk):
    desk.seed()
    await desk.sync()
    rows = desk.sql("SELECT stream, mode, outcome, read, new FROM runs ORDER BY id")
    assert ("tickets", "backfill", "ok", 120, 120) in rows
    assert {row[2] for row in rows} == {"ok"}


def _ago(desk, days):
    return (desk.clock.now() - timedelta(days=days)).isoformat()
