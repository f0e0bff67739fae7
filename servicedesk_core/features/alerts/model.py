"""Alerts, and how the channels stand that are told of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that is or was wrong."""

    key: Annotated[str, Column("What it is about, such as stream:psa/tickets.", "About", cut=16)]
    kind: Annotated[str, Column("What is wrong, in a word, such as failing.", shown=False)]
    problem: Annotated[str, Column("What is wrong, in a sentence without record text.", wraps=True)]
    hint: Annotated[str, Column("What to do.", "What to do", spare=1)]
    opened_at: Annotated[datetime, Column("Since when.", "Since")]
    seen_at: Annotated[datetime, Column("When it was last found to be so.", shown=False)]
    closed_at: Annotated[datetime | None, Column("Until when; nothing while it is open.", "Until", spare=2)] = None
    rule: Annotated[str | None, Column("The alert rule that found it; nothing = the program did.", shown=False)] = None
    acknowledged_by: Annotated[str | None, Column("Who looks after it.", "Acknowledged", spare=3)] = None
    acknowledged_at: Annotated[datetime | None, Column("Since when they do.", shown=False)] = None
    muted_until: Annotated[datetime | None, Column("Until when nobody is told of it.", shown=False)] = None


class RuleState(StrEnum):
    """How an alert rule stands."""

    QUIET = "quiet"
    OPEN = "open"
    """Some alert of it is open."""
    NO_DATA = "no data"
    """Its figure could not be measured: its alerts stay as they are."""
    WAITS = "not looked"
    """The job ``alert-rules`` did not look at it yet."""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """An alert rule."""

    name: Annotated[str, Column("Its name.")]
    metric: Annotated[str, Column("What it measures.", "Figure")]
    by: Annotated[str, Column("What that is divided by.", spare=2)]
    window: Annotated[str, Column("Of which time it is.", spare=1)]
    when: Annotated[str, Column("When it is an alert.")]
    clear: Annotated[str, Column("When that is over; empty = when it does not hold.")]
    lasts: Annotated[str, Column("So long it has to hold.", "For", spare=3)]
    minimum: Annotated[int, Column("A smaller sample says nothing.", shown=False)]
    cool_down: Annotated[str, Column("So long after one is over none opens again.", shown=False)]
    repeat: Annotated[str, Column("So often it is told again until somebody acknowledges it.", shown=False)]
    tell: Annotated[tuple[str, ...], Column("Channels that are told; empty = all.", spare=4)]
    alerts: Annotated[int, Column("How many alerts of it are open.", "Open")]
    measured_at: Annotated[
        datetime | None, Column("When it was last looked at; nothing = not yet.", "Looked at", spare=2)
    ]
    state: Annotated[RuleState, Column("Whether it could be measured, and is an alert.", "State")]
    why: Annotated[str, Column("Why it could not be measured; empty = it was.", "Why", wraps=True)]


@dataclass(frozen=True, slots=True)
class WouldOpen:
    """A time in which a rule would have been an alert."""

    scope: Annotated[str, Column("What it would have been of; empty = of all.", "Of what")]
    opened_at: Annotated[datetime, Column("Since when.", "Opened")]
    closed_at: Annotated[datetime | None, Column("Until when; nothing = it still would be open.", "Closed")]
    lasted_s: Annotated[int | None, Column("How long.", "Hours")]
    value: Annotated[float, Column("What was measured when it opened.")]


@dataclass(frozen=True, slots=True)
class Notice:
    """What a channel is to be told: a row of the table."""

    id: int
    key: str
    episode: int
    event: str
    channel: str
    problem: str
    hint: str
    at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Channel:
    """How a channel stands."""

    name: Annotated[str, Column("Its name.", "Channel")]
    waiting: Annotated[int, Column("Notices that it did not take yet.")]
    dropped: Annotated[int, Column("Notices that were given up.")]
    last_error: Annotated[
        str | None, Column("Why it did not take the last one; nothing when it is well.", "Last error", wraps=True)
    ]
    next_try_at: Annotated[datetime | None, Column("When the oldest waiting notice is tried again.", "Next try")]


@dataclass(frozen=True, slots=True)
class LookedAfter:
    """Alerts that somebody looks after, or that nobody is told of."""

    keys: Annotated[tuple[str, ...], Column("What they are about.")]
    until: Annotated[datetime | None, Column("Until when nobody is told; nothing = somebody looks after them.")]
