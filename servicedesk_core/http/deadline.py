"""The instant after which a write must not leave any more.

A time-out does not run while a machine sleeps. So whoever hands a write to a connector also says until when it may be
sent, and the kit looks at the clock directly before the first byte.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

_NOT_AFTER: ContextVar[datetime | None] = ContextVar("servicedesk_write_not_after", default=None)


@contextmanager
def writing_until(instant: datetime) -> Iterator[None]:
    """Let the writing requests of this task begin only before an instant of the machine's clock.

    Args:
        instant: The end.
    """
    token = _NOT_AFTER.set(instant)
    try:
        yield
    finally:
        _NOT_AFTER.reset(token)


def is_too_late(now: datetime) -> bool:
    """Whether a writing request must not begin any more."""
    end = _NOT_AFTER.get()
    return end is not None and now >= end
