"""An attempt to write, as the kit sees it: until when it may begin, and whether the vendor took something already.

A time-out does not run while a machine sleeps. So whoever hands a write to a connector also says until when it may be
sent, and the kit looks at the clock directly before the first byte. And what fails after the vendor took a writing
request, such as a look at what came of it, must not be mistaken for that request's own failure.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class _Attempt:
    not_after: datetime
    taken: bool = False


_ATTEMPT: ContextVar[_Attempt | None] = ContextVar("servicedesk_write_attempt", default=None)


@contextmanager
def writing_until(instant: datetime) -> Iterator[None]:
    """Let the writing requests of this task begin only before an instant of the machine's clock.

    Args:
        instant: The end.
    """
    token = _ATTEMPT.set(_Attempt(instant))
    try:
        yield
    finally:
        _ATTEMPT.reset(token)


def is_too_late(now: datetime) -> bool:
    """Whether a writing request must not begin any more."""
    attempt = _ATTEMPT.get()
    return attempt is not None and now >= attempt.not_after


def note_taken() -> None:
    """Remember that the vendor answered a writing request of this attempt with success."""
    if (attempt := _ATTEMPT.get()) is not None:
        attempt.taken = True


def was_taken() -> bool:
    """Whether the vendor has answered a writing request of this attempt with success."""
    attempt = _ATTEMPT.get()
    return attempt is not None and attempt.taken
