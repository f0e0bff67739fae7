"""What rules measure now, and what they would have measured."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from math import isnan
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from servicedesk_core.errors import ServiceDeskError, SettingsError, StoreError
from servicedesk_core.faces import Kpi, Measure, Period, Sum
from servicedesk_core.faces.kpi import on_desk
from servicedesk_core.features.alerts.ruled.kinds import OF_ANSWERS, AlertRule, figures_of, span, tells_of_people, told
from servicedesk_core.features.alerts.ruled.metrics import METRICS, Reading
from servicedesk_core.features.alerts.ruled.rules import Known, judged
from servicedesk_core.features.kpi import Measuring, divided
from servicedesk_core.features.quality import Asks, given
from servicedesk_core.store import Tx

_log = logging.getLogger("servicedesk.alerts")

_STEPS: Final = 60
"""So often at most a figure is measured to tell what a rule would have said; answers are followed one by one."""

_MOST_ANSWERS: Final = 2_000
_WEEK: Final = timedelta(weeks=1)
_AS_FAR_BACK: Final = 10
"""Doublings of a week, which is near twenty years, in which the last answers are looked for."""


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


class Measured(NamedTuple):
    """What a rule measures at an instant.

    Attributes:
        readings: A reading of each scope that has one.
        absent: What a scope has that is not among them: of what is counted none, of all else nothing.
        why: Why nothing could be measured; empty = it was.
    """

    readings: tuple[Reading, ...]
    absent: float | None = None
    why: str = ""

    def of(self, scope: str) -> Reading:
        """Return the reading of a scope that has none of its own."""
        return Reading(scope, self.absent, 0)


class Readings:
    """What rules measure at an instant; what several of them need is read once.

    Args:
        tx: The transaction in which it is read.
        desk: The desk.
        at: The instant.
    """

    def __init__(self, tx: Tx, desk: Any, at: datetime) -> None:
        self._tx, self._desk, self._at = tx, desk, at
        self._times: dict[timedelta, Measuring] = {}
        self._figures: dict[tuple[str, timedelta, bool], Measure] = {}

    def of(self, rule: AlertRule) -> Measured:
        """Return what a rule measures.

        Raises:
            SettingsError: There is no such figure any more, or it cannot be divided so.
            KpiError: The figure cannot be measured.
        """
        if (metric := METRICS.get(rule.metric)) is not None:
            found = tuple(metric.measure(self._tx, self._desk, self._at, self._length(rule)))
            return Measured(_wanted(rule, found), 0)
        figure = self.figure(rule)
        if figure.needs:
            return Measured((), why=f"it takes {figure.needs}")
        if not rule.by:
            return Measured(_wanted(rule, (Reading("", figure.value, figure.sample),)))
        parts = divided(_kpi(self._desk, rule), figure, rule.by)
        found = tuple(Reading(scope or "none", each.value, each.sample) for scope, each in parts.items())
        return Measured(_wanted(rule, found), 0 if figure.how is Sum.TOTAL else None)

    def if_sound(self, rule: AlertRule) -> Measured:
        """Return what a rule measures; one that breaks, perhaps of foreign code, keeps no other waiting."""
        try:
            with self._tx.begin_nested():  # what it broke of the transaction is undone
                return self.of(rule)
        except StoreError:
            raise
        except ServiceDeskError as error:
            return Measured((), why=error.message)
        except Exception as error:  # noqa: BLE001  # whatever it is, the others are measured
            _log.exception("the alert rule %s: this should not have happened", rule.name)
            return Measured((), why=f"its figure failed ({type(error).__name__})")

    def figure(self, rule: AlertRule) -> Measure:
        """Return the figure of a rule, with its records where that is divided; raises what :meth:`of` does."""
        kpi, length = _kpi(self._desk, rule), self._length(rule)
        if tells_of_people(rule, kpi):
            raise SettingsError(f"The alert rule {rule.name} tells what single people did; divide it by team.")
        if length not in self._times:
            when = period(self._at, length, ZoneInfo(self._desk.settings.desk.timezone))
            self._times[length] = Measuring(self._tx, when, may=told, people=self._desk.roster)
        key = (kpi.name, length, bool(rule.by))
        if key not in self._figures:
            measuring = self._times[length]
            self._figures[key] = (measuring.measure if rule.by else measuring.plain)(on_desk(kpi, self._desk))
        return self._figures[key]

    def _length(self, rule: AlertRule) -> timedelta:
        """Return of how long a time a rule is: of answers, since the first of so many."""
        if rule.answers is None:
            return span(rule.window)
        found: list[datetime] = []
        for doublings in range(_AS_FAR_BACK + 1):
            found = given(self._tx, _asks(rule), Period(self._at - _WEEK * 2**doublings, self._at))
            if len(found) >= rule.answers:
                break
        return self._at - found[-rule.answers :][0] if found else timedelta(hours=1)


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
        measured = Readings(tx, desk, at).of(rule)
        now = {one.scope: one for one in measured.readings}
        absent = () if measured.why else (scope for scope in known if scope not in now)
        for one in (*now.values(), *map(measured.of, absent)):
            before = known.get(one.scope, Known())
            after = known[one.scope] = judged(rule, before, one, at)
            mine = episodes.setdefault(one.scope, [])
            if after.is_open and not before.is_open:
                mine.append(Episode(one.scope, at, None, float(one.value or 0)))
            elif before.is_open and not after.is_open:
                mine[-1] = mine[-1]._replace(closed_at=at)
    return [one for mine in episodes.values() for one in mine]


def period(at: datetime, length: timedelta, zone: ZoneInfo) -> Period:
    """Return the time of a length up to an instant, where the desk is; clocks changed in between do not matter."""
    return Period((at - length).astimezone(zone), at.astimezone(zone))


def _wanted(rule: AlertRule, found: tuple[Reading, ...]) -> tuple[Reading, ...]:
    return tuple(one for one in found if (not rule.of or one.scope in rule.of) and not _is_nan(one.value))


def _is_nan(value: Fraction | float | None) -> bool:
    return isinstance(value, float) and isnan(value)


def _kpi(desk: Any, rule: AlertRule) -> Kpi[Any]:
    known = figures_of(desk.features)
    if rule.metric not in known:
        raise SettingsError(f'The alert rule {rule.name} is about "{rule.metric}", which nothing measures.')
    return known[rule.metric]


def _asks(rule: AlertRule) -> Asks:
    return OF_ANSWERS[rule.metric]


def _instants(tx: Tx, rule: AlertRule, start: datetime, end: datetime) -> Iterator[datetime]:
    if rule.answers is None:
        step = max((end - start) / _STEPS, timedelta(minutes=10))
        return (start + step * number for number in range(1, int((end - start) / step) + 1))
    moments = given(tx, _asks(rule), Period(start, end))
    return (at + timedelta.resolution for at in moments[-_MOST_ANSWERS:])
