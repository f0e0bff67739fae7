"""When a job is due. The same for every process: a due time is its name, so that it is served once."""

import re
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from importlib import import_module
from itertools import takewhile
from typing import Any, Final
from zoneinfo import ZoneInfo

from servicedesk_core.config.operating import NEVER, every_s
from servicedesk_core.errors import SettingsError

_LOOK_BACK: Final = tuple(timedelta(days=days) for days in (1 / 24, 1, 8, 32, 367, 1_470))
"""How far back the last due time of a cron line is looked for: an hour first, four years (29 February) last."""

_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ALL_DAYS: Final = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
"""Years in which every day of a year falls on every day of the week, 29 February too."""


def last_due(schedule: str, *, timezone: str, now: datetime) -> datetime | None:
    """Return the newest due time that is not in the future.

    ``every 15 minutes`` counts from midnight of 1970 in UTC, so that all processes agree; cron counts in the desk's
    time zone: what falls into an hour that daylight saving repeats is due twice there, and jobs may be repeated; what
    falls into one that it skips is due as long after the change as it would have been after the hour's begin.

    Args:
        schedule: ``every …``, five fields of cron, or ``never``.
        timezone: IANA name of the desk's zone.
        now: The present instant.

    Raises:
        SettingsError: The cron line is not understood or never due, or the extra ``serve`` is missing.
    """
    if schedule == NEVER:
        return None
    if (seconds := every_s(schedule)) is not None:
        return _EPOCH + (now - _EPOCH) // timedelta(seconds=seconds) * timedelta(seconds=seconds)
    zone, trigger = ZoneInfo(timezone), _cron(schedule)
    for span in _LOOK_BACK:
        if past := deque(takewhile(lambda at: at <= now, _due_after(trigger, zone, now - span)), maxlen=1):
            return past[0]
    return None


def next_due(schedule: str, *, timezone: str, now: datetime) -> datetime | None:
    """Return the first due time in the future; ``None`` when there is none.

    Args:
        schedule: See :func:`last_due`.
        timezone: See :func:`last_due`.
        now: The present instant.

    Raises:
        SettingsError: See :func:`last_due`.
    """
    if schedule == NEVER:
        return None
    if (seconds := every_s(schedule)) is not None:
        step = timedelta(seconds=seconds)
        return _EPOCH + ((now - _EPOCH) // step + 1) * step
    return next(_due_after(_cron(schedule), ZoneInfo(timezone), now), None)


def interval_of(schedule: str, *, timezone: str, now: datetime) -> timedelta | None:
    """Return how long it is from one due time to the next, about now; ``None`` for ``never``."""
    if (seconds := every_s(schedule)) is not None:
        return timedelta(seconds=seconds)
    first = next_due(schedule, timezone=timezone, now=now)
    second = None if first is None else next_due(schedule, timezone=timezone, now=first)
    return None if first is None or second is None else second - first


def _due_after(trigger: Any, zone: ZoneInfo, now: datetime) -> Iterator[datetime]:
    """Give the instants after now, in order, at which a clock on the wall shows what a cron line names.

    The library is asked about clocks that no change moves: near one, it names times that are past, or leaves some out.
    """
    waiting: list[datetime] = []
    last, wall = now, now.astimezone(zone).replace(tzinfo=UTC) - _moved(zone, now)
    while (wall := trigger.get_next_fire_time(None, wall + timedelta(microseconds=1))) is not None:
        first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        # In an hour that comes twice both are meant; in one that does not come, the second is before the change.
        for at in {first, max(first, second)}:
            heappush(waiting, at)
        # Later times on the wall show nothing before this.
        complete = first - _moved(zone, first)
        while waiting and waiting[0] <= complete:
            if (at := heappop(waiting)) > last:
                last = at
                yield at
    yield from sorted({at for at in waiting if at > last})


def _moved(zone: ZoneInfo, at: datetime) -> timedelta:
    """Return by how much clocks on the wall are moved within a day of an instant."""
    shown = [(at + timedelta(days=days)).astimezone(zone).utcoffset() or timedelta() for days in (-1, 0, 1)]
    return max(shown) - min(shown)


def _cron(schedule: str) -> Any:
    try:
        trigger = import_module("apscheduler.triggers.cron").CronTrigger  # an optional extra
    except ImportError:
        raise SettingsError(
            f'The schedule "{schedule}" needs a package that is not installed.',
            hint="pip install 'servicedesk-core[serve]', or write \"every 15 minutes\".",
        ) from None
    *others, weekday = schedule.split(" ")
    try:
        # APScheduler counts the days of the week from Monday, cron from Sunday: names mean the same to both.
        cron = trigger.from_crontab(" ".join([*others, _named_days(weekday)]), timezone=UTC)
    except ValueError as error:
        raise SettingsError(
            f'The schedule "{schedule}" is not understood: {error}.',
            hint='Write five fields as cron has them, such as "30 2 * * *", or "every 15 minutes".',
        ) from None
    first, cron.end_date = _ALL_DAYS
    if cron.get_next_fire_time(None, first) is None:
        raise SettingsError(
            f'The schedule "{schedule}" is never due: there is no such day.',
            hint='Name days that the months have, or write "never".',
        )
    cron.end_date = None
    return cron


def _named_days(field: str) -> str:
    """Return the field of week days with names for numbers; steps of it are left alone."""
    return ",".join(
        re.sub(r"\d+", lambda n: _DAYS[int(n[0])] if int(n[0]) < len(_DAYS) else n[0], part.partition("/")[0])
        + "".join(part.partition("/")[1:])
        for part in _whole_weeks(field)
    )


def _whole_weeks(field: str) -> list[str]:
    """Cut ranges that begin on Sunday: the library's week ends with it."""
    parts: list[str] = []
    for part in field.split(","):
        found = re.fullmatch(r"(?:0|sun)-([1-6]|mon|tue|wed|thu|fri|sat)(/\d+)?", part.lower())
        parts += ["sun", f"mon-{found[1]}"] if found and not found[2] else [part]
    return parts
