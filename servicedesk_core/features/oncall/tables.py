"""The on-call lists of a desk."""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from servicedesk_core.business_time import Calendar
from servicedesk_core.business_time.table import instant, micros
from servicedesk_core.features.definitions import CALENDARS, holding
from servicedesk_core.features.oncall.kinds import ON_CALL, OnCall
from servicedesk_core.features.oncall.rules import Listed
from servicedesk_core.features.rota import Span
from servicedesk_core.store import Tx

_EVER: Final = datetime.min.replace(tzinfo=UTC)


def lists_of(tx: Tx, zone: ZoneInfo) -> tuple[Listed, ...]:
    """Return the on-call lists, by name.

    Args:
        tx: Any transaction.
        zone: The desk's.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    calendars: dict[str, list[tuple[datetime, Calendar]]] = {}
    for kept in holding(tx, CALENDARS):
        if kept.value is not None:
            calendars.setdefault(kept.name, []).append((kept.since or _EVER, kept.value))

    def opened(name: str, start: datetime, end: datetime) -> list[Span]:
        """Return open time by the version of the calendar that holds at the beginning."""
        versions = calendars.get(name, ())
        held = next((one for since, one in reversed(versions) if since <= start), None)
        spans = () if held is None else held.table.intervals(micros(start), micros(end))
        return [Span(instant(opens), instant(closes)) for opens, closes in spans]

    lists: dict[str, list[tuple[datetime | None, OnCall | None]]] = {}
    for one in holding(tx, ON_CALL):
        lists.setdefault(one.name, []).append((one.since, one.value))
    return tuple(Listed(name, lists[name], zone, opened) for name in sorted(lists))
