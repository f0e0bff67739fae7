"""The job ``alert-rules``: measures what rules ask for, and opens and closes their alerts."""

import logging
from datetime import datetime
from fractions import Fraction

from servicedesk_core.errors import StoreError
from servicedesk_core.faces import Condition
from servicedesk_core.features.alerts import tables
from servicedesk_core.features.alerts.model import Alert
from servicedesk_core.features.alerts.ruled.kinds import ALERT_RULES, AlertRule, figures_of, span
from servicedesk_core.features.alerts.ruled.measuring import readings
from servicedesk_core.features.alerts.ruled.metrics import METRICS, Reading
from servicedesk_core.features.alerts.ruled.rules import Known, judged, says_nothing
from servicedesk_core.features.definitions import in_force
from servicedesk_core.jobs.desk import JobDesk
from servicedesk_core.store import Tx

_log = logging.getLogger("servicedesk.alerts")


async def judge(desk: JobDesk, connection: str | None) -> str:
    """Open and close the alerts of all rules; those of a rule that cannot be measured stay as they are.

    Whom to tell is noted with it, and the job ``alerts`` tells them.

    Returns:
        What was found, in a line.
    """
    del connection
    now = desk.clock.now()
    rules = await desk.store.read(lambda tx: in_force(tx, ALERT_RULES, now))
    measured: dict[str, list[Reading]] = {}
    for rule in rules:
        if (found := await _measured(desk, rule, now)) is not None:
            measured[rule.name] = found
    many = await desk.store.write(lambda tx: _settled(tx, desk, rules, measured, now))
    broken = len(rules) - len(measured)
    return f"{len(rules)} rules, {many} alerts open" + (f", {broken} could not be measured" if broken else "")


async def _measured(desk: JobDesk, rule: AlertRule, now: datetime) -> list[Reading] | None:
    try:
        return await desk.store.read(lambda tx: readings(tx, desk, rule, now))
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001  # one that breaks, perhaps of foreign code, keeps no other waiting
        _log.warning("the alert rule %s could not be measured: %s", rule.name, desk.redactor.text(str(error)))
        return None


def _settled(
    tx: Tx,
    desk: JobDesk,
    rules: tuple[AlertRule, ...],
    measured: dict[str, list[Reading]],
    now: datetime,
) -> int:
    """Judge what was measured beside what is known, and keep that; return how many alerts of rules are open."""
    alerts = {one.key: one for one in tables.of_rules(tx)}
    waits = tables.waits(tx)
    wrong: list[Condition] = []
    unmeasured = {rule.name for rule in rules} - measured.keys()
    since = {key: at for key, at in waits.items() if _rule_of(key) in unmeasured}
    units = {kpi.name: kpi.unit for kpi in figures_of(desk.features).values()}
    units |= {name: metric.unit for name, metric in METRICS.items()}
    for rule in rules:
        for one in measured.get(rule.name, ()):
            key = key_of(rule, one.scope)
            before = _known(alerts.get(key), waits.get(key))
            after = judged(rule, before, one, now)
            if after.is_open:
                is_told = before.is_open and says_nothing(rule, one)
                wrong.append(_kept(alerts[key], rule) if is_told else _condition(rule, one, units.get(rule.metric, "")))
            elif after.since is not None:
                since[key] = after.since
    channels, tells = (tables.LOG, *desk.settings.alerts.channels), {rule.name: rule.tell for rule in rules}
    tables.settle(tx, wrong, channels, now, among=lambda name: name is not None and name not in unmeasured, tells=tells)
    tables.keep_waits(tx, since)
    return len(wrong)


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
