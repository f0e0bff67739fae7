"""Pages, and what our own people were told, as lists show it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column


class PageState(StrEnum):
    """How a page stands."""

    RINGING = "ringing"
    """People are rung."""
    ACKNOWLEDGED = "acknowledged"
    """Somebody has taken it on, and is to begin within half an hour."""
    OVER = "over"
    """Work has begun, or the ticket was closed."""


@dataclass(frozen=True, slots=True)
class PageRow:
    """What rings until somebody takes it on."""

    number: Annotated[int, Column("Its number.", "No.")]
    subject: Annotated[str, Column("What it is about.", "Page", wraps=True)]
    ticket: Annotated[str | None, Column("The ticket, if it is about one.", leads="tickets.show")]
    state: Annotated[PageState, Column("Whether it rings, was acknowledged, or is over.")]
    opened_at: Annotated[datetime, Column("When it was opened.", "Since")]
    rung: Annotated[int, Column("How many calls were made since then, or since it rang again.", "Calls", spare=1)]
    next_at: Annotated[
        datetime | None, Column("When the next call is made, or work has to have begun.", "Next", spare=2)
    ]
    acknowledged_by: Annotated[str | None, Column("Who last took it on.", "By")]
    acknowledged_at: Annotated[datetime | None, Column("When.", shown=False)]
    why: Annotated[str | None, Column("Why it is over, or rings again.", wraps=True, spare=3)]


@dataclass(frozen=True, slots=True)
class Told:
    """Something that one of us was told, or is to be."""

    number: Annotated[int, Column("Its number.", "No.")]
    recipient: Annotated[str, Column("To whom.", "To")]
    subject: Annotated[str, Column("Its first line.", wraps=True)]
    state: Annotated[str, Column("waiting, sent or dropped.")]
    created_at: Annotated[datetime, Column("When there was something to say.", "Said")]
    done_at: Annotated[datetime | None, Column("When it was taken, or dropped.", "Done", spare=1)]
    next_at: Annotated[datetime | None, Column("Not before this it is handed over.", shown=False)]
    id: Annotated[str | None, Column("What went along with it, and with what was sent as one with it.", shown=False)]
    attempts: Annotated[int, Column("How often it was tried.", spare=3)]
    doubts: Annotated[int, Column("After how many of them nobody knew whether it had arrived.", spare=2)]
    why: Annotated[str | None, Column("Why it was dropped, or not taken so far.", wraps=True)]


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What became of an acknowledgement."""

    number: Annotated[int, Column("Number of the page.", "No.")]
    subject: Annotated[str, Column("What it is about.", "Page")]
    ticket: Annotated[str | None, Column("The ticket, if it is about one.", leads="tickets.show")]
    state: Annotated[PageState, Column("How it stands now.")]
    acknowledged_by: Annotated[str | None, Column("Who took it on.", "By")]
    is_yours: Annotated[bool, Column("Whether that is you; else somebody was before.")]
    work_by: Annotated[datetime | None, Column("Until when work has to have begun; else it rings again.", "Begin by")]
