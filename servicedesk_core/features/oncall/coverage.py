"""When nobody would answer by on-call lists that are not applied yet."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from servicedesk_core.business_time import Calendar
from servicedesk_core.business_time.table import instant, micros
from servicedesk_core.capabilities import Capability
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import Finding, Found
from servicedesk_core.features.oncall.kinds import ON_CALL, OnCall
from servicedesk_core.features.oncall.rules import Listed, why
from servicedesk_core.features.rota import AHEAD, Away, Leave, Span, time_off
from servicedesk_core.features.skills import Technician, crew_of
from servicedesk_core.store import Tx
from servicedesk_core.wording import plain


def look_over(tx: Tx, found: Found, desk: ConfiguredDesk) -> Iterator[Finding]:
    """Yield when in the next four weeks nobody is primary, or whoever is would be out, to those who may know that."""
    lists = {name: one for (_, name), one in found.items() if isinstance(one, OnCall)}
    if not lists:
        return
    zone, now = ZoneInfo(desk.timezone), desk.clock.now()
    calendars = {name: one for (_, name), one in found.items() if isinstance(one, Calendar)}

    def opened(name: str, start: datetime, end: datetime) -> list[Span]:
        spans = calendars[name].table.intervals(micros(start), micros(end)) if name in calendars else ()
        return [Span(instant(opens), instant(closes)) for opens, closes in spans]

    away: list[Away] = []
    if desk.may(Capability.ABSENCES):
        away += (Away(one.technician, *one.between(zone)) for one in found.values() if isinstance(one, Leave))
        defined = {name: one for (_, name), one in found.items() if isinstance(one, Technician)}
        away += time_off(tx, crew_of(tx, defined, desk.roster), zone)
    for name, said in lists.items():
        gaps = list(Listed(name, [(None, said)], zone, opened).gaps(now, now + AHEAD, away))
        if gaps:
            first, more = gaps[0], f", and {len(gaps) - 1} times more in four weeks" if len(gaps) > 1 else ""
            text = f"{why(first)} from {plain(first.start, zone)} to {plain(first.end, zone)}{more}."
            yield Finding(ON_CALL.name, name, text)
