"""Alert rules, and what they would have told, as lists show them."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from servicedesk_core.features.alerts import tables
from servicedesk_core.features.alerts.model import RuleRow, RuleState, WouldOpen
from servicedesk_core.features.alerts.ruled.kinds import ALERT_RULES, AlertRule
from servicedesk_core.features.alerts.ruled.measuring import would_have
from servicedesk_core.features.definitions import in_force
from servicedesk_core.store import Tx


def rules(tx: Tx, now: datetime) -> dict[str, AlertRule]:
    """Return the alert rules that hold, by name."""
    return {one.name: one for one in in_force(tx, ALERT_RULES, now)}


def rows(tx: Tx, now: datetime) -> tuple[RuleRow, ...]:
    """Return them as a list shows them."""
    opened = Counter(one.rule for one in tables.of_rules(tx) if one.closed_at is None)
    measured = tables.measured(tx)
    return tuple(_row(one, opened[one.name], *measured.get(one.name, (None, ""))) for one in rules(tx, now).values())


def _row(one: AlertRule, many: int, at: datetime | None, why: str) -> RuleRow:
    if at is None:
        state = RuleState.WAITS
    elif why:
        state = RuleState.NO_DATA
    else:
        state = RuleState.OPEN if many else RuleState.QUIET
    said = {name: getattr(one, name) for name in _SAID}
    return RuleRow(**said, alerts=many, measured_at=at, state=state, why=why)


_SAID = ("name", "metric", "by", "window", "when", "clear", "lasts", "minimum", "cool_down", "repeat", "tell")


def tried(tx: Tx, desk: Any, rule: AlertRule, start: datetime, end: datetime) -> tuple[WouldOpen, ...]:
    """Return when a rule would have been an alert."""
    second = timedelta(seconds=1)
    return tuple(
        WouldOpen(
            one.scope,
            one.opened_at,
            one.closed_at,
            None if one.closed_at is None else (one.closed_at - one.opened_at) // second,
            round(one.value, 2),
        )
        for one in would_have(tx, desk, rule, start, end)
    )
