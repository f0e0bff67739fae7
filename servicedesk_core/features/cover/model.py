"""What somebody has who is out, and who takes it over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.faces import Column
from servicedesk_core.wording import counted

_UNDONE: Final = frozenset({WriteState.REJECTED, WriteState.DISCARDED})


class What(StrEnum):
    """What is handed over, in the order in which it cannot wait."""

    APPOINTMENT = "appointment"
    URGENT = "urgent"
    """P1 and P2."""
    READY = "ready"
    """What they could begin, and what is due before they are back."""
    ON_CALL = "on call"


@dataclass(frozen=True, slots=True)
class Handed:
    """Something that somebody has who is out, with who takes it over."""

    place: Annotated[int, Column("Its place: what cannot wait comes first.", shown=False)]
    what: Annotated[What, Column("What it is.")]
    at: Annotated[datetime | None, Column("When it begins, or is due.", "When")]
    until: Annotated[datetime | None, Column("When it ends.", shown=False)]
    connection: Annotated[str, Column("Name of the connection.", shown=False)]
    external_id: Annotated[str, Column("The vendor's id of it; of on-call the list.", shown=False)]
    ticket: Annotated[str | None, Column("The ticket that it is about.", leads="tickets.show")]
    title: Annotated[str, Column("What people call it.", "Title", cut=16)]
    company: Annotated[str | None, Column("Name of the client.", "Client", cut=12, spare=2)]
    priority: Annotated[str | None, Column("Priority.", spare=1)]
    taker: Annotated[str | None, Column("Who takes it over; nothing = nobody can.", "Takes it")]
    taker_ref: Annotated[str | None, Column("The vendor's id of them; of on-call their name.", shown=False)]
    why: Annotated[str, Column("Why, or why not.", wraps=True)]
    write: Annotated[int | None, Column("Number of the write.", shown=False, leads="writes.show")] = None
    state: Annotated[str | None, Column("Where that stands.", shown=False)] = None


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What was handed over."""

    items: Annotated[tuple[Handed, ...], Column("What they have.")]

    def __iter__(self) -> Iterator[Handed]:
        return iter(self.items)

    @property
    def told(self) -> str:
        """What somebody has to do yet."""
        left = sum(row.taker is None or row.state in _UNDONE for row in self.items)
        doubtful = sum(row.state == WriteState.IN_DOUBT for row in self.items)
        waiting = sum(row.state == WriteState.PROPOSED for row in self.items)
        words = []
        if waiting:
            words.append(
                f"{counted(waiting, 'hand-over waits', 'hand-overs wait')} for an approval: servicedesk writes list."
            )
        if doubtful:
            words.append(f"{counted(doubtful, 'hand-over is', 'hand-overs are')} in doubt: servicedesk writes list.")
        if left:
            words.append(f"{counted(left, 'thing has', 'things have')} nobody yet.")
        return " ".join(words)
