"""What is put into calendars, whatever goes wrong: each event once, and nothing over what its owner changed."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from servicedesk_core.connectors.caldav import CalDav, CalDavSettings
from servicedesk_core.connectors.caldav.booked import text_of
from servicedesk_core.domain.calendars import CANCEL, PUT, CalendarEvent
from servicedesk_core.errors import ProtocolError, SettingsError, WriteConflictError
from servicedesk_core.hooks import Found, Inconclusive, ProvenAbsent, Write
from servicedesk_core.machine.requirements import described_by
from servicedesk_core.sandboxing.serving import serve
from servicedesk_core.testing import CalendarSuite, FakeClock, WriteFault, WriteSuite, WriteVendor, opened
from servicedesk_core.testing.suites.warranty_claims import granted_http
from tests.calendars.standin import Server

NOW = datetime(2026, 3, 11, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
WRITES = {"method": "PUT|DELETE"}
FAULTS = {
    WriteFault.LOST_ANSWER: {"kind": "drop_after"},
    WriteFault.CUT_OFF_ANSWER: {"kind": "drop_after"},
    WriteFault.LATE_ANSWER: {"kind": "timeout_after_commit", "seconds": 0.05},
    WriteFault.LOST_REQUEST: {"kind": "drop_before"},
    WriteFault.BUSY: {"kind": "status", "status": 429},
    WriteFault.BROKEN: {"kind": "status", "status": 503},
    WriteFault.REFUSED: {"kind": "status", "status": 403},
}


@pytest.fixture(scope="module")
def served():
    server = Server()
    with serve(server) as url:
        yield server, url


@pytest.fixture
def server(served):
    served[0].__init__()
    return served[0]


@pytest.fixture
def url(served):
    return served[1]


@pytest.fixture
def clock():
    return FakeClock(NOW)


def connected(url, clock, *grants, calendars=None):
    settings = CalDavSettings(
        url=url, username="ana", password=SecretStr("pw-1"), calendars=calendars or {"ana": "ana", "ben": "ben"}
    )
    return opened(CalDav, settings, clock=clock, http=granted_http(*(grants or ("no.grant",)), clock=clock))


@pytest.fixture
async def connector(server, url, clock):
    async with connected(url, clock, PUT, CANCEL) as connector:
        yield connector


def event(uid="servicedesk-1", hours=1, key="w1", **more):
    start = NOW + timedelta(hours=hours)
    values = {"technician": "ana", "start_at": start.isoformat(), "end_at": (start + HOUR).isoformat(),
              "summary": f"Appointment {hours}"}  # fmt: skip
    return Write(key, PUT, target=uid, values=values, attempted_at=NOW, **more)


class Vendor(WriteVendor):
    def __init__(self, server, clock, connector):
        self.server, self.clock, self.connector = server, clock, connector

    async def example(self, kind, number):
        uid = "servicedesk-kept" if kind == PUT else "servicedesk-gone"
        if f"/ana/{uid}.ics" not in self.server.objects:
            start = NOW + timedelta(hours=1)
            self.server.put(f"/ana/{uid}.ics", text_of(CalendarEvent(uid, start, start + HOUR, "Old"), NOW).decode())
            self.server.acts -= 1
        shown = await self.connector.read_event("ana", uid)
        base = {"start_at": shown.start.isoformat(), "end_at": shown.end.isoformat(), "summary": shown.summary}
        values = event(hours=number).values if kind == PUT else {"technician": "ana"}
        return Write("", kind, target=uid, values=values, base=base, base_revision=shown.revision)

    async def writes_done(self):
        return self.server.acts

    async def fail_next_write(self, fault):
        self.server.faults([{**FAULTS[fault], "match": WRITES}])

    async def settle(self, seconds):
        self.clock.advance(seconds)


@pytest.mark.slow
class TestWriting(WriteSuite):
    @pytest.fixture
    async def connector(self, connector):
        return connector

    @pytest.fixture
    async def ungranted(self, server, url, clock):
        async with connected(url, clock) as connector:
            yield connector

    @pytest.fixture
    def vendor(self, server, clock, connector):
        return Vendor(server, clock, connector)


class TestReading(CalendarSuite):
    span = (NOW, NOW + timedelta(hours=20))

    @pytest.fixture
    async def connector(self, connector):
        for hours in (2, 15):
            await connector.send_write(event(f"servicedesk-{hours}", hours))
        return connector


async def test_an_event_is_new_once_changed_with_what_its_owner_added_and_taken_away(server, connector, clock):
    write = event()
    assert await connector.read_event("ana", "servicedesk-1") is None
    receipt = await connector.send_write(write)
    assert await connector.find_write(write) == Found("servicedesk-1")
    with pytest.raises(WriteConflictError):  # somebody else's act for the same event
        await connector.send_write(Write("w2", PUT, target=write.target, values=write.values))
    assert (await connector.send_write(write)).revision == receipt.revision  # it had arrived
    server.edit("/ana/servicedesk-1.ics", "END:VEVENT", "DESCRIPTION:Bring the ladder\r\nEND:VEVENT")
    with pytest.raises(WriteConflictError):
        await connector.send_write(event(hours=5, key="w3", base_revision=receipt.revision))
    shown = await connector.read_event("ana", "servicedesk-1")
    await connector.send_write(event(hours=5, key="w3", base_revision=shown.revision))
    assert server.of("DESCRIPTION") == ["Bring the ladder"]
    assert server.of("DTSTART") == ["20260311T130000Z"]
    shown = await connector.read_event("ana", "servicedesk-1")
    assert (shown.start, shown.write_id) == (NOW + timedelta(hours=5), "w3")
    gone = Write("w4", CANCEL, target="servicedesk-1", values={"technician": "ana"}, base_revision=shown.revision)
    server.objects.clear()
    assert (await connector.send_write(gone)).warnings == ("Its owner had deleted it.",)
    assert await connector.find_write(gone) == Found("servicedesk-1")
    assert isinstance(await connector.find_write(write), Inconclusive)  # it may still arrive
    clock.advance(61)
    assert isinstance(await connector.find_write(write), ProvenAbsent)


async def test_what_cannot_be_said_of_an_event_is_told(server, connector):
    with pytest.raises(SettingsError, match="no calendar of cho"):
        await connector.read_event("cho", "servicedesk-1")
    server.put("/ana/servicedesk-1.ics", "no calendar at all")
    with pytest.raises(ProtocolError, match=r"holds what is no calendar|has another event"):
        await connector.read_event("ana", "servicedesk-1")
    server.objects["/ana/servicedesk-1.ics"] = "", "x"
    with pytest.raises(ProtocolError, match="names no version"):
        await connector.read_event("ana", "servicedesk-1")


def test_what_access_it_takes_is_said_before_anything_is_configured():
    said = described_by(CalDav)
    assert [one.kind for one in said.writes] == [PUT, CANCEL]
    assert all(one.right for one in said.writes)
