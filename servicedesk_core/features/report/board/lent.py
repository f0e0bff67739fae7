"""What a store is lent by a process that is asked again and again, and what its transactions find of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from servicedesk_core.config.people import Colleague
from servicedesk_core.features.attention import HeldList, Staff
from servicedesk_core.features.tickets import TicketChoice
from servicedesk_core.store import Store, Tx
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.store import lent

if TYPE_CHECKING:  # a process that is asked once has no board
    from servicedesk_core.features.report.board.board import Board
    from servicedesk_core.features.report.board.sums import Sums


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for which tickets, and when.

    Attributes:
        at: The present instant.
        back_to: From when on it is told which tickets were opened again.
        zone: Where days begin.
        people: Who cannot act, as whoever asks is told.
        persons: The people of the desk.
        chosen: Which tickets.
        scope: Only what it lets through.
    """

    at: datetime
    back_to: datetime
    zone: tzinfo
    people: Staff
    persons: Mapping[str, Colleague]
    chosen: TicketChoice
    scope: Scope | None


def _board() -> "Board":
    from servicedesk_core.features.report.board.board import Board  # noqa: PLC0415

    return Board()


@dataclass(frozen=True, slots=True)
class Boards:
    """The open tickets as they are seen by those who are told who is away, and by those who see a part of the desk.

    Attributes:
        whole: For the former.
        part: For the latter: time off belongs to no client.
    """

    whole: "Board" = field(default_factory=_board)
    part: "Board" = field(default_factory=_board)


def lend(store: Store) -> Boards:
    """Let the reads of a store count open tickets from memory, and return where they are held."""
    from servicedesk_core.features.kpi import HeldFigures  # noqa: PLC0415  # a process that is asked once has none
    from servicedesk_core.features.report.board import told  # noqa: PLC0415

    store.lend(HeldList(told.placed))
    store.lend(HeldFigures(told.figures))
    return store.lend(Boards())


def sums_of(tx: Tx, asked: Asked) -> "Sums | None":
    """Return what is counted of some tickets in memory; ``None`` = it is to be read.

    Raises:
        NotFoundLocallyError: There is no such connection.
    """
    boards = lent(tx, Boards)
    if boards is None:
        return None
    if asked.scope is None:
        return boards.whole.sums(tx, asked, boards.part)
    return boards.part.sums(tx, asked, boards.whole)
