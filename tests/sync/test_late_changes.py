"""Changes that show late: a later one shows first, or a wrong clock made passes ask for what nobody had changed yet."""

from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest

from servicedesk_core.hooks.pulling import PullMode
from servicedesk_core.http.vendor_time import VendorTime
from servicedesk_core.sync.engine import SyncEngine
from servicedesk_core.sync.exclusions import Exclusions
from servicedesk_core.sync.options import SyncMode, SyncOptions

pytestmark = pytest.mark.slow  # many syncs each

STAMPED = ("tickets", "companies")


class Hiding:
    """Leaves records out of what the vendor answers, as while their transaction is not committed yet."""

    def __init__(self, desk):
        self.ids = set()
        desk.vendor.change_page = self

    def __call__(self, request, _number, page):
        return replace(page, records=[r for r in page.records if r.external_id not in self.ids])


@pytest.fixture
def hiding(desk):
    return Hiding(desk)


def told(desk, stream, external_id):
    column = "title" if stream == "tickets" else "name"
    return desk.sql(f"SELECT {column} FROM {stream} WHERE external_id = :id", id=external_id)[0][0]


async def change_late(desk, hiding, stream, early, later, *, late_s):
    """Change a record that shows so late, and another one that shows at once."""
    name = {"tickets": "title", "companies": "name"}[stream]
    hiding.ids.add(early)
    desk.vendor.put(stream, early, **{name: "Late"})
    await desk.sync()
    desk.clock.advance(late_s - 1)
    desk.vendor.put(stream, later, **{name: "At once"})
    await desk.sync()
    assert told(desk, stream, later) == "At once"
    hiding.ids.clear()


@pytest.mark.slow
@pytest.mark.parametrize("stream", STAMPED)
async def test_a_change_that_shows_within_the_vendors_settling_time_comes_with_the_next_pass(desk, hiding, stream):
    desk.seed(tickets=4, notes=0)
    await desk.sync()
    early, later = ("00000", "00001") if stream == "tickets" else ("c0", "c1")
    await change_late(desk, hiding, stream, early, later, late_s=290)
    desk.clock.advance(900)
    await desk.sync()
    assert told(desk, stream, early) == "Late"
    desk.assert_equal()


async def test_a_vendor_may_declare_a_longer_settling_time(desk, hiding):
    streams = tuple(replace(one, settle_s=3600.0) for one in desk.vendor.capabilities.streams)
    desk.vendor.capabilities = replace(desk.vendor.capabilities, streams=streams)
    desk.seed(tickets=4, notes=0)
    await desk.sync()
    await change_late(desk, hiding, "tickets", "00000", "00001", late_s=3500)
    await desk.sync()
    assert told(desk, "tickets", "00000") == "Late"


@pytest.mark.slow
async def test_a_change_that_shows_still_later_is_found_when_stamps_are_compared(desk, hiding):
    desk.seed(tickets=120, notes=0)
    await desk.sync()
    await change_late(desk, hiding, "tickets", "00000", "00001", late_s=1200)
    desk.clock.advance(900)
    await desk.sync()
    assert told(desk, "tickets", "00000") == "A ticket"
    desk.vendor.fetched.clear()
    report = await desk.sync(mode=SyncMode.RECONCILE)
    assert told(desk, "tickets", "00000") == "Late"
    assert [refs for stream, refs in desk.vendor.fetched if stream == "tickets"] == [("00000",)]
    assert (report.stream("tickets").changed, report.stream("tickets").gone) == (1, 0)
    desk.assert_equal()


async def test_comparing_stamps_fetches_nothing_when_all_agree(desk):
    desk.seed(tickets=30, notes=0)
    await desk.sync()
    desk.vendor.fetched.clear()
    await desk.sync(mode=SyncMode.RECONCILE)
    assert desk.vendor.fetched == []


@pytest.mark.slow
async def test_stale_records_are_still_fetched_when_the_run_died_after_they_were_noticed(desk, hiding):
    desk.seed(tickets=4, notes=0)
    await desk.sync()
    await change_late(desk, hiding, "tickets", "00000", "00001", late_s=1200)
    fetch = desk.calls.fetch_records

    def dies(_stream, _refs):
        raise OSError

    desk.calls.fetch_records = dies
    await desk.sync(mode=SyncMode.RECONCILE)
    desk.calls.fetch_records = fetch
    desk.clock.advance(900)
    await desk.sync()
    assert told(desk, "tickets", "00000") == "Late"


async def test_a_field_that_must_not_be_stored_does_not_make_every_record_stale(desk):
    desk.settings = {"exclusions": Exclusions.of((), (), ("tickets.modified_at",))}
    desk.seed(tickets=4, notes=0)
    await desk.sync()
    desk.vendor.fetched.clear()
    await desk.sync(mode=SyncMode.RECONCILE)
    assert desk.vendor.fetched == []


async def test_a_quiet_stream_is_asked_from_the_same_instant_until_something_changes(desk):
    desk.seed(tickets=4, notes=0)
    for _ in range(4):
        desk.clock.advance(7200)
        await desk.sync()
    asked = [r.since for r in desk.vendor.requests if r.stream == "tickets" and r.mode is PullMode.INCREMENTAL]
    assert len(asked) == 3
    assert len(set(asked)) == 1


class Wrong:
    """The vendor's clock, and what ours is wrong by."""

    def __init__(self, right):
        self.right, self.off = right, timedelta()
        self.monotonic, self.sleep = right.monotonic, right.sleep

    def now(self):
        return self.right.now() + self.off


