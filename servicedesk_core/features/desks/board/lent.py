"""What a store is lent by a process that is asked again and again, and what its transactions find of it."""

from dataclasses import dataclass, field

from servicedesk_core.features.desks.board.board import Asked, Board
from servicedesk_core.features.desks.board.sums import Sums
from servicedesk_core.store import Store, Tx
from servicedesk_core.store.store import lent


@dataclass(frozen=True, slots=True)
class Boards:
    """The open tickets as they are seen by those who are told who is away, and by those who see a part of the desk.

    Attributes:
        whole: For the former.
        part: For the latter: time off belongs to no client.
    """

    whole: Board = field(default_factory=Board)
    part: Board = field(default_factory=Board)


def lend(store: Store) -> Boards:
    """Let the reads of a store count open tickets from memory, and return where they are held."""
    return store.lend(Boards())


def sums_of(tx: Tx, asked: Asked) -> Sums | None:
    """Return what is counted of some tickets in memory; ``None`` = it is to be read.

    Raises:
        NotFoundLocallyError: There is no such connection.
    """
    boards = lent(tx, Boards)
    if boards is None:
        return None
    return (boards.whole if asked.scope is None else boards.part).sums(tx, asked)
