"""Whether a promise to a client was kept, and whether a client has heard for too long from nobody. Pure."""

from datetime import datetime, timedelta
from typing import Final

from servicedesk_core.business_time import Calendar
from servicedesk_core.features.contact.model import PromiseState

TOLERANCE: Final = timedelta(minutes=15)
"""Contact so shortly after the promised time keeps it: what is written about a call is written after it."""


def state_of(
    due_at: datetime, contact_at: datetime | None, withdrawn_at: datetime | None, now: datetime
) -> PromiseState:
    """Return what became of a promise.

    Args:
        due_at: By when it was to be kept.
        contact_at: When there was contact first after it was made.
        withdrawn_at: When it was withdrawn.
        now: The instant.
    """
    if contact_at is not None:
        return PromiseState.KEPT if contact_at <= due_at + TOLERANCE else PromiseState.BROKEN
    if withdrawn_at is not None:
        return PromiseState.WITHDRAWN
    return PromiseState.OPEN if now <= due_at + TOLERANCE else PromiseState.BROKEN


def limit_at(limit_us: int, since_us: int, calendar: Calendar | None) -> int:
    """Return when a client has heard from nobody for too long, in microseconds since 1970, as what it is given is.

    Args:
        limit_us: For how long they may.
        since_us: When the client heard last, or the ticket was created.
        calendar: Whose hours count; ``None`` = each hour does.
    """
    if calendar is None or not limit_us:
        return since_us + limit_us
    table = calendar.table
    return table.reached(table.total(since_us) + limit_us, since_us)
