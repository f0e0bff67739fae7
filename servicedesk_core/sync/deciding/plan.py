"""In which order a connection is read, and in which pieces."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from servicedesk_core.hooks.capabilities import StreamCapability
from servicedesk_core.sync.names import TICKETS

RECENT: Final = timedelta(days=90)
OLDER: Final = timedelta(days=365)
OLDER_SLICES: Final = 5
"""After so many years the last piece holds all the rest: a piece costs a request even when it is empty."""
WHOLE_PAGES: Final = 60
"""A stream of no more pages is read in one piece: slices would only cost requests."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A piece of a backfill.

    Attributes:
        name: Stable name of the piece within its scope; part of its saved position.
        phase: Pieces of a lower phase come first, over all streams.
        since: Creation from, inclusive; ``None`` = from the beginning.
        until: Creation before; ``None`` = no end.
        only_open: Only tickets that are not done, whatever their age.
        expected: Records in it, if that was counted.
    """

    name: str
    phase: int
    since: datetime | None = None
    until: datetime | None = None
    only_open: bool = False
    expected: int | None = None


WHOLE: Final = Slice("whole", 0)
AFTER_TICKETS: Final = 1_000
"""Phase of what hangs on tickets and cannot be cut."""


def slices(
    capability: StreamCapability, *, anchor: datetime, since: datetime | None, expected: int | None = None
) -> tuple[Slice, ...]:
    """Cut the backfill of one stream into pieces, the most useful first.

    Open tickets of any age, then the last 90 days, then year after year back to ``since``. A stream that cannot be cut
    by creation is one piece: first of all when it is reference data, last when it hangs on tickets.

    Args:
        capability: What the connector can do with the stream.
        anchor: When the backfill was begun; a resumed one passes the same instant and gets the same pieces.
        since: How far back the stream is wanted; ``None`` = everything.
        expected: Number of records, if the vendor counted; small streams are not cut.
    """
    if not capability.has_created:
        return (Slice("whole", AFTER_TICKETS if TICKETS in capability.needs else 0),)
    if expected is not None and expected <= WHOLE_PAGES * capability.page_size:
        return (Slice("whole", 0 if capability.stream == TICKETS else 1, since=since, expected=expected),)
    pieces = [Slice("open", 0, only_open=True)] if capability.has_open else []
    until: datetime | None = None
    edge = anchor - RECENT
    for number in range(OLDER_SLICES + 1):
        name = f"older-{number}" if number else "recent"
        if since is not None and edge <= since:
            return (*pieces, Slice(name, number + 1, since=since, until=until))
        pieces.append(Slice(name, number + 1, since=edge, until=until))
        until, edge = edge, edge - OLDER
    return (*pieces, Slice("rest", OLDER_SLICES + 2, since=since, until=until))


def ordered(capabilities: Iterable[StreamCapability]) -> tuple[StreamCapability, ...]:
    """Sort streams so that each comes after those it needs; otherwise the connector's own order is kept.

    Needs that are not among the given streams are ignored: a reference may dangle. Streams that need each other in a
    circle stand in the given order.
    """
    waiting = list(capabilities)
    names = {capability.stream for capability in waiting}
    done: set[str] = set()
    result: list[StreamCapability] = []
    while waiting:
        ready = next(
            (c for c in waiting if all(n in done or n not in names or n == c.stream for n in c.needs)), waiting[0]
        )
        waiting.remove(ready)
        done.add(ready.stream)
        result.append(ready)
    return tuple(result)


def is_due(last_at: datetime | None, *, every: timedelta, now: datetime) -> bool:
    """Whether something last completed at ``last_at`` should be done again; a future instant is not believed."""
    return last_at is None or last_at > now or now - last_at >= every


def complete_back_to(pieces: Sequence[Slice], finished: Iterable[str]) -> tuple[bool, datetime | None]:
    """Say how far back a backfill is complete.

    Args:
        pieces: All pieces of the backfill, in order.
        finished: Names of the completed ones.

    Returns:
        Whether everything that was wanted is there, and from which creation date on the stream is complete without a
        gap (``None`` = from the beginning when complete, from nowhere otherwise).
    """
    done = set(finished)
    back_to: datetime | None = None
    for piece in pieces:
        if piece.only_open:
            continue
        if piece.name not in done:
            return False, back_to
        back_to = piece.since
    return all(piece.name in done for piece in pieces), back_to
