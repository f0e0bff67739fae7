"""Times in which somebody is busy, as a calendar of theirs says, and the events that the desk puts into it."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

OURS: Final = "servicedesk-"
"""How the id of each event begins that a desk put into a calendar."""

PUT, CANCEL = "events.put", "events.cancel"
"""The kinds of writes to calendars: an event is made or changed, and taken away."""


def uid_of(connection: str, appointment: str, technician_ref: str) -> str:
    """Return the id of the event of an appointment in somebody's calendar: always the same, so that there is one.

    Args:
        connection: Where the appointment is.
        appointment: The vendor's id of it.
        technician_ref: The vendor's id of who goes.
    """
    told = "\n".join((connection, appointment, technician_ref)).encode()
    return f"{OURS}{sha256(told).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True)
class BusyTime:
    """Time that an event of a calendar takes. What the event is about is never asked for.

    Attributes:
        technician: Whose calendar it is: their name in the definitions.
        uid: The event's id.
        start: When it begins.
        end: When it ends.
    """

    technician: str
    uid: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """An event as a calendar shows it.

    Attributes:
        uid: Its id.
        start: When it begins.
        end: When it ends.
        summary: Its title.
        write_id: Our id of the write that made it or changed it last; empty = it names none.
        revision: The server's token of this version; empty = it names none.
    """

    uid: str
    start: datetime
    end: datetime
    summary: str = ""
    write_id: str = ""
    revision: str = ""
