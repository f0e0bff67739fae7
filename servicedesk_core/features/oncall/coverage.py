"""When nobody would answer by on-call lists that are not applied yet."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from servicedesk_core.business_time import Calendar
from servicedesk_core.business_time.table import instant, micros
from servicedesk_core.capabilities import Capability
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.config.people import Colleague
from servicedesk_core.faces import Condition, Finding, Found, Watch
from servicedesk_core.features.oncall.kinds import ON_CALL, OnCall
from servicedesk_core.features.oncall.rules import Line, Listed, why
from servicedesk_core.features.oncall.tables import lists_of, person_of
from servicedesk_core.features.rota import AHEAD, Away, Leave, Span, rota_of, time_off
from servicedesk_core.features.skills import Crew, Technician, crew, crew_of
from servicedesk_core.store import Tx
from servicedesk_core.wording import plain


def look_over(tx: Tx, found: Found, desk: ConfiguredDesk) -> Iterator[Finding]:
    """Yield who on a list could not be paged, and when in the next four weeks nobody is primary.

    When whoever is primary would be out is told to those who may know that.
    """
    lists = {name: one for (_, name), one in found.items() if isinstance(one, OnCall)}
    if not lists:
        return
    defined = {name: one for (_, name), one in found.items() if isinstance(one, Technician)}
    yield from _unreachable(tx, lists, crew_of(tx, defined, desk.roster), desk.roster)
    zone, now = ZoneInfo(desk.timezone), desk.clock.now()
    calendars = {name: one for (_, name), one in found.items() if isinstance(one, Calendar)}

    def opened(name: str, start: datetime, end: datetime) -> list[Span]:
        spans = calendars[name].table.intervals(micros(start), micros(end)) if name in calendars else ()
        return [Span(instant(opens), instant(closes)) for opens, closes in spans]

    away: list[Away] = []
    if desk.may(Capability.ABSENCES):
        away += (Away(one.technician, *one.between(zone)) for one in found.values() if isinstance(one, Leave))
        away += time_off(tx, crew_of(tx, defined, desk.roster), zone)
    for name, said in lists.items():
        gaps = list(Listed(name, [(None, said)], zone, opened).gaps(now, now + AHEAD, away))
        if gaps:
            first, more = gaps[0], f", and {len(gaps) - 1} times more in four weeks" if len(gaps) > 1 else ""
            text = f"{why(first)} from {plain(first.start, zone)} to {plain(first.end, zone)}{more}."
            yield Finding(ON_CALL.name, name, text)


def _unreachable(tx: Tx, lists: Mapping[str, OnCall], who: Crew, people: Mapping[str, Colleague]) -> Iterator[Finding]:
    """Yield who stands on a list and has no address for pages; nobody, where the desk has no list of people at all."""
    if not people:
        return
    for name, said in lists.items():
        turns = [{line.value: (getattr(one, line.value),) for line in Line} for one in said.turns]
        placed = [{line.value: getattr(said, line.value) for line in Line}, *turns]
        called = dict.fromkeys(one for place in placed for each in place.values() for one in each if one)
        for technician in called:
            person = person_of(tx, who, people, technician)
            if person not in people or not people[person].page:
                text = f'{technician} cannot be paged: write [people.{person}] page = ["env:…"] into servicedesk.toml.'
                yield Finding(ON_CALL.name, name, text, is_wrong=True)


def tomorrow(watch: Watch) -> Iterator[Condition]:
    """Yield when nobody would answer until the end of tomorrow, so that it is said the day before."""
    tx, desk = watch.tx, watch.desk
    zone = ZoneInfo(desk.settings.desk.timezone)
    until = datetime.combine(watch.today + timedelta(days=2), time(), zone)
    away = rota_of(tx, crew(tx, desk.roster), zone).away
    for each in lists_of(tx, zone):
        for gap in each.gaps(watch.now, until, away):
            when = f"from {plain(gap.start, zone)} to {plain(gap.end, zone)}"
            problem = f"Nobody would answer on the on-call list {each.name}: {why(gap)} {when}."
            hint = f"Run: servicedesk oncall override {each.name} NAME"
            yield Condition(f"oncall:{each.name}/{gap.end.isoformat()}", "on_call_gap", problem, hint)
