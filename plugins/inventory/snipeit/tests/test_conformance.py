"""What every connector of its families must do, whatever goes wrong."""

import pytest

from servicedesk_core.hooks import Write
from servicedesk_core.testing import PartsSuite, WriteFault, WriteSuite, WriteVendor, hooks_of, make_context
from servicedesk_core.testing.suites.ticket_sync import TicketSyncSuite
from servicedesk_snipeit import SnipeIt, SnipeItSettings
from servicedesk_snipeit.profile import RETURN

PATHS = {"method": "POST", "path": "/api/v1/"}
BUSY = {"status": "error", "messages": "Too many requests", "payload": None}
REFUSED = {"status": "error", "messages": {"assigned_qty": ["There are only 0 remaining."]}, "payload": None}
FAULTS = {
    WriteFault.LOST_ANSWER: {"kind": "drop_after"},
    WriteFault.CUT_OFF_ANSWER: {"kind": "truncate"},
    WriteFault.LATE_ANSWER: {"kind": "timeout_after_commit", "seconds": 0.05},
    WriteFault.LOST_REQUEST: {"kind": "drop_before"},
    WriteFault.BUSY: {"kind": "status", "status": 429, "body": BUSY},
    WriteFault.BROKEN: {"kind": "html", "status": 503},
    WriteFault.REFUSED: {"kind": "status", "status": 200, "body": REFUSED},
}


class TestReading(TicketSyncSuite):
    page_size = 3

    @pytest.fixture
    async def connector(self, snipeit):
        return snipeit

    @pytest.fixture
    def cut_pages(self, stand, monkeypatch):
        async def cut():
            monkeypatch.setattr(stand.sandbox, "options", stand.sandbox.options.__class__(max_results=2))

        return cut


class TestParts(PartsSuite):
    known = {"part_number": "WD19S-130W", "words": "dock cable", "serial": "PF1SPARE1"}  # noqa: RUF012

    @pytest.fixture
    async def connector(self, snipeit):
        return snipeit

    @pytest.fixture
    async def rejected(self, stand, clock):
        async with stand.connector(clock=clock, token="not-this-one") as connector:
            yield connector

    @pytest.fixture
    def break_down(self, stand):
        async def down():
            stand.sandbox.faults([{"kind": "html", "status": 503, "times": None}])

        return down


class Vendor(WriteVendor):
    def __init__(self, stand, clock):
        self.stand, self.clock = stand, clock

    async def example(self, kind, number):
        values = {"quantity": "1", "ticket_number": f"T{number}", "holder": "asset:5"}
        if kind == RETURN:
            shelf = self.stand.sandbox.stock
            shelf.check_out("components", 2, {"assigned_to": 5, "assigned_qty": 5, "note": f"by hand {number}"})
            values = values | {"move_ref": f"components/2/{len(shelf.log)}"}
        return Write("", kind, parent="components/2", values=values)

    async def writes_done(self):
        return self.stand.sandbox.acts

    async def fail_next_write(self, fault):
        self.stand.sandbox.faults([{**FAULTS[fault], "match": PATHS}])

    async def ignore_searches(self):
        empty = {"kind": "status", "status": 200, "body": {"total": 0, "rows": []}, "times": None}
        self.stand.sandbox.faults([{**empty, "match": {"path": "reports/activity"}}])

    async def customer_reads(self, kind, ref):
        return ""

    async def settle(self, seconds):
        self.clock.advance(seconds)


class TestWriting(WriteSuite):
    @pytest.fixture
    async def connector(self, stand, clock):
        stand.sandbox.stock.items["components"][2]["qty"] = 1_000
        async with stand.connector(clock=clock) as connector:
            yield connector

    @pytest.fixture
    async def ungranted(self, stand, clock):
        async with stand.connector(clock=clock, grants=()) as connector:
            yield connector

    @pytest.fixture
    def vendor(self, stand, clock):
        return Vendor(stand, clock)


def test_core_accepts_the_connector_and_its_hooks():
    hooks = hooks_of(SnipeIt, title="servicedesk-snipeit")
    assert {"pull", "fetch_records", "find_parts", "send_write", "find_write"} <= hooks


def test_requirements_are_filled_in_before_there_are_settings():
    described = SnipeIt(make_context(SnipeItSettings.model_construct())).describe_capabilities()
    assert described.access
    assert described.approved_by
    assert described.parts is not None
    assert all(one.right for one in (*described.streams, *described.writes))
