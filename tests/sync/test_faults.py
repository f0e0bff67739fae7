import asyncio
from dataclasses import replace

import pytest

from servicedesk_core.errors import (
    AuthenticationError,
    CursorError,
    LeaseHeldError,
    LeaseLostError,
    NetworkError,
    PermissionDeniedError,
    TenantMismatchError,
    VendorUnavailableError,
)
from servicedesk_core.hooks import SourceRecord
from servicedesk_core.store import leases, sources
from servicedesk_core.sync import engine
from servicedesk_core.sync.options import SyncMode
from servicedesk_core.sync.report import StreamState

pytestmark = pytest.mark.slow  # the engine with a broken vendor; its usual runs are tested always


def failing(error, *, stream="tickets", at=1):
    def before_page(request, number):
        if request.stream == stream and number == at:
            raise error

    return before_page


def calm(request, number):
    pass


async def test_vendor_down_at_the_start_stores_nothing_and_says_so(desk):
    desk.seed()
    desk.vendor.before_page = failing(VendorUnavailableError("down"), stream="", at=-1)
    with pytest.raises(VendorUnavailableError):
        await desk.sync()
    assert desk.ids("tickets") == set()
    desk.vendor.before_page = calm
    assert (await desk.sync()).ok
    desk.assert_equal()


async def test_vendor_down_in_the_middle_fails_one_stream_and_the_next_run_goes_on_there(desk):
    desk.seed()
    desk.limits = replace(desk.limits, batch_rows=1)
    desk.vendor.before_page = failing(NetworkError("gone", hint="Wait."), at=2)
    report = await desk.sync()
    tickets = report.stream("tickets")
    assert (tickets.state, tickets.error_code, tickets.hint) == (StreamState.FAILED, "network", "Wait.")
    assert report.failed == ("tickets",)
    assert report.stream("notes").state is StreamState.COMPLETE
    assert len(desk.ids("tickets")) == 100
    desk.vendor.before_page = calm
    desk.vendor.requests.clear()
    assert (await desk.sync()).ok
    backfill = [r for r in desk.vendor.requests if r.stream == "tickets" and r.mode == "backfill"]
    assert [r.resume for r in backfill] == ["v1:00099"]
    desk.assert_equal()


async def test_vendor_down_after_the_last_page_loses_nothing(desk):
    desk.seed()
    desk.vendor.delete("technicians", "t2")
    await desk.sync()
    desk.clock.advance(86_400)
    desk.vendor.delete("technicians", "t1")

    async def down(stream, refs):
        raise NetworkError("gone")
        yield

    fetch, desk.calls.fetch_records = desk.calls.fetch_records, down
    report = await desk.sync()
    assert report.stream("technicians").state is StreamState.FAILED
    assert "t1" in desk.ids("technicians")
    desk.calls.fetch_records = fetch
    await desk.sync()
    assert desk.ids("technicians") == {"t0"}


async def test_stream_that_merely_stops_is_incomplete_and_proves_nothing(desk):
    desk.seed()
    await desk.sync()
    watermark = desk.sql("SELECT watermark FROM progress WHERE stream='tickets' AND mode='incremental'")
    desk.clock.advance(86_400)
    desk.vendor.put("technicians", "t3")
    desk.vendor.ticket("00001", title="Edited")
    desk.vendor.change_page = lambda request, number, page: None
    report = await desk.sync()
    assert {r.error_code for r in report.streams} == {"incomplete_pass"}
    assert desk.ids("technicians") == {"t0", "t1", "t2"}
    assert desk.sql("SELECT watermark FROM progress WHERE stream='tickets' AND mode='incremental'") == watermark
    desk.vendor.change_page = lambda request, number, page: page
    assert (await desk.sync()).ok
    desk.assert_equal()


async def test_position_that_comes_back_is_an_error_and_not_an_endless_loop(desk):
    desk.seed()
    desk.vendor.change_page = lambda request, number, page: replace(page, last=False, resume="v1:00049")
    report = await asyncio.wait_for(desk.sync(), 100)
    assert report.stream("tickets").error_code == "protocol"


async def test_same_page_sent_again_under_another_position_is_an_error(desk):
    desk.seed()

    def again(request, number, page):
        records = [SourceRecord("00001", {"id": "00001"})]
        return replace(page, records=records, last=False, resume=f"v1:x{number}")

    desk.vendor.change_page = again
    report = await asyncio.wait_for(desk.sync(), 100)
    assert report.stream("tickets").error_code == "protocol"


async def test_position_that_is_not_understood_starts_the_pass_again_once(desk):
    desk.seed()
    desk.limits = replace(desk.limits, batch_rows=1)
    desk.vendor.before_page = failing(NetworkError("gone"), at=2)
    await desk.sync()

    def refuse(request, number):
        if request.stream == "tickets" and request.resume is not None:
            raise CursorError("what is that")

    desk.vendor.before_page = refuse
    assert (await desk.sync()).ok
    desk.assert_equal()


