"""The connector of calendars, and a desk with it, against a real server that runs as a process of its own."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pydantic import SecretStr

from servicedesk_core import ServiceDesk
from servicedesk_core.connectors.caldav import CalDav, CalDavSettings
from servicedesk_core.domain import Technician
from servicedesk_core.domain.calendars import CANCEL, PUT
from servicedesk_core.errors import AuthenticationError, NotFoundError, SettingsError, WriteConflictError
from servicedesk_core.hooks import Found, Write
from servicedesk_core.testing import CalendarSuite, FakeClock, opened
from servicedesk_core.testing.suites.warranty_claims import granted_http
from tests import stored
from tests.calendars import radicale

pytestmark = [pytest.mark.real_server, pytest.mark.slow]

NOW = datetime(2026, 3, 11, 8, tzinfo=UTC)  # a Wednesday
WEEKLY = """BEGIN:VEVENT
UID:weekly
DTSTAMP:20260301T000000Z
DTSTART;TZID=America/New_York:20260302T090000
DTEND;TZID=America/New_York:20260302T100000
RRULE:FREQ=WEEKLY;COUNT=5
EXDATE;TZID=America/New_York:20260316T090000
SUMMARY:Standup
END:VEVENT
"""
LUNCH = """BEGIN:VEVENT
UID:lunch
DTSTAMP:20260301T000000Z
DTSTART:20260311T110000Z
DTEND:20260311T120000Z
SUMMARY:Lunch with somebody
END:VEVENT
"""
FREE = (
    LUNCH.replace("lunch", "free")
    .replace("SUMMARY", "TRANSP:TRANSPARENT\nSUMMARY")
    .replace("T11", "T13")
    .replace("T12", "T14")
)


@pytest.fixture(scope="session")
def environment():
    try:
        return radicale.prepared()
    except radicale.NoServerError as error:
        pytest.skip(str(error))


@pytest.fixture
def server(environment, tmp_path):
    with radicale.running(environment, tmp_path) as url:
        with httpx.Client(base_url=url, auth=("ana", radicale.PASSWORD)) as person:
            for calendar in ("work", "other"):
                assert person.request("MKCALENDAR", f"/ana/{calendar}/").status_code == 201
            for uid, text in (("weekly", WEEKLY), ("lunch", LUNCH), ("free", FREE)):
                put(person, f"/ana/work/{uid}.ics", text)
        yield url


def put(person, path, event):
    whole = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\n{event}END:VCALENDAR\n"
    answer = person.put(path, content=whole.encode(), headers={"Content-Type": "text/calendar"})
    assert answer.status_code == 201, answer.text


def settings(url, **more):
    given = {"password": SecretStr(radicale.PASSWORD), "calendars": {"ana": "ana/work", "ben": "ana/other"}} | more
    return CalDavSettings(url=url, username="ana", **given)


class TestCalendars(CalendarSuite):
    span = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))

    @pytest.fixture
    async def connector(self, server):
        async with opened(CalDav, settings(server)) as connector:
            yield connector

    @pytest.fixture
    async def rejected(self, server):
        async with opened(CalDav, settings(server, password=SecretStr("wrong-pw-1"))) as connector:
            yield connector


async def test_repetitions_are_at_their_own_hour_and_what_takes_no_time_is_left_out(server):
    async with opened(CalDav, settings(server)) as connector:
        found = await connector.busy_times("ana", NOW - timedelta(days=10), NOW + timedelta(days=21))
    assert sorted((one.uid, f"{one.start:%m-%d %H:%M}") for one in found) == [
        ("lunch", "03-11 11:00"),
        ("weekly", "03-02 14:00"),
        ("weekly", "03-09 13:00"),
        ("weekly", "03-23 13:00"),
        ("weekly", "03-30 13:00"),
    ]
    assert {one.technician for one in found} == {"ana"}


async def test_what_is_wrong_is_told_with_what_to_correct(server):
    async with opened(CalDav, settings(server)) as connector:
        assert (await connector.vendor_identity()).account.startswith("ana@127.0.0.1")
        assert await connector.check_connection(()) == ()
    async with opened(CalDav, settings(server, calendars={"ana": "ana/gone"})) as connector:
        with pytest.raises(NotFoundError):
            await connector.check_connection(())
    async with opened(CalDav, settings(server, calendars={"ana": "ana"})) as connector:
        with pytest.raises(SettingsError, match="is no calendar"):
            await connector.vendor_identity()
    async with opened(CalDav, settings(server, password=SecretStr("wrong-pw-1"))) as connector:
        with pytest.raises(AuthenticationError):
            await connector.vendor_identity()


async def test_a_desk_finds_nobody_free_who_is_busy_in_their_calendar(server, sqlite_url, tmp_path, monkeypatch):
    monkeypatch.setenv("CALENDAR_PASSWORD", radicale.PASSWORD)
    connections = {
        "psa": {"connector": "tabular"},
        "cal": {"connector": "caldav", "url": server, "username": "ana", "password": "env:CALENDAR_PASSWORD",
                "calendars": {"ana": "ana/work"}},
    }  # fmt: skip
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "all.toml").write_text('[technicians.ana]\ntechnician = "a"\n')
    told = {"desk": {"name": "Example MSP", "store": sqlite_url}, "connections": connections}
    async with ServiceDesk(told, clock=FakeClock(NOW)) as desk:
        await desk.store.write(lambda tx: stored.put(tx, [Technician(external_id="a", name="Ana Diaz")], now=NOW))
        await desk.definitions.apply(folder=tmp_path / "service", reason="begin")
        (outcome,) = await desk.run_jobs("calendars")
        assert outcome.error is None, outcome
        hours = [(one.starts_at.hour, one.ends_at.hour) for one in (await desk.appointments.slots(days=1)).items]
        assert hours == [(8, 11), (12, 18)]
        (row,) = (await desk.calendars.list()).items
        assert (row.technicians, row.read_at, row.error) == (("ana",), NOW, None)


async def test_an_event_is_put_moved_and_taken_away_and_its_owner_comes_first(server):
    uid = "servicedesk-1"
    values = {"technician": "ana", "start_at": "2026-03-12T09:00:00+00:00", "end_at": "2026-03-12T10:00:00+00:00",
              "summary": "Appointment T1"}  # fmt: skip
    async with opened(CalDav, settings(server), http=granted_http(PUT, CANCEL)) as connector:
        assert await connector.read_event("ana", uid) is None
        put_it = Write("w1", PUT, target=uid, values=values, attempted_at=NOW)
        await connector.send_write(put_it)
        shown = await connector.read_event("ana", uid)
        assert (shown.start.hour, shown.summary, shown.write_id) == (9, "Appointment T1", "w1")
        assert await connector.find_write(put_it) == Found(uid)
        with pytest.raises(WriteConflictError):
            await connector.send_write(Write("w2", PUT, target=uid, values=values))
        later = values | {"start_at": "2026-03-12T09:30:00+00:00"}
        await connector.send_write(Write("w3", PUT, target=uid, values=later, base_revision=shown.revision))
        stale = Write("w4", CANCEL, target=uid, values={"technician": "ana"}, base_revision=shown.revision)
        with pytest.raises(WriteConflictError):
            await connector.send_write(stale)
        now = await connector.read_event("ana", uid)
        busy = await connector.busy_times("ana", now.start, now.end)
        assert [(one.uid, one.start.minute) for one in busy] == [(uid, 30)]
        await connector.send_write(Write("w5", CANCEL, target=uid, values={"technician": "ana"},
                                         base_revision=now.revision))  # fmt: skip
        assert await connector.read_event("ana", uid) is None
