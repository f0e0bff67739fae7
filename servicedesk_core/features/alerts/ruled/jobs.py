"""The job ``alert-rules``: measures what rules ask for, and opens and closes their alerts."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from servicedesk_core.faces import Condition
from servicedesk_core.features.alerts import tables
from servicedesk_core.features.alerts.model import Alert
from servicedesk_core.features.alerts.ruled.kinds import ALERT_RULES, AlertRule, figures_of, span
from servicedesk_core.features.alerts.ruled.measuring import Measured, Readings
from servicedesk_core.features.alerts.ruled.metrics import METRICS, Reading
from servicedesk_core.features.alerts.ruled.rules import Known, judged, says_nothing
from servicedesk_core.features.definitions import decisions, in_force
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.store import Tx


async def judge(desk: JobDesk, connection: str | None) -> str:
    """Open and close the alerts of all rules; those of a rule that cannot be measured stay as they are.

    Whom to tell is noted with it, and the job ``alerts`` tells them.

    Returns:
        What was found, in a line.
    """
    del connection
    now = desk.clock.now()
    measured = await desk.store.read(lambda tx: _measured(tx, desk, now))
    many = await desk.store.write(lambda tx: _settled(tx, desk, measured, now))
    broken = sum(bool(one.why) for one in measured.values())
    return f"{len(measured)} rules, {many} alerts open" + (f", {broken} could not be measured" if broken else "")


def _measured(tx: Tx, desk: Any, now: datetime) -> dict[AlertRule, Measured]:
    readings = Readings(tx, desk, now)
    return {rule: readings.if_sound(rule) for rule in in_force(tx, ALERT_RULES, now)}


def _settled(tx: Tx, desk: JobDesk, measured: Mapping[AlertRule, Measured], now: datetime) -> int:
    """Judge what was measured beside what is known, and keep that; return how many alerts of rules are open."""
    alerts = {one.key: one for one in tables.of_rules(tx)}
    waits = tables.waits(tx)
    wrong: list[Condition] = []
    unmeasured = {rule.name for rule, one in measured.items() if one.why}
    since = {key: at for key, at in waits.items() if _rule_of(key) in unmeasured}
    units = {kpi.name: kpi.unit for kpi in figures_of(desk.features).values()}
    units |= {name: metric.unit for name, metric in METRICS.items()}
    changed = {name: version.at for name, version in decisions(tx, ALERT_RULES).items()}
    for rule, found in measured.items():
        lasting = (one for one in alerts.values() if one.closed_at is None and one.opened_at >= changed[rule.name])
        for one in () if found.why else _with_absent(rule, found, lasting):
            key = key_of(rule, one.scope)
            before = _known(alerts.get(key), waits.get(key))
            after = judged(rule, before, one, now)
            if after.is_open:
                is_told = before.is_open and says_nothing(rule, one)
                wrong.append(_kept(alerts[key], rule) if is_told else _condition(rule, one, units.get(rule.metric, "")))
            elif after.since is not None:
                since[key] = after.since
    channels, tells = (tables.LOG, *desk.settings.alerts.channels), {rule.name: rule.tell for rule in measured}
    tables.settle(tx, wrong, channels, now, among=lambda name: name is not None and name not in unmeasured, tells=tells)
    tables.keep_waits(tx, since)
    tables.keep_measured(tx, {rule.name: desk.redactor.text(one.why) for rule, one in measured.items()}, now)
    return len(wrong)


def _with_absent(rule: AlertRule, found: Measured, lasting: Iterable[Alert]) -> Iterator[Reading]:
    """Yield the readings of a rule, and those of scopes with an open alert that have no reading any more.

    An alert that was opened before the rule was changed has what the rule measures now, or is over.
    """
    yield from found.readings
    there = {key_of(rule, one.scope) for one in found.readings}
    for one in lasting:
        if one.rule == rule.name and one.key not in there:
            yield found.of(one.key.removeprefix(f"rule:{rule.name}").removeprefix("/"))


def key_of(rule: AlertRule, scope: str) -> str:
    """Return what an alert of a rule is about."""
    return f"rule:{rule.name}" + (f"/{scope}" if scope else "")


def _rule_of(key: str) -> str:
    return key.removeprefix("rule:").partition("/")[0]


def _known(alert: Alert | None, since: datetime | None) -> Known:
    if alert is None:
        return Known(since=since)
    return Known(alert.closed_at is None, since, alert.closed_at)


def _kept(alert: Alert, rule: AlertRule) -> Condition:
    repeat = span(rule.repeat) if rule.repeat else None
    return Condition(alert.key, alert.kind, alert.problem, alert.hint, rule.name, rule.tell, repeat)


def _condition(rule: AlertRule, one: Reading, unit: str) -> Condition:
    value = _text(one.value)
    of = f" of {one.scope}" if one.scope else ""
    problem = f"{rule.metric}{of} is {value}{'' if unit == '%' else ' '}{unit}; it is an alert when {rule.when}."
    hint = rule.hint or f"servicedesk alerts test {rule.name} shows since when."
    repeat = span(rule.repeat) if rule.repeat else None
    return Condition(key_of(rule, one.scope), rule.name, problem, hint, rule.name, rule.tell, repeat)


def _text(value: Fraction | float | None) -> str:
    return f"{float(value or 0):.2f}".rstrip("0").rstrip(".")
