"""Who is on call, and when nobody is, as lists show it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from servicedesk_core.faces import Column
from servicedesk_core.features.oncall.rules import Line


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody who is on call."""

    list_name: Annotated[str, Column("The on-call list.", "List")]
    line: Annotated[Line, Column("In which place they are rung.", "Rung as")]
    technician: Annotated[str, Column("Their name in the definitions.", leads="tickets.list:technician")]
    email: Annotated[str | None, Column("Their address at the vendor.", spare=1)]
    until: Annotated[datetime | None, Column("Until when; nothing = until somebody decides otherwise.")]
    is_out: Annotated[bool | None, Column("Whether they are out then; nothing = whoever asks may not know.", "Out")]


@dataclass(frozen=True, slots=True)
class Uncovered:
    """Time in which nobody would answer first."""

    list_name: Annotated[str, Column("The on-call list.", "List")]
    starts_at: Annotated[datetime, Column("From when on.", "From")]
    ends_at: Annotated[datetime, Column("Until when, as far as was looked.", "Until")]
    lasts_s: Annotated[int, Column("For how long.", "Hours")]
    why: Annotated[str, Column("Why.", wraps=True)]


@dataclass(frozen=True, slots=True)
class Overridden:
    """Who is on call for a time in place of somebody else."""

    list_name: Annotated[str, Column("The on-call list.", "List")]
    line: Annotated[Line, Column("In which place.", "Rung as")]
    technician: Annotated[str, Column("Who is, from now on.")]
    instead_of: Annotated[str | None, Column("Who was at its beginning; nothing = nobody.", "In place of")]
    starts_at: Annotated[datetime, Column("From when on.", "From")]
    ends_at: Annotated[datetime, Column("Until when.", "Until")]


@dataclass(frozen=True, slots=True)
class Swapped:
    """Turns that two people have changed."""

    turns: Annotated[tuple[Overridden, ...], Column("Both turns.")]


@dataclass(frozen=True, slots=True)
class Tried:
    """A message by which somebody sees whether they are reached."""

    person: Annotated[str, Column("To whom.")]
    channels: Annotated[int, Column("How many ways there are to them.")]
    is_on_its_way: Annotated[bool, Column("Whether it is new; else one of this minute is on its way already.", "New")]
