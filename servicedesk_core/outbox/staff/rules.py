"""When a message goes out, over which channel, and how it reads. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

from servicedesk_core.config.people import Colleague
from servicedesk_core.config.values import quiet_times
from servicedesk_core.outbox.staff.model import Attempt, Batch, Fate, Letter
from servicedesk_core.printing import one_line

FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(minutes=10)

REPEATED: Final = "[may be a repeat]"
"""Stands before the subject of what may have arrived before."""

_SHOWN: Final = 20
_DAY: Final = timedelta(days=1)


def next_at(attempts: Sequence[Attempt], channels: int) -> datetime | None:
    """Return when a batch goes out again; ``None`` = at once.

    The channels are tried one right after the other. When all were, it begins anew after 1, 2, 4, 8, 10, 10 … minutes.

    Args:
        attempts: Those so far.
        channels: How many there are.
    """
    if not attempts or len(attempts) % channels:
        return None
    last = attempts[-1]
    doublings = min(len(attempts) // channels - 1, 10)
    pause = min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)
    return (last.ended_at or last.began_at) + pause


def may_repeat(attempts: Sequence[Attempt]) -> bool:
    """Whether a batch may have arrived before."""
    return any(one.fate is Fate.IN_DOUBT for one in attempts)


def letter_of(batch: Batch, desk: str) -> Letter:
    """Return what is handed over.

    Args:
        batch: The messages.
        desk: Name of the desk.
    """
    subjects = [subject for subject, _ in batch.messages]
    more = f" (and {len(subjects) - 1} more)" if len(subjects) > 1 else ""
    mark = f"{REPEATED} " if may_repeat(batch.attempts) else ""
    shown = "\n\n".join(f"{subject}\n{text}".rstrip() for subject, text in batch.messages[:_SHOWN])
    left = len(batch.messages) - _SHOWN
    rest = f"\n\n… and {left} more: servicedesk paging messages" if left > 0 else ""
    about = f"\n\n{REPEATED} A message with this id may have reached you before." if mark else ""
    text = f"{shown}{rest}{about}\n\nId: {batch.id}"
    return Letter(batch.id, one_line(f"{mark}[{desk}] {subjects[0]}{more}"), text)


def batch_of(keys: Sequence[str]) -> str:
    """Return the id of messages that go out together, without telling them."""
    return sha256("|".join(sorted(keys)).encode()).hexdigest()[:24]


def not_before(at: datetime, quiet: str | None, zone: ZoneInfo) -> datetime:
    """Return the first instant from one on at which somebody wants to be told what is not urgent.

    Args:
        at: The instant.
        quiet: Hours of their day, ``22:00-07:00``; ``None`` = none.
        zone: Where they live. A time that a day does not have lies as far behind the gap; of two it is the first.
    """
    if quiet is None:
        return at
    begins, ends = quiet_times(quiet)
    today = at.astimezone(zone).date()
    for day in (today - _DAY, today):
        start = datetime.combine(day, begins, zone)
        end = datetime.combine(day if ends > begins else day + _DAY, ends, zone)
        if start.timestamp() <= at.timestamp() < end.timestamp():
            return at + timedelta(seconds=end.timestamp() - at.timestamp())
    return at


def told_from(at: datetime, person: Colleague | None, zone: ZoneInfo) -> datetime:
    """Return the first instant from one on at which a person wants to be told what is not urgent.

    Args:
        at: The instant.
        person: Who; ``None`` = nobody of the desk, such as a channel.
        zone: The desk's, where they say none of their own.
    """
    if person is None:
        return at
    return not_before(at, person.quiet, ZoneInfo(person.zone) if person.zone else zone)
