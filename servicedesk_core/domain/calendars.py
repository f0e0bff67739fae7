"""Times in which somebody is busy, as a calendar of theirs says."""

from dataclasses import dataclass
from datetime import datetime


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
