"""The on-call lists of a desk."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from servicedesk_core.business_time import Calendar
from servicedesk_core.business_time.table import instant, micros
from servicedesk_core.config.people import Colleague
from servicedesk_core.features.definitions import CALENDARS, decisions, holding, newest_values
from servicedesk_core.features.oncall.kinds import ON_CALL, OVERRIDES, OnCall, Override
from servicedesk_core.features.oncall.rules import Listed
from servicedesk_core.features.rota import Span, cut
from servicedesk_core.features.skills import Crew
from servicedesk_core.store import Tx, sources

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
        """Return open time, that of a day on which the calendar changes by both versions."""
        versions = calendars.get(name, ())
        following = [since for since, _ in versions[1:]]
        found: list[Span] = []
        for (since, held), until in zip(versions, (*following, end), strict=False):
            first, last = max(since, start), min(until, end)
            if first < last:
                intervals = held.table.intervals(micros(first), micros(last))
                found += cut((Span(instant(opens), instant(closes)) for opens, closes in intervals), first, last)
        return found

    lists: dict[str, list[tuple[datetime | None, OnCall | None]]] = {}
    for one in holding(tx, ON_CALL):
        lists.setdefault(one.name, []).append((one.since, one.value))
    turns: dict[str, list[Override]] = {}
    decided = decisions(tx, OVERRIDES)
    for override in sorted(newest_values(tx, OVERRIDES), key=lambda one: decided[one.name].version):
        turns.setdefault(override.list_name, []).append(override)
    return tuple(Listed(name, lists[name], zone, opened, turns.get(name, ())) for name in sorted(lists))


def person_of(tx: Tx, who: Crew, people: Mapping[str, Colleague], technician: str) -> str:
    """Return who in the list of people a technician of the definitions is; the technician's own name = nobody there.

    Args:
        tx: Any transaction.
        who: Who is meant by the names of technicians.
        people: The people of the desk.
        technician: The technician's name in the definitions.
    """
    if technician in people:
        return technician
    keys, names = who.keys(technician), {one.id: one.name for one in sources.all(tx)}
    theirs = {(names.get(source_id), ref) for source_id, ref in keys} | {("", ref) for _, ref in keys}
    mine = (name for name, one in people.items() if one.technician and (one.connection, one.technician) in theirs)
    return next(mine, technician)