async def test_connector_that_never_understands_its_position_fails_its_stream(desk):
    desk.seed()
    desk.vendor.before_page = failing(CursorError("no"), at=0)
    assert (await desk.sync()).stream("tickets").error_code == "cursor"


async def test_rejected_credentials_stop_the_connection_for_everybody(desk):
    desk.seed()
    desk.vendor.before_page = failing(AuthenticationError("rejected"), at=0)
    with pytest.raises(AuthenticationError):
        await desk.sync()
    desk.vendor.before_page = calm
    asked = len(desk.vendor.requests)
    with pytest.raises(AuthenticationError, match="connections test psa"):
        await desk.sync()
    assert len(desk.vendor.requests) == asked


async def test_other_process_stops_at_its_next_pass_when_the_connection_is_blocked(desk):
    desk.seed()

    def block(request, number):
        if request.stream == "companies":
            source = desk.store.read_blocking(lambda tx: sources.get(tx, "psa"))
            desk.store.write_blocking(lambda tx: sources.block(tx, source.id, "rejected", desk.clock.now()))

    desk.vendor.before_page = block
    with pytest.raises(AuthenticationError):
        await desk.sync()
    assert desk.ids("tickets") == set()


async def test_a_block_set_by_another_process_stops_a_pass_between_two_commits(desk):
    desk.seed(tickets=600)
    desk.limits = replace(desk.limits, batch_rows=1)

    def block(request, number):
        if request.stream == "tickets" and number == 3:
            source = desk.store.read_blocking(lambda tx: sources.get(tx, "psa"))
            desk.store.write_blocking(lambda tx: sources.block(tx, source.id, "rejected", desk.clock.now()))

    desk.vendor.before_page = block
    with pytest.raises(AuthenticationError):
        await desk.sync()
    assert 0 < len(desk.ids("tickets")) < 600


async def test_a_fault_of_the_program_is_told_by_its_place_and_not_by_its_text(desk, monkeypatch, caplog):
    desk.seed()

    def broken(*_, **__):
        text = "Printer of Mrs. Example burns"
        raise ValueError(text)

    monkeypatch.setattr("servicedesk_core.sync.landing.storing.Landing.prepare", broken)
    report = await desk.sync()
    assert not report.ok
    assert "ValueError at test_faults.py" in report.stream("tickets").error
    assert "Mrs. Example" not in caplog.text + str(report)


async def test_missing_right_fails_only_its_stream(desk):
    desk.seed()
    desk.vendor.before_page = failing(PermissionDeniedError("no right"), stream="notes", at=0)
    report = await desk.sync()
    assert report.failed == ("notes",)
    assert report.stream("notes").error_code == "permission_denied"


async def test_another_tenant_stops_before_the_first_read(desk):
    desk.seed()
    await desk.sync()
    desk.vendor.requests.clear()
    desk.calls.account = "tenant-2"
    with pytest.raises(TenantMismatchError):
        await desk.sync()
    assert desk.vendor.requests == []


async def test_second_process_is_told_who_holds_the_lease(desk):
    fence = desk.store.write_blocking(lambda tx: leases.acquire(tx, "sync:psa", "process 7 on other", 60))
    with pytest.raises(LeaseHeldError, match="process 7 on other"):
        await desk.sync()
    desk.store.write_blocking(lambda tx: leases.release(tx, fence))
    assert (await desk.sync()).ok


async def test_overtaken_process_commits_nothing_more(desk):
    desk.seed()

    def overtake(request, number):
        if request.stream == "tickets" and number == 1:
            from sqlalchemy import text

            desk.store.write_blocking(lambda tx: tx.execute(text("UPDATE leases SET expires_at = 0")) and None)
            desk.store.write_blocking(lambda tx: leases.acquire(tx, "sync:psa", "somebody else", 60))

    desk.limits = replace(desk.limits, batch_rows=1)
    desk.vendor.before_page = overtake
    with pytest.raises(LeaseLostError):
        await desk.sync()
    assert len(desk.ids("tickets")) <= 50
    assert desk.sql("SELECT owner FROM leases WHERE expires_at > 0") == [("somebody else",)]


async def test_cancelling_leaves_a_clean_checkpoint(desk):
    desk.seed()
    desk.limits = replace(desk.limits, batch_rows=1)
    third_page = asyncio.Event()

    def before_page(request, number):
        if request.stream == "tickets" and number == 2:
            third_page.set()
            raise VendorUnavailableError("busy")

    desk.vendor.before_page = lambda request, number: third_page.set() if number == 1 else None
    job = asyncio.create_task(desk.sync())
    await third_page.wait()
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert desk.vendor.opened == desk.vendor.closed
    assert ("interrupted",) in desk.sql("SELECT outcome FROM runs WHERE stream = 'tickets'")
    assert desk.sql("SELECT count(*) FROM runs WHERE outcome = 'running'") == [(0,)]
    desk.vendor.before_page = calm
    assert (await desk.sync()).ok
    desk.assert_equal()


