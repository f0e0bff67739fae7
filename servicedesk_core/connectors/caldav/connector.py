"""The connector of calendars: one query a calendar, repetitions worked out here."""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import ClassVar, Final
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser, fromstring
from zoneinfo import ZoneInfo

from servicedesk_core.connectors.caldav.booking import CANCELS, PUTS, WRITES, Booking
from servicedesk_core.connectors.caldav.settings import CalDavSettings
from servicedesk_core.domain.calendars import BusyTime, CalendarEvent
from servicedesk_core.errors import ProtocolError, SettingsError
from servicedesk_core.hooks import (
    CalendarCapability,
    Capabilities,
    Connector,
    ConnectorSettings,
    FindResult,
    StreamCheck,
    VendorIdentity,
    Write,
    WriteReceipt,
    hookimpl,
)
from servicedesk_core.http import BasicAuth, HttpClient, HttpProfile, Response, Route, together

VENDOR: Final = "caldav"
ROUTES: Final = (
    Route("REPORT", "{path:path}"),
    Route("PROPFIND", "{path:path}"),
    PUTS.route("PUT", "{path:path}"),
    CANCELS.route("DELETE", "{path:path}"),
)
"""The first two only read (RFC 4791, RFC 4918)."""

_XML: Final = {"Content-Type": "application/xml; charset=utf-8", "Depth": "1"}
_DAV: Final = "{DAV:}"
_DATA: Final = "{urn:ietf:params:xml:ns:caldav}calendar-data"
_TYPE: Final = "{urn:ietf:params:xml:ns:caldav}calendar"
_IS_CALENDAR: Final = b'<?xml version="1.0"?><propfind xmlns="DAV:"><prop><resourcetype/></prop></propfind>'
_QUERY: Final = (
    '<?xml version="1.0"?><c:calendar-query xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">'
    '<prop><c:calendar-data/></prop><c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">'
    '<c:time-range start="{:%Y%m%dT%H%M%SZ}" end="{:%Y%m%dT%H%M%SZ}"/>'
    "</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"
)


