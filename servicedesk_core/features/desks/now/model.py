"""Rows of the lists of this moment."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column, Opens


class Presence(StrEnum):
    """Whether somebody is there."""

    ON_SHIFT = "on shift"
    OFF = "off"
    AWAY = "away"
    UNKNOWN = "unknown"
    """Nobody said when they work."""


@dataclass(frozen=True, slots=True)
class TeamMember:
    """A technician at this moment."""

    technician: Annotated[str, Column("Who.", by="has")]
    presence: Annotated[Presence, Column("Whether they are there; `unknown`: nobody said when they work.")]
    until_at: Annotated[datetime | None, Column("Until when they are on shift, or away.", "Until", spare=4)]
    where: Annotated[
        str | None, Column("The appointment that is under way, or the ticket they work on.", "Now", cut=24)
    ]
    next_at: Annotated[datetime | None, Column("When their next appointment begins.", "Next")]
    open: Annotated[int, Column("Open tickets.", by="has")]
    late: Annotated[int, Column("Of them, those whose next promise is late.", by="has_late")]
    ready: Annotated[int, Column("Of them, those that they can begin now.", by="has_ready")]
    load_s: Annotated[int, Column("Planned work that is left on their open tickets, in seconds.", "Load", spare=2)]
    last_entry_at: Annotated[
        datetime | None,
        Column("When the last work ended that they recorded; nothing = none for 14 days.", "Last entry"),
    ]
    has: Annotated[Opens, Column("Where their open tickets are.", shown=False)]
    has_late: Annotated[Opens, Column("Where those are that are late.", shown=False)]
    has_ready: Annotated[
        Opens | None, Column("Where those are that they can begin; nothing = there are none.", shown=False)
    ]


@dataclass(frozen=True, slots=True)
class Coming:
    """A due time that passes, or an appointment that begins, within the next hours."""

    at: Annotated[datetime, Column("When.")]
    kind: Annotated[
        str, Column("`due`: a due time passes; `appointment`: one begins; both, joined with `and`.", "What")
    ]
    ticket: Annotated[str, Column("The ticket; of an appointment that is for none, empty.", leads="tickets.show")]
    connection: Annotated[str | None, Column("Where the ticket comes from.", shown=False)]
    title: Annotated[str, Column("Title.", cut=24)]
    who: Annotated[str, Column("Technicians; empty = nobody.")]
    has_cover: Annotated[bool, Column("Whether somebody who is there has it.", "Covered")]
