"""Alerts, and how the channels stand that are told of them."""

from dataclasses import dataclass
from datetime import datetime
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