async def test_a_run_stopped_while_it_begins_does_not_seem_to_run_for_ever(desk, monkeypatch):
    desk.seed()
    loop, begin = asyncio.get_running_loop(), engine.begin

    def stopped(tx, *about):
        loop.call_soon_threadsafe(job.cancel)
        return begin(tx, *about)

    monkeypatch.setattr(engine, "begin", stopped)
    job = asyncio.create_task(desk.sync())
    with pytest.raises(asyncio.CancelledError):
        await job
    assert desk.sql("SELECT count(*) FROM runs WHERE outcome <> 'interrupted'") == [(0,)]
    assert desk.sql("SELECT count(*) > 0 FROM runs") == [(1,)]
    monkeypatch.undo()
    assert (await desk.sync()).ok
    desk.assert_equal()


async def test_clock_that_went_back_loses_no_change(desk):
    desk.seed()
    await desk.sync()
    desk.clock.advance(7200)
    await desk.sync()
    desk.clock.advance(-3600)
    desk.vendor.ticket("00001", title="Edited")
    desk.clock.advance(60)
    await desk.sync()
    desk.assert_equal()


async def test_connection_that_never_held_still_closes_every_generator(desk):
    desk.seed()
    desk.vendor.before_page = failing(NetworkError("gone"), at=1)
    await desk.sync()
    assert desk.vendor.opened == desk.vendor.closed


async def test_mass_deletion_is_held_back_until_somebody_accepts_it(desk):
    desk.seed(tickets=200, notes=0)
    await desk.sync()
    for n in range(60):
        desk.vendor.delete("tickets", f"{n:05}")
    report = await desk.sync(mode=SyncMode.RECONCILE)
    tickets = report.stream("tickets")
    assert (tickets.state, tickets.error_code) == (StreamState.HELD, "mass_change")
    assert len(desk.ids("tickets")) == 200
    desk.vendor.ticket("00100", title="Edited meanwhile")
    asked = len(desk.vendor.requests)
    report = await desk.sync(accept_mass_change=True)
    assert report.stream("tickets").gone == 60
    assert "reconcile" not in {r.mode for r in desk.vendor.requests[asked:]}
    desk.assert_equal()
    assert desk.sql("SELECT count(*) FROM ticket_events WHERE type = 'deleted'") == [(60,)]


async def test_reconciliation_finds_deletions_and_what_was_missed(desk):
    desk.seed()
    await desk.sync()
    desk.vendor.delete("tickets", "00007")
    desk.vendor.delete("notes", "n00001")
    desk.vendor.tables["tickets"]["missed"] = dict(
        desk.vendor.tables["tickets"]["00001"], id="missed", modified="2020-01-01T00:00:00+00:00"
    )
    await desk.sync(mode=SyncMode.RECONCILE)
    desk.assert_equal()
    assert desk.sql("SELECT gone_reason FROM tickets WHERE external_id = '00007'") == [("deleted",)]


async def test_record_that_still_exists_but_is_no_longer_listed_is_out_of_scope(desk):
    desk.seed()
    await desk.sync()
    hidden = "00007"
    real = desk.calls._rows
    desk.calls._rows = lambda request: [row for row in real(request) if row["id"] != hidden]
    await desk.sync(mode=SyncMode.RECONCILE)
    assert desk.sql("SELECT gone_reason FROM tickets WHERE external_id = '00007'") == [("out_of_scope",)]
    assert desk.sql("SELECT count(*) FROM ticket_events WHERE type = 'deleted'") == [(0,)]


async def test_ids_that_the_vendor_lists_as_deleted_are_marked_at_once(desk):
    desk.seed()
    await desk.sync()
    desk.vendor.delete("tickets", "00009")
    desk.vendor.change_page = lambda request, number, page: replace(
        page, gone=("00009", "unknown") if request.stream == "tickets" else ()
    )
    report = await desk.sync()
    assert report.stream("tickets").gone == 1
    desk.assert_equal()


async def test_deleted_ticket_that_comes_back_is_restored(desk):
    desk.seed()
    row = desk.vendor.tables["tickets"]["00007"]
    await desk.sync()
    desk.vendor.delete("tickets", "00007")
    await desk.sync(mode=SyncMode.RECONCILE)
    desk.clock.advance(600)
    desk.vendor.tables["tickets"]["00007"] = row
    desk.vendor.ticket("00007")
    await desk.sync()
    desk.assert_equal()
    types = desk.sql("SELECT type FROM ticket_events WHERE ticket_ref = '00007' ORDER BY local_id")
    assert [t for (t,) in types] == ["snapshot", "deleted", "restored"]
