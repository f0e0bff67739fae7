"""What the morning page says first, and since when. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from servicedesk_core.business_time import Calendar
from servicedesk_core.features.attention import HORIZON, Reason, Standing
from servicedesk_core.store.queries.completeness import StreamCompleteness
from servicedesk_core.wording import about, counted

CALM = "Nothing is wrong: no emergency, no client without an answer, nothing late, and every ticket has its turn."

_LOOKED_BACK = 31
"""Days within which there is a working day."""

_SAID = {
    Reason.EMERGENCY: ("emergency that nobody has touched", "emergencies that nobody has touched"),
    Reason.LATE_URGENT: ("urgent ticket late", "urgent tickets late"),
    Reason.CLIENT_REPLIED: ("client without an answer", "clients without an answer"),
    Reason.PROMISE_BROKEN: ("promise to a client broken", "promises to clients broken"),
    Reason.BLACK_HOLE: ("ticket in the black hole", "tickets in the black hole"),
    Reason.LATE: ("other ticket late", "other tickets late"),
    Reason.NO_COVER: ("ticket without cover", "tickets without cover"),
}
"""What the first sentence names; the rest is a day's work."""


def due_state(ticket: Standing, now: datetime) -> str:
    """Return how the due time of an open ticket stands: ``late``, ``soon``, ``later``, ``paused``, or ``none``."""
    due = ticket.late_from
    if ticket.is_paused:
        return "paused"
    if due is None:
        return "none"
    return "late" if due < now else "soon" if due <= now + HORIZON else "later"


def last_working_day_ended(calendar: Calendar, now: datetime) -> datetime:
    """Return the closing time of the last day before today that had hours; without one, a day ago."""
    zone = ZoneInfo(calendar.zone)
    today = now.astimezone(zone).date()
    for back in range(1, _LOOKED_BACK):
        day = today - timedelta(days=back)
        if hours := calendar.hours_of(day):
            more, minute = divmod(hours[-1].end_min, 24 * 60)
            return datetime.combine(day + timedelta(days=more), time(minute // 60, minute % 60), zone)
    return now - timedelta(days=1)


def read_at(known: Iterable[StreamCompleteness]) -> datetime | None:
    """Return when tickets were read last, of the connection where that is longest ago; ``None`` = one never was."""
    read = [stream.last_success_at for stream in known if stream.stream == "tickets" and stream.is_read]
    return None if not read or None in read else min(filter(None, read))


def is_working_day(calendar: Calendar, now: datetime) -> bool:
    """Whether the day has any hours."""
    return bool(calendar.hours_of(now.astimezone(ZoneInfo(calendar.zone)).date()))


def verdict(
    reasons: Mapping[Reason, int], read_at: datetime | None, now: datetime, tolerance: timedelta
) -> tuple[str, bool | None]:
    """Return the first sentence, and whether nothing is wrong; ``None`` = the data are too old to say.

    Args:
        reasons: How many tickets somebody has to look at, by reason.
        read_at: When tickets were last read; ``None`` = never.
        now: The instant.
        tolerance: Older data have no verdict.
    """
    if read_at is None:
        return "No verdict: tickets were never read.", None
    age = now - read_at
    if age > tolerance:
        return f"No verdict: tickets were last read {about(age.total_seconds())} ago.", None
    wrong = list(_wrong(reasons))
    if not wrong:
        return CALM, True
    first = wrong[0] if len(wrong) == 1 else f"{', '.join(wrong[:-1])} and {wrong[-1]}"
    return f"{first[0].upper()}{first[1:]}.", False


def _wrong(reasons: Mapping[Reason, int]) -> Iterator[str]:
    for reason, (one, many) in _SAID.items():
        if count := reasons.get(reason, 0):
            yield counted(count, one, many)
