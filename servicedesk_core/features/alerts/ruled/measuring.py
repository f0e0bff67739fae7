"""What rules measure now, and what they would have measured."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from math import isnan
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from servicedesk_core.domain import Survey
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Kpi, Period
from servicedesk_core.faces.kpi import measured, on_desk
from servicedesk_core.features.alerts.ruled.kinds import AlertRule, figures_of, span, tells_of_people, told
from servicedesk_core.features.alerts.ruled.metrics import METRICS, Reading
from servicedesk_core.features.alerts.ruled.rules import Known, judged
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import optional_instant, to_us
from servicedesk_core.store.schema import RECORDS

_STEPS: Final = 60
"""So often at most a figure is measured to tell what a rule would have said; answers are followed one by one."""

_MOST_ANSWERS: Final = 2_000


class Episode(NamedTuple):
    """A time in which an alert would have been open.

    Attributes:
        scope: What it is of.
        opened_at: Since when.
        closed_at: Until when; ``None`` = it still would be.
        value: What was measured when it opened.
    """

    scope: str
    opened_at: datetime
    closed_at: datetime | None
    value: float


def readings(tx: Tx, desk: Any, rule: AlertRule, at: datetime) -> list[Reading]:
    """Return what a rule measures at an instant.

    Raises:
        SettingsError: There is no such figure any more.
        KpiError: The figure cannot be measured.
    """
    if (metric := METRICS.get(rule.metric)) is not None:
        found = list(metric.measure(tx, desk, at, _length(tx, rule, at)))
    else:
        found = list(_of_kpi(tx, desk, rule, at))
    return [one for one in found if (not rule.of or one.scope in rule.of) and not _is_nan(one.value)]


def would_have(tx: Tx, desk: Any, rule: AlertRule, start: datetime, end: datetime) -> list[Episode]:
    """Return when a rule would have been an alert within a time.

    Raises:
        SettingsError: Of its figure nothing is kept of the past.
        KpiError: The figure cannot be measured.
    """
    if rule.metric in METRICS or _kpi(desk, rule).over == "instant":
        hint = "It can be tried from now on: apply it, and look at `servicedesk alerts rules`."
        raise SettingsError(f"{rule.metric} tells of the present; of the past nothing is kept.", hint=hint)
    known: dict[str, Known] = {}
    episodes: dict[str, list[Episode]] = {}
    for at in _instants(tx, rule, start, end):
        for one in readings(tx, desk, rule, at):
            before = known.get(one.scope, Known())
            after = known[one.scope] = judged(rule, before, one, at)
            mine = episodes.setdefault(one.scope, [])
            if after.is_open and not before.is_open:
                mine.append(Episode(one.scope, at, None, float(one.value or 0)))
            elif before.is_open and not after.is_open:
                mine[-1] = mine[-1]._replace(closed_at=at)
    return [one for mine in episodes.values() for one in mine]


def _of_kpi(tx: Tx, desk: Any, rule: AlertRule, at: datetime) -> Iterator[Reading]:
    kpi = _kpi(desk, rule)
    if tells_of_people(rule, kpi):
        raise SettingsError(f"The alert rule {rule.name} tells what single people did; divide it by team.")
    zone = ZoneInfo(desk.settings.desk.timezone)
    when = at.astimezone(zone) if kpi.over == "instant" else period(at, _length(tx, rule, at), zone)
    found = measured(on_desk(kpi, desk), tx, when, None, None, may=told)
    if not rule.by:
        yield Reading("", found.value, found.sample)
        return
    for scope, each in found.by(rule.by).items():
        yield Reading(scope or "none", each.value, each.sample)


def period(at: datetime, length: timedelta, zone: ZoneInfo) -> Period:
    """Return the time of a length up to an instant, where the desk is; clocks changed in between do not matter."""
    return Period((at - length).astimezone(zone), at.astimezone(zone))


def _is_nan(value: Fraction | float | None) -> bool:
    return isinstance(value, float) and isnan(value)


def _kpi(desk: Any, rule: AlertRule) -> Kpi[Any]:
    known = figures_of(desk.features)
    if rule.metric not in known:
        raise SettingsError(f'The alert rule {rule.name} is about "{rule.metric}", which nothing measures.')
    return known[rule.metric]


def _length(tx: Tx, rule: AlertRule, at: datetime) -> timedelta:
    """Return of how long a time a rule is: of answers, since the first of so many."""
    if rule.answers is None:
        return span(rule.window)
    c = RECORDS[Survey.stream].c
    newest = select(c.completed_at).where(c.gone_at.is_(None), c.completed_at < to_us(at))
    newest = newest.order_by(c.completed_at.desc()).limit(rule.answers)
    first = min(filter(None, map(optional_instant, tx.execute(newest).scalars())), default=at - timedelta(hours=1))
    return at - first


def _instants(tx: Tx, rule: AlertRule, start: datetime, end: datetime) -> list[datetime]:
    if rule.answers is None:
        step = max((end - start) / _STEPS, timedelta(minutes=10))
        return [start + step * number for number in range(1, int((end - start) / step) + 1)]
    c = RECORDS[Survey.stream].c
    given = select(c.completed_at).where(c.gone_at.is_(None), c.completed_at.between(to_us(start), to_us(end)))
    given = given.order_by(c.completed_at.desc()).limit(_MOST_ANSWERS)
    moments = filter(None, map(optional_instant, tx.execute(given).scalars()))
    return sorted(at + timedelta(microseconds=1) for at in moments)
