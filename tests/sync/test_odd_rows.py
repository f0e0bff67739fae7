"""One odd row is one row in quarantine; the others of its page are stored."""

from dataclasses import replace

import pytest

from servicedesk_core.hooks import SourceRecord, source_record
from servicedesk_core.hooks.pulling import PullMode
from servicedesk_core.sync.exclusions import Exclusions
from servicedesk_core.sync.report import StreamState


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


def odd(desk, change):
    """Let the vendor answer the first ticket changed."""

    def spoil(request, _number, page):
        if request.stream != "tickets" or request.mode is PullMode.RECONCILE:
            return page
        records = [change(r) if r.external_id == "00000" else r for r in page.records]
        return replace(page, records=records)

    desk.vendor.change_page = spoil


def quarantined(desk):
    return desk.sql("SELECT external_id, reason FROM quarantine WHERE stream = 'tickets'")


@pytest.mark.slow
@pytest.mark.parametrize("exclusions", [Exclusions(), Exclusions.of((), (), ("tickets.secret",))])
@pytest.mark.parametrize("depth", [150, 252, 300, 990])
async def test_a_payload_that_nests_deep_is_stored_or_quarantined_with_its_id(desk, depth, exclusions):
    desk.settings = {"exclusions": exclusions}
    desk.seed(tickets=40, notes=0)
    odd(desk, lambda r: r._replace(raw={**r.raw, "extra": nested(depth)}))
    for _ in range(2):
        assert (await desk.sync()).stream("tickets").state is StreamState.COMPLETE
        assert len(desk.ids("tickets") - {"00000"}) == 39
        if depth > 200:
            assert quarantined(desk) == [("00000", "The payload nests too deep to be stored.")] or depth == 252
        assert "00000" in desk.ids("tickets") or quarantined(desk)


@pytest.mark.slow
@pytest.mark.parametrize("external_id", [None, "", 7, [1], nested(990), {"a": 1}, "x" * 300, "a\x00b"])
async def test_an_id_that_is_none_is_quarantined_beside_the_others(desk, external_id):
    desk.seed(tickets=40, notes=0)
    odd(desk, lambda r: r._replace(external_id=external_id))
    report = await desk.sync()
    assert report.stream("tickets").state is StreamState.COMPLETE
    assert len(desk.ids("tickets")) == 39
    assert len(quarantined(desk)) == 1


@pytest.mark.slow
async def test_an_id_that_is_none_does_not_stop_a_comparison(desk):
    desk.seed(tickets=40, notes=0)
    await desk.sync()
    desk.vendor.change_page = lambda request, _number, page: (
        replace(page, records=[*page.records, SourceRecord([1], None)]) if request.mode is PullMode.RECONCILE else page
    )
    report = await desk.sync(mode="reconcile")
    assert report.stream("tickets").state is StreamState.COMPLETE


@pytest.mark.parametrize(
    ("row", "external_id"),
    [
        ({"id": 7}, "7"),
        ({"id": "a7"}, "a7"),
        ({"id": 0}, "0"),
        ({}, ""),
        ({"id": None}, ""),
        ({"id": True}, ""),
        ({"id": [1]}, ""),
        ({"id": 1.5}, ""),
        ({"id": 10**5000}, ""),
        ("text", ""),
        (None, ""),
        ([], ""),
    ],
)
def test_any_row_makes_a_record(row, external_id):
    record = source_record(row)
    assert record.external_id == external_id
    assert isinstance(record.raw, dict)
