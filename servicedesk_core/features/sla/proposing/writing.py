"""Proposals as files that people read: what history reached stands beside each target. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta, tzinfo
from typing import Any, Final

from servicedesk_core.business_time import public_holidays
from servicedesk_core.definitions.writing import duration, key_text, literal
from servicedesk_core.domain import plain_name
from servicedesk_core.faces import Goal, Verdict
from servicedesk_core.features.sla.clocks.policies import Clock
from servicedesk_core.features.sla.proposing.gathered import ALWAYS, OFFICE, Hours
from servicedesk_core.features.sla.proposing.proposal import Proposed, Row
from servicedesk_core.features.sla.replay.tally import Promise, Times
from servicedesk_core.wording import counted

_YEARS: Final = 2

_CALENDARS: Final = """\
# When somebody is there. {told}

[calendars.{office}]
zone = "{zone}"
hours = {hours}
{holidays}
# At any hour: for what cannot wait. A target names it with calendar = "{always}".
[calendars.{always}]
zone = "{zone}"
hours = {{ mon-sun = "00:00-24:00" }}
"""
_SLA: Final = """\
# What you promise: the first policy whose conditions hold is the ticket's, the last one is for everybody else.
# Proposed from the agreements of your PSA: a target is what was mostly asked for, in business time.
# Beside each stands what history really reached: the shortest target that as many would have kept as its goal asks
# for (triage {triage} %, engagement {engagement} %, completion {completion} %), judged on {judged}.
# Try what you change before you apply it: servicedesk sla replay --policy service

[sla]
calendar = "{office}"
"""

Reached = Mapping[Promise, Times]
Named = Callable[[str, Iterable[str]], list[str]]


def calendars_text(hours: Hours, zone: str, country: str | None, year: int) -> str:
    """Return the file of calendars."""
    entries = counted(hours.entries, "time entry", "time entries")
    told = (
        f"The office's hours are those in which {entries} began; correct them."
        if hours.entries
        else "Too little recorded time tells the office's hours, so these are the usual ones; correct them."
    )
    opened = [f'{day} = "{open_}"' for day, open_ in hours.by_days.items()]
    return _CALENDARS.format(
        told=told,
        office=OFFICE,
        always=ALWAYS,
        zone=zone,
        hours=f"{{ {', '.join(opened)} }}",
        holidays=_holidays(country, year),
    )


def _holidays(country: str | None, year: int) -> str:
    first, last = year, year + _YEARS
    code = (country or "").strip().upper()
    taken = f"{{ country = {literal(code or 'US', None)}, first_year = {first}, last_year = {last} }}"
    try:
        is_known = bool(code) and bool(public_holidays(code, range(first, last + 1)))
    except ValueError:
        is_known = False
    if is_known:
        return f"# Name the days on which you work all the same: worked = [{first}-12-24]\npublic_holidays = {taken}\n"
    return f"# public_holidays = {taken}\n"


def sla_text(
    policies: Iterable[Proposed],
    goals: Mapping[Clock, Goal],
    zone: tzinfo,
    *,
    reached: Reached | None = None,
    named: Named = lambda _stream, _refs: [],
    judged: str = "",
) -> str:
    """Return the file of policies.

    Args:
        policies: What it promises.
        goals: What share of promises is to be kept.
        zone: In which instants are written.
        reached: How long each promise took; ``None`` = nothing stands beside targets.
        named: Returns what records of a stream are called, by their ids.
        judged: On what history was judged, in words.
    """
    shares = {clock.value: f"{goal.value.normalize():f}" for clock, goal in goals.items()}
    lines = [_SLA.format(office=OFFICE, judged=judged or "nothing yet", **shares)]
    for one in policies:
        lines += [*_policy(one, goals, zone, reached, named), ""]
    return "\n".join(lines)


def _policy(
    one: Proposed, goals: Mapping[Clock, Goal], zone: tzinfo, reached: Reached | None, named: Named
) -> Iterator[str]:
    whose = f'agreement "{one.agreement}"' if one.agreement else "no agreement"
    yield f"# {counted(one.tickets, 'ticket')} with {_plain(whose)}."
    for field, refs in one.when.items():
        names = named("contracts" if field == "contract" else "companies", refs)
        yield from (f"#   {_plain(name)}" for name in names)
    yield "[[sla.policies]]"
    yield f"name = {literal(one.name, zone)}"
    yield from (f"when.{field} = {literal(list(refs), zone)}" for field, refs in one.when.items())
    for row in one.rows:
        yield ""
        yield f"[sla.policies.{'otherwise' if row.priority is None else f'targets.{key_text(row.priority)}'}]"
        yield from _row(one.name, row, goals, reached)


def _row(policy: str, row: Row, goals: Mapping[Clock, Goal], reached: Reached | None) -> Iterator[str]:
    for clock in Clock:
        target = row.targets.get(clock)
        times = None if reached is None else reached.get(Promise(policy, row.priority, clock), Times())
        said = "" if times is None else f"  # {_told(times, goals[clock], target)}"
        within = None if times is None else _within(times, goals[clock])
        if target is not None:
            yield f'{clock.value} = "{duration(target)}"{said}'
        elif within is not None:
            yield f'# {clock.value} = "{duration(within)}"{said}'
    if row.calendar is not None:
        yield f'calendar = "{row.calendar}"'


def _within(times: Times, goal: Goal) -> timedelta | None:
    return times.within(lambda share: goal.judge(100 * share) is Verdict.MET)


def _told(times: Times, goal: Goal, target: timedelta | None) -> str:
    share, within = f"{goal.value.normalize():f} %", _within(times, goal)
    if not times.ended:
        return "history tells nothing of it"
    found = f"{share} reached within {duration(within)}" if within is not None else f"no target was reached by {share}"
    if target is None:
        return f"{found}, {times.ended.total():,} times; nothing is promised"
    kept = times.under(target)
    return f"{found}; this was kept in {kept.percent:g} % of {kept.judged:,}"


def _plain(text: Any) -> str:
    """Return a name so that it stays in its line, without what TOML allows in no comment."""
    return plain_name(str(text))