@pytest.mark.slow
@pytest.mark.parametrize("tells", [True, False])
async def test_a_clock_that_is_ahead_for_a_while_loses_nothing(desk, tells):
    ours = Wrong(desk.clock)
    time = VendorTime(ours)

    async def sync():
        desk.clock.advance(1)
        if tells:
            time.note({"date": format_datetime(desk.clock.now(), usegmt=True)}, 0.0)
        await SyncEngine(desk.store, clock=ours).run(desk.connection(vendor_time=time), SyncOptions())

    desk.seed(tickets=4, notes=0)
    desk.clock.advance(3 * 3600)
    await sync()
    for hours in (24, 0, 2, 0):
        ours.off = timedelta(hours=hours)
        desk.clock.advance(900)
        await sync()
    ours.off = timedelta()
    desk.vendor.ticket("00002", title="Changed")
    desk.clock.advance(900)
    await sync()
    desk.assert_equal()


async def test_an_interrupted_pass_keeps_the_start_that_the_vendors_clock_gave_it(desk):
    ours = Wrong(desk.clock)
    time = VendorTime(ours)

    async def sync():
        desk.clock.advance(1)
        time.note({"date": format_datetime(desk.clock.now(), usegmt=True)}, 0.0)
        return await SyncEngine(desk.store, clock=ours).run(desk.connection(vendor_time=time), SyncOptions())

    desk.seed(tickets=120, notes=0)
    await sync()
    for number in range(120):
        desk.vendor.ticket(f"{number:05}", title="Changed")
    ours.off = timedelta(days=1)
    broken = {"left": True}

    def cut(request, number):
        if request.stream == "tickets" and number == 1 and broken["left"]:
            broken["left"] = False
            raise OSError

    desk.vendor.before_page = cut
    await sync()
    ours.off = timedelta()
    desk.clock.advance(60)
    desk.vendor.ticket("00001", title="Behind the pointer")
    desk.clock.advance(3600)
    desk.vendor.ticket("00119", title="Newest")
    await sync()
    desk.clock.advance(900)
    await sync()
    desk.assert_equal()


class Telling:
    """A vendor that tells its time with its pages only, to processes that live for one run."""

    def __init__(self, desk, ours):
        self.desk, self.ours, self.off = desk, ours, timedelta()

    async def sync(self, **options):
        desk, time = self.desk, VendorTime(self.ours)

        def tell(request, _number):
            if request.stream:
                time.note({"date": format_datetime(desk.clock.now() + self.off, usegmt=True)}, 0.0)

        desk.vendor.before_page = tell
        desk.clock.advance(1)
        return await SyncEngine(desk.store, clock=self.ours).run(
            desk.connection(vendor_time=time), SyncOptions(**options)
        )


async def test_a_watermark_that_is_ahead_is_noticed_also_when_the_vendor_tells_its_time_only_with_its_pages(desk):
    ours = Wrong(desk.clock)
    telling = Telling(desk, ours)
    desk.seed(tickets=4, notes=0)
    await telling.sync()
    desk.vendor.ticket("00002", title="Changed")
    desk.clock.advance(3 * 3600)
    ahead = int((desk.clock.now() + timedelta(days=1)).timestamp() * 1_000_000)
    query = f"UPDATE progress SET watermark = {ahead} WHERE mode = 'incremental'"
    desk.store.write_blocking(lambda tx: tx.exec_driver_sql(query))
    ours.off = timedelta(days=2)
    report = await telling.sync(streams=("tickets",))
    assert report.stream("tickets").modes == ["incremental", "reconcile"]
    assert told(desk, "tickets", "00002") == "Changed"
    desk.clock.advance(900)
    assert (await telling.sync(streams=("tickets",))).stream("tickets").modes == ["incremental"]


@pytest.mark.slow
@pytest.mark.parametrize("hours", [-30, 30, 24 * 365 * 9])
async def test_rows_and_the_feed_bear_our_time_and_not_the_vendors(desk, hours):
    telling = Telling(desk, desk.clock)
    telling.off = timedelta(hours=hours)
    desk.seed(tickets=4, notes=0)
    await telling.sync()
    desk.vendor.ticket("new")
    desk.vendor.ticket("00002", title="Changed")
    desk.clock.advance(900)
    await telling.sync()
    now = int(desk.clock.now().timestamp() * 1_000_000)
    assert desk.sql("SELECT max(first_seen_at), max(changed_at) FROM tickets") == [(now, now)]
    assert desk.sql("SELECT max(at) FROM changes") == [(now,)]
    desk.vendor.delete("tickets", "new")
    desk.clock.advance(900)
    await telling.sync(mode=SyncMode.RECONCILE)
    desk.assert_equal()


async def test_how_far_the_clocks_differ_is_noted_only_by_a_run_that_was_answered(desk):
    ours = Wrong(desk.clock)
    time = VendorTime(ours)
    desk.seed(tickets=4, notes=0)

    def noted():
        return desk.sql("SELECT value FROM state WHERE key = 'core:clock_ahead_s'")

    async def sync():
        desk.clock.advance(1)
        return await SyncEngine(desk.store, clock=ours).run(desk.connection(vendor_time=time), SyncOptions())

    def answer(_request, _number):
        time.note({"date": format_datetime(desk.clock.now(), usegmt=True)}, 0.0)

    desk.vendor.before_page = answer
    assert (await sync()).clock_ahead_s == 0
    before = noted()
    assert len(before) == 1
    ours.off = timedelta(hours=8)  # a machine that slept: the seconds that nobody can set stood still
    time.note({"date": format_datetime(desk.clock.now(), usegmt=True)}, 0.0)

    def down(request, _number):
        if request.stream:
            raise OSError

    desk.vendor.before_page = down
    assert (await sync()).clock_ahead_s is None
    assert noted() == before
    desk.vendor.before_page = answer
    assert (await sync()).clock_ahead_s == pytest.approx(8 * 3600, abs=1)
    assert noted() != before
