"""What a server of calendars can answer: nothing is lost silently, read from disk, or told of what is private."""

from datetime import UTC, datetime

import httpx
import pytest
import respx
from pydantic import SecretStr

from servicedesk_core.connectors.caldav import CalDav, CalDavSettings
from servicedesk_core.errors import ProtocolError
from servicedesk_core.testing import opened

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
            return await connector.busy_times(*SPAN)


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
