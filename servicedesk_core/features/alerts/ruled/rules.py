"""When an alert opens, stays and closes. Pure."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from servicedesk_core.faces import Verdict
from servicedesk_core.features.alerts.ruled.kinds import AlertRule, span
from servicedesk_core.features.alerts.ruled.metrics import Reading


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a rule and a scope.

    Attributes:
        is_open: Whether the alert is open.
        since: Since when the figure is bad, while the alert is not open yet.
        closed_at: When it was last over.
    """

    is_open: bool = False
    since: datetime | None = None
    closed_at: datetime | None = None


def judged(rule: AlertRule, known: Known, reading: Reading, now: datetime) -> Known:
    """Return what is known after a reading.

    Where it says nothing, an open alert stays, and what was not an alert begins anew. Between the two limits an open
    alert stays open.
    """
    is_silent = says_nothing(rule, reading)
    if known.is_open:
        if is_silent or not _is_over(rule, reading.value):
            return known
        return Known(closed_at=now)
    if is_silent or not _holds(rule, reading.value):
        return Known(closed_at=known.closed_at)
    since = known.since or now
    if now - since < span(rule.lasts):
        return Known(since=since, closed_at=known.closed_at)
    if known.closed_at is not None and now - known.closed_at < span(rule.cool_down):
        return Known(since=since, closed_at=known.closed_at)
    return Known(is_open=True, closed_at=known.closed_at)


def says_nothing(rule: AlertRule, reading: Reading) -> bool:
    """Whether a reading has no value, or a smaller sample than a rule asks for; a count of none is a reading."""
    return reading.value is None or (rule.minimum > 1 and reading.sample < rule.minimum)


def _holds(rule: AlertRule, value: Fraction | float | None) -> bool:
    return rule.begins.judge(value) is Verdict.MET


def _is_over(rule: AlertRule, value: Fraction | float | None) -> bool:
    if rule.ends is None:
        return not _holds(rule, value)
    return rule.ends.judge(value) is Verdict.MET