class CalDav(Connector[CalDavSettings]):
    """Reads when technicians are busy, and nothing of what their events are about; puts appointments there."""

    Settings: ClassVar[type[ConnectorSettings]] = CalDavSettings
    _opened: HttpClient | None = None

    async def open(self) -> None:
        """Make the client; nothing is asked.

        Raises:
            SettingsError: The extra that reads calendars is not installed.
        """
        if find_spec("icalendar") is None:
            hint = "pip install 'servicedesk-core[ics]'"
            raise SettingsError("Calendars are read by the extra ics, which is not installed.", hint=hint)
        settings = self.ctx.settings
        profile = HttpProfile(
            base_url=f"{settings.url}/",
            vendor=VENDOR,
            account=self._account,
            auth=BasicAuth(settings.username, settings.password),
            budget=self.ctx.vendor_budget(requests=None, concurrency=4),
            routes=ROUTES,
        )
        self._opened = self.ctx.http(profile)

    @hookimpl
    def describe_capabilities(self) -> Capabilities:
        """Say how access is obtained, and whose calendars are read; before it is configured, nobody's are."""
        calendars = getattr(self.ctx.settings, "calendars", ())
        return Capabilities(
            vendor="CalDAV",
            calendar=CalendarCapability((*calendars,)),
            writes=(*WRITES.values(),),
            access=(
                "Make a user on the server of calendars, and share the technicians' calendars with it, for reading.",
                "Share them for writing too where appointments shall stand in them.",
                "Where the server has passwords for programs, make one of these.",
            ),
            approved_by="whoever runs the server of calendars",
            documentation="https://www.rfc-editor.org/rfc/rfc4791",
        )

    @hookimpl
    async def vendor_identity(self) -> VendorIdentity:
        """Name the server and the user; that a calendar is shown proves the password."""
        await self._ensure_calendar(next(iter(self.ctx.settings.calendars.values())))
        return VendorIdentity(VENDOR, self._account)

    @hookimpl
    async def check_connection(self, streams: tuple[str, ...]) -> tuple[StreamCheck, ...]:
        """Look whether each path is a calendar; there are no streams."""
        del streams
        await together(*(self._ensure_calendar(path) for path in self.ctx.settings.calendars.values()))
        return ()

    @hookimpl
    async def busy_times(self, technician: str, start: datetime, end: datetime) -> tuple[BusyTime, ...]:
        """Ask their calendar for the events that touch the span."""
        from servicedesk_core.connectors.caldav.events import Within, busy_in  # noqa: PLC0415  # an optional extra

        path = self.ctx.settings.calendars[technician]
        body = _QUERY.format(start.astimezone(UTC), end.astimezone(UTC)).encode()
        answer = await self._client.request("REPORT", path, content=body, headers=_XML)
        within = Within(start, end, ZoneInfo(self.ctx.settings.zone))

        def read() -> tuple[BusyTime, ...]:
            found = (one for text in _texts(answer, path) for one in busy_in(text, within))
            try:
                return tuple(BusyTime(technician, one.uid, one.start, one.end) for one in found)
            except ValueError as error:
                raise ProtocolError(f"The calendar {path} {error}.") from None

        return await asyncio.to_thread(read)

    @hookimpl
    async def read_event(self, technician: str, uid: str) -> CalendarEvent | None:
        """Read the one resource that an event of this id can be."""
        return await self._booking.read(technician, uid)

    @hookimpl
    async def send_write(self, write: Write) -> WriteReceipt:
        """Put an event, or take it away, unless another version of it is there than was read."""
        return await self._booking.send(write)

    @hookimpl
    async def find_write(self, write: Write) -> FindResult:
        """Read the event's own resource: that it is not there, or names another write, is proof."""
        return await self._booking.find(write)

    async def _ensure_calendar(self, path: str) -> None:
        answer = await self._client.request("PROPFIND", path, content=_IS_CALENDAR, headers={**_XML, "Depth": "0"})
        if (await asyncio.to_thread(_read, answer, path)).find(f".//{_TYPE}") is None:
            message = f"{path} is no calendar."
            raise SettingsError(message, hint="Name the path of one; the server's own pages show it.")

    @property
    def _account(self) -> str:
        address = urlsplit(self.ctx.settings.url)
        return f"{self.ctx.settings.username}@{address.netloc}{address.path}".lower()

    @property
    def _booking(self) -> Booking:
        ctx = self.ctx
        return Booking(self._client, ctx.settings.calendars, ZoneInfo(ctx.settings.zone), ctx.clock, ctx.connection)

    @property
    def _client(self) -> HttpClient:
        if self._opened is None:
            message = "the connector was not opened"
            raise RuntimeError(message)
        return self._opened


class _WithoutDoctype(TreeBuilder):
    """Refuses what declares a type of document: only there can entities be declared, which could be expanded."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Refuse it."""
        del name, pubid, system
        msg = "declares a type of document"
        raise ValueError(msg)


def _texts(answer: Response, path: str) -> Iterator[str]:
    """Yield the calendar objects of an answer.

    Raises:
        ProtocolError: The server kept some of them back: without them somebody busy would look free.
    """
    for response in _read(answer, path).iter(f"{_DAV}response"):
        told = [
            one for one in response.iter(f"{_DAV}propstat") if _is_good(one) and one.find(f".//{_DATA}") is not None
        ]
        if not _is_good(response) or not told:
            raise ProtocolError(
                f"The server keeps back events of the calendar {path}.",
                hint="Share it with the user so that whole events can be read, not only that they are.",
            )
        yield from (data.text or "" for one in told for data in one.iter(_DATA))


def _is_good(one: Element) -> bool:
    """Return whether a part of an answer has no status (RFC 4918, 14.28), or one that says that it went well."""
    status = one.findtext(f"{_DAV}status")
    return status is None or re.match(r"HTTP/\S+ 2", status.strip()) is not None


def _read(answer: Response, path: str) -> Element:
    """Return an answer as XML.

    Raises:
        ProtocolError: It is no answer of WebDAV, or declares a type of document, which no such answer does.
    """
    try:
        found = fromstring(answer.content.decode(), XMLParser(target=_WithoutDoctype()))  # noqa: S314  # see there
        if found.tag == f"{_DAV}multistatus":
            return found
    except (ValueError, ParseError):
        pass
    message = f"The server's answer about {path} is no answer of CalDAV."
    raise ProtocolError(message, hint="Is url the address of CalDAV itself, and not of its pages?")
