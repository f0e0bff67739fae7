"""What decided about a ticket."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from servicedesk_core.faces import Column
from servicedesk_core.features.attention import Decision, Reason, Standing


@dataclass(frozen=True, slots=True)
class Tried:
    """A rule, as it was tried on a ticket."""

    name: Annotated[str, Column("Its name.", "Rule")]
    about: Annotated[str, Column("When it fits.", "Fits when", wraps=True)]
    fits: Annotated[bool, Column("Whether it fitted; the first that does decides.")]
    decides: Annotated[bool, Column("Whether it decided.")]


@dataclass(frozen=True, slots=True)
class Said:
    """Something that somebody or some system said of a ticket."""

    effective_at: Annotated[datetime | None, Column("When it took place at the vendor.", "When")]
    recorded_at: Annotated[datetime | None, Column("When the desk learned it.", "Learned")]
    who: Annotated[str, Column("Who: a name, else what they are; empty = nobody said.")]
    what: Annotated[str, Column("What it was, and what it changed.", wraps=True)]
    source: Annotated[str, Column("How the desk knows it.", "Known from")]
    counts: Annotated[bool, Column("Whether it is an act of a person, as those are that rules look at.", "Act")]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a ticket stands where it stands."""

    ticket: Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]
    title: Annotated[str, Column("Title.")]
    is_open: Annotated[bool, Column("Whether it still needs work; nobody has to act on one that does not.")]
    decision: Annotated[Decision | None, Column("Who has to act next; nothing = it is done.")]
    reason: Annotated[Reason | None, Column("Why somebody has to look at it; nothing = nobody has to.")]
    standing: Annotated[Standing | None, Column("The facts that rules look at.")]
    rules: Annotated[tuple[Tried, ...], Column("The rules in the order in which they were tried.")]
    said: Annotated[tuple[Said, ...], Column("Who said what, in the order of its taking place.")]
