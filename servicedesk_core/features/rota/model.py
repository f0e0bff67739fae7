"""The rota as a list shows it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column


class Presence(StrEnum):
    """Whether somebody is there."""

    ON_SHIFT = "on shift"
    OUT = "out"
    RESTS = "rests"
    """After work at night."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Time in which a technician is on shift, or out."""

    day: Annotated[date, Column("The day on which it begins, or the first one that was asked about.")]
    technician: Annotated[str, Column("Their name in the definitions.", leads="tickets.list:technician")]
    presence: Annotated[Presence, Column("Whether they are there.", "What")]
    starts_at: Annotated[datetime, Column("From when on.", "From")]
    ends_at: Annotated[datetime, Column("Until when.", "Until")]
    worked_s: Annotated[int | None, Column("For how long; of time out nothing.", "Hours")]
    reason: Annotated[str | None, Column("Why they are out.", wraps=True, spare=1)]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import wrote, or would write."""

    file: Annotated[str, Column("The file in the folder of definitions.")]
    is_written: Annotated[bool, Column("Whether it was written.", "Written")]
    definitions: Annotated[int, Column("Definitions in it.")]
    changes: Annotated[tuple[str, ...], Column("What changes in the file, line by line; nothing = nothing.")]
