"""The vendor's list of deletions: asked for once an hour, and nothing on it is lost."""

from dataclasses import replace

import pytest

from servicedesk_core.hooks.pulling import PullMode
from servicedesk_core.sync.options import SyncMode
from servicedesk_core.sync.report import StreamState


@pytest.fixture
def asked(desk):
    """From when on the list was asked for, by pass over tickets; the vendor gives it with the last page."""
    deleted: dict[str, object] = {}
    asked = []
    delete = desk.vendor.delete

    def note(stream, external_id):
        delete(stream, external_id)
        deleted[external_id] = desk.clock.now()

    def with_list(request, _number, page):
        if request.stream != "tickets" or request.mode is not PullMode.INCREMENTAL or not page.last:
            return page
        asked.append(request.deleted_since)
        if request.deleted_since is None:
            return page
        return replace(page, gone=[i for i, at in deleted.items() if at >= request.deleted_since])

    desk.vendor.delete, desk.vendor.change_page = note, with_list
    return asked


@pytest.mark.slow
async def test_list_of_deletions_is_asked_for_once_an_hour_and_covers_the_time_between(desk, asked):
    desk.seed(tickets=4, notes=0)
    await desk.sync()
    desk.vendor.delete("tickets", "00001")
    for _ in range(3):
        desk.clock.advance(600)
        await desk.sync()
    assert asked == [None] * 3
    assert "00001" in desk.ids("tickets")
    desk.clock.advance(1800)
    report = await desk.sync()
    assert report.stream("tickets").gone == 1
    desk.assert_equal()
    desk.vendor.delete("tickets", "00002")
    await desk.sync()
    assert asked[-1] is None
    await desk.sync(mode=SyncMode.RECONCILE)
    assert asked[-1] is not None
    desk.assert_equal()


async def test_list_that_did_not_arrive_is_asked_for_again_from_the_same_instant(desk, asked):
    desk.seed(tickets=4, notes=0)
    await desk.sync()
    desk.vendor.delete("tickets", "00001")
    desk.clock.advance(3 * 3600)
    with_list = desk.vendor.change_page
    desk.vendor.change_page = lambda *page: with_list(*page) and None  # the answer is lost: the pass just ends
    assert (await desk.sync()).stream("tickets").state is StreamState.FAILED
    desk.vendor.change_page = with_list
    assert (await desk.sync()).stream("tickets").gone == 1
    assert asked[0] == asked[1] is not None
    desk.assert_equal()


async def test_connection_of_an_earlier_release_asks_from_where_its_passes_stand(desk, asked):
    desk.seed(tickets=4, notes=0)
    await desk.sync()
    desk.store.write_blocking(lambda tx: tx.exec_driver_sql("DELETE FROM progress WHERE mode = 'deletions'"))
    desk.vendor.delete("tickets", "00001")
    assert (await desk.sync()).stream("tickets").gone == 1
