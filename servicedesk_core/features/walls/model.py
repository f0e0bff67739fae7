"""A wall screen, as lists show it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column


class WallState(StrEnum):
    """Whether a wall screen shows anything."""

    WAITING = "waiting"
    SHOWN = "shown"
    UNUSED = "unused"
    EXPIRED = "expired"
    REVOKED = "revoked"
    RIGHTS_CHANGED = "rights_changed"

    @property
    def is_over(self) -> bool:
        """Whether it shows nothing any more."""
        return self not in {WallState.WAITING, WallState.SHOWN}


@dataclass(frozen=True, slots=True)
class WallRow:
    """A wall screen; neither its link nor its cookie is kept."""

    id: Annotated[int, Column("Its number.")]
    name: Annotated[str, Column("Where it hangs.", cut=12)]
    page: Annotated[str, Column("The page that it shows.")]
    filters: Annotated[tuple[str, ...], Column("What narrows the page.", wraps=True)]
    names: Annotated[bool, Column("Whether it shows titles, and names of clients and of their people.")]
    person: Annotated[str, Column("Who made it, and with whose rights it reads.", "Made by")]
    state: Annotated[WallState, Column("Whether it shows anything.")]
    expires_at: Annotated[datetime, Column("When it ends.")]
    seen_at: Annotated[datetime | None, Column("When the screen asked last, to some minutes; nothing = never.")]
    made_at: Annotated[datetime, Column("When it was made.", shown=False)]
    opened_at: Annotated[datetime | None, Column("When its link was opened; nothing = not yet.", shown=False)]
    revoked_at: Annotated[datetime | None, Column("When it was revoked.", shown=False)]
    revoked_by: Annotated[str | None, Column("Who revoked it.", shown=False)]


@dataclass(frozen=True, slots=True)
class NewWall:
    """A wall screen that was just made."""

    id: Annotated[int, Column("Its number.")]
    link: Annotated[str, Column("What the screen opens: it works once, and is shown this once.")] = field(repr=False)
    opens_until: Annotated[datetime, Column("Until when it has to be opened.")]
    expires_at: Annotated[datetime, Column("When the wall screen ends.")]


@dataclass(frozen=True, slots=True)
class WallRevoked:
    """A wall screen that shows nothing any more."""

    id: Annotated[int, Column("Its number.")]
    name: Annotated[str, Column("Where it hung.")]
    revoked_at: Annotated[datetime, Column("Since when.")]
