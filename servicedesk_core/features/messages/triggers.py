"""What clients are told of: each trigger with what it is about, and what a text for it may name. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from servicedesk_core.faces.html.sandboxed import Names
from servicedesk_core.features.clients import Topic


class Trigger(StrEnum):
    """Something that happens to a ticket and that its client may be told."""

    RECEIVED = "received"
    ASSIGNED = "assigned"
    SCHEDULED = "scheduled"
    REMINDER = "reminder"
    WAITING = "waiting"
    DELAYED = "delayed"
    RESOLVED = "resolved"
    REOPENED = "reopened"

    @property
    def act(self) -> str:
        """The automatic act that tells of it."""
        return f"messages.{self.value}"


class About(NamedTuple):
    """What a trigger is.

    Attributes:
        says: What has happened, in a sentence without a subject.
        topic: What it is about, for those who do not want to hear of it.
        also: What a text for it may name beside what every text may.
    """

    says: str
    topic: Topic
    also: tuple[str, ...] = ()


TRIGGERS: Final[Mapping[Trigger, About]] = MappingProxyType(
    {
        Trigger.RECEIVED: About("Came in.", Topic.PROGRESS),
        Trigger.ASSIGNED: About("Is somebody's, or somebody else's.", Topic.PROGRESS),
        Trigger.SCHEDULED: About("Has a visit that was booked.", Topic.VISITS, ("visit", "visits")),
        Trigger.REMINDER: About("Has a visit within a day.", Topic.VISITS, ("visit", "visits")),
        Trigger.WAITING: About(
            "Waits for the client; said again after two and five working days.", Topic.WAITING, ("waiting",)
        ),
        Trigger.DELAYED: About("Is due later than was said.", Topic.PROGRESS, ("due",)),
        Trigger.RESOLVED: About("Is done.", Topic.PROGRESS, ("survey",)),
        Trigger.REOPENED: About("Is open again.", Topic.PROGRESS),
    }
)

SAMPLE: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "desk": {"name": "Example MSP"},
        "client": {"name": "Bolt & <b>Sons</b>"},
        "contact": {"name": "Kim Example", "first_name": "Kim", "last_name": "Example"},
        "technician": {"name": "Alex Example"},
        "ticket": {
            "number": "T20261201.0001",
            "title": "The printer does not print",
            "status": "In progress",
            "priority": "P3",
            "created": "2026-12-01 09:00",
            "resolution": "A new cable.",
        },
        "page": "https://desk.example.com/post/sample",
        "visit": {"start": "2026-12-03 09:00", "end": "2026-12-03 11:00"},
        "visits": [{"start": "2026-12-03 09:00", "end": "2026-12-03 11:00"}],
        "waiting": {"since": "2026-12-01 10:00", "reminder": "0"},
        "due": {"at": "2026-12-05 17:00", "before": "2026-12-03 17:00"},
        "survey": "https://desk.example.com/survey/sample",
    }
)
"""What a text is shown with before it was ever sent: each value that there is, and HTML in a client's name."""

_SPECIAL: Final = frozenset(name for one in TRIGGERS.values() for name in one.also)


def sample(trigger: Trigger) -> dict[str, Any]:
    """Return the values of a sample of a trigger."""
    also = TRIGGERS[trigger].also
    return {name: value for name, value in SAMPLE.items() if name not in _SPECIAL or name in also}


def names(trigger: Trigger) -> Names:
    """Return what a text for a trigger may name."""
    told = sample(trigger)
    return Names(
        frozenset(name for name, value in told.items() if isinstance(value, str)),
        {name: frozenset(value) for name, value in told.items() if isinstance(value, dict)},
        {name: frozenset(value[0]) for name, value in told.items() if isinstance(value, list)},
    )
