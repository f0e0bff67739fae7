"""What a server of calendars can answer: nothing is lost silently, read from disk, or told of what is private."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
import respx
from pydantic import SecretStr

from servicedesk_core import ServiceDesk
from servicedesk_core.connectors.caldav import CalDav, CalDavSettings
from servicedesk_core.domain import Technician
from servicedesk_core.errors import ProtocolError
from servicedesk_core.testing import FakeClock, opened
from tests import stored

URL = "https://calendars.example.com"
SPAN = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
EVENT = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:one
DTSTART:20260305T090000Z
DTEND:20260305T100000Z
{}
END:VEVENT
END:VCALENDAR
"""


def response(data, status="200 OK"):
    return (
        f"<response><href>/ana/one.ics</href><propstat><prop><c:calendar-data>{data}</c:calendar-data></prop>"
        f"<status>HTTP/1.1 {status}</status></propstat></response>"
    )


def multistatus(*responses, head='<?xml version="1.0" encoding="utf-8"?>'):
    body = "".join(responses)
    return f'{head}<multistatus xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">{body}</multistatus>'


async def read(body, status=207):
    settings = CalDavSettings(url=URL, username="ana", password=SecretStr("pw-1"), calendars={"ana": "ana"})
    with respx.mock:
        respx.request("REPORT", f"{URL}/ana/").mock(return_value=httpx.Response(status, text=body))
        async with opened(CalDav, settings) as connector:
            return await connector.busy_times("ana", *SPAN)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("<html xmlns='http://www.w3.org/1999/xhtml'><body/></html>", 200),
        (multistatus(response(EVENT.format("")), response("", "403 Forbidden")), 207),
        (multistatus(response(EVENT.format("")),
                     "<response><href>/ana/</href><status>HTTP/1.1 507 Insufficient Storage</status></response>"), 207),
        (multistatus("<response><href>/ana/one.ics</href></response>"), 207),
        (multistatus(head='<!DOCTYPE multistatus [<!ENTITY a "b">]>'), 207),
    ],
    ids=["a-page", "kept-back", "cut-off", "nothing", "doctype"],
)  # fmt: skip
async def test_an_answer_that_is_not_whole_is_an_error_and_never_free_time(body, status):
    with pytest.raises(ProtocolError):
        await read(body, status)


async def test_pages_that_events_hold_do_not_matter():
    page = "X-ALT-DESC;FMTTYPE=text/html:<!DOCTYPE HTML><html><body>x</body></html>"
    (found,) = await read(multistatus(response(f"<![CDATA[{EVENT.format(page)}]]>")))
    assert (found.uid, found.start.hour) == ("one", 9)
    assert await read(multistatus()) == ()


async def test_no_file_is_read_and_no_word_of_an_event_is_told(tmp_path):
    file = tmp_path / "file"
    file.write_text("the file's own text")
    alarm = "BEGIN:VALARM\nTRIGGER:the private text\nEND:VALARM"
    for data in (str(file), EVENT.format(alarm), EVENT.format("RRULE:FREQ=private")):
        with pytest.raises(ProtocolError, match="The calendar ana/ ") as error:
            await read(multistatus(response(data)))
        assert not any(word in f"{error.value!r} {error.value}" for word in ("own text", "private"))
        assert error.value.__cause__ is None


NOW = datetime(2026, 3, 5, 8, tzinfo=UTC)
IS_CALENDAR = multistatus("<response><propstat><prop><c:calendar/></prop></propstat></response>")


@pytest.fixture
async def desk(request, sqlite_url, tmp_path, monkeypatch):
    monkeypatch.setenv("CALENDAR_PASSWORD", "pw-1")
    cal = {"connector": "caldav", "url": URL, "username": "ana", "password": "env:CALENDAR_PASSWORD",
           "calendars": {"ana": "ana", getattr(request, "param", "ben"): "ben"}}  # fmt: skip
    told = {
        "desk": {"name": "Example MSP", "store": sqlite_url},
        "connections": {"psa": {"connector": "tabular"}, "cal": cal},
    }
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "all.toml").write_text(
        '[technicians.ana]\ntechnician = "a"\n[technicians.ben]\ntechnician = "b"\n'
    )
    people = Technician(external_id="a", name="Ana Diaz"), Technician(external_id="b", name="Ben Roy")
    async with ServiceDesk(told, clock=FakeClock(NOW)) as opened_desk:
        await opened_desk.store.write(lambda tx: stored.put(tx, people, now=NOW))
        await opened_desk.definitions.apply(folder=tmp_path / "service", reason="begin")
        yield opened_desk


async def run(desk, **bodies):
    with respx.mock(assert_all_called=False) as server:
        server.request("PROPFIND", f"{URL}/ana/").mock(httpx.Response(*([207] if bodies else [401]), text=IS_CALENDAR))
        for who, body in bodies.items():
            server.request("REPORT", f"{URL}/{who}/").mock(httpx.Response(207, text=body))
        (outcome,) = await desk.run_jobs("calendars")
    (row,) = (await desk.calendars.list()).items
    return outcome.error, row


async def whys(desk, **given):
    return {one.technician: one.why for one in (await desk.appointments.slots(days=1, limit=20, **given)).items}


async def test_one_calendar_that_cannot_be_read_leaves_the_others_and_is_said(desk):
    whole = multistatus(response(EVENT.format("")))
    error, row = await run(desk, ana=whole, ben=whole)
    assert (error, row.unread, await whys(desk)) == (None, (), {"Ana Diaz": "", "Ben Roy": ""})
    error, row = await run(desk, ana=multistatus(), ben=multistatus(response(EVENT.format("RRULE:FREQ=SECONDLY"))))
    assert error is not None
    assert (row.unread, row.read_at, row.technicians) == (("ben",), NOW, ("ana", "ben"))
    assert await whys(desk) == {"Ana Diaz": "", "Ben Roy": "their calendar could not be read"}
    busy = {one.technician: one.starts_at.hour for one in (await desk.appointments.slots(days=1)).items}
    assert busy == {"Ana Diaz": 8, "Ben Roy": 10}  # what was read of Ben stays


async def test_what_was_never_read_is_in_doubt_and_so_is_what_lies_beyond(desk):
    error, row = await run(desk)
    assert error is not None
    assert (row.technicians, row.unread, row.read_at) == (("ana", "ben"), ("ana", "ben"), None)
    assert set((await whys(desk)).values()) == {"their calendar could not be read"}


async def test_what_lies_beyond_the_days_that_are_read_is_in_doubt(desk):
    await run(desk, ana=multistatus(), ben=multistatus())
    assert set((await whys(desk, day=(NOW + timedelta(days=33)).date())).values()) == {""}
    assert set((await whys(desk, day=(NOW + timedelta(days=36)).date())).values()) == {
        "their calendar is read 35 days ahead"
    }


@pytest.mark.parametrize("desk", ["bne"], indirect=True)
async def test_a_name_that_no_technician_has_is_told(desk):
    error, row = await run(desk, ana=multistatus(), ben=multistatus())
    assert error is not None
    assert "bne: no technician" in row.error
    assert row.unread == ()
