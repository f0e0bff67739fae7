"""Whose request it is: the kit counts each one for the work that it is sent for."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class Tally(Protocol):
    """Something that is told how many requests were sent for it.

    Attributes:
        requests: Requests that were put on the wire, of every client: retries, redirects and tokens included.
    """

    requests: int


_TALLY: ContextVar[Tally | None] = ContextVar("servicedesk_requests", default=None)


@contextmanager
def counted_for(tally: Tally) -> Iterator[None]:
    """Count what is sent in the block, also by tasks that begin in it, for a piece of work.

    Args:
        tally: Counts on.
    """
    token = _TALLY.set(tally)
    try:
        yield
    finally:
        _TALLY.reset(token)


def note_request() -> None:
    """Count a request that is about to be sent."""
    if (tally := _TALLY.get()) is not None:
        tally.requests += 1
