"""Events that the desk puts into calendars, as texts of RFC 5545. Pure."""

from datetime import datetime, tzinfo
from typing import Any, Final

from icalendar import Calendar, Event

from servicedesk_core.connectors.caldav.events import UnreadableCalendarError, first_of
from servicedesk_core.domain.calendars import CalendarEvent

_BY: Final = "X-SERVICEDESK-WRITE"
"""Names the write that made an event, or changed it last: by it a write is known again whose answer got lost."""

_PRODUCT: Final = "-//servicedesk//appointments//EN"


def event_in(text: str, uid: str, zone: tzinfo, revision: str) -> CalendarEvent:
    """Return the event of a calendar object.

    Args:
        text: The object.
        uid: The event's id.
        zone: In which whole days lie, and times that name no zone.
        revision: The server's token of it.

    Raises:
        UnreadableCalendarError: It has no such event, or one without a time that can be read.
    """
    _, event = _found(text, uid)
    start, end = first_of(event, zone)
    return CalendarEvent(uid, start, end, str(event.get("SUMMARY", "")), str(event.get(_BY, "")), revision)


def text_of(event: CalendarEvent, now: datetime, before: str = "") -> bytes:
    """Return the calendar object that shows an event.

    Args:
        event: The event.
        now: When it is written.
        before: The object as it stands; what its owner added, such as a reminder or a note, is kept. Empty = none does.

    Raises:
        UnreadableCalendarError: ``before`` has no such event.
    """
    if before:
        whole, entry = _found(before, event.uid)
    else:
        whole, entry = Calendar(), Event()
        whole.add("VERSION", "2.0")
        whole.add("PRODID", _PRODUCT)
        entry.add("UID", event.uid)
        whole.add_component(entry)
    for name in ("DTSTAMP", "DTSTART", "DTEND", "DURATION", "SUMMARY", _BY):
        entry.pop(name, None)
    entry.add("DTSTAMP", now)
    entry.add("DTSTART", event.start)
    entry.add("DTEND", event.end)
    entry.add("SUMMARY", event.summary)
    entry.add(_BY, event.write_id)
    return bytes(whole.to_ical())


def _found(text: str, uid: str) -> tuple[Any, Any]:
    """Return a calendar object, and the event of that id in it."""
    try:
        whole = Calendar.from_ical(text.encode())
        events = whole.walk("VEVENT")
    except (ValueError, IndexError, KeyError) as error:
        msg = f"holds what is no calendar of RFC 5545 ({type(error).__name__})"
        raise UnreadableCalendarError(msg) from None
    for one in events:
        if str(one.get("UID", "")) == uid:
            return whole, one
    msg = f"has another event where {uid} was"
    raise UnreadableCalendarError(msg)
