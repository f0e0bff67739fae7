"""Applies the rules to a distribution."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from difflib import get_close_matches
from pathlib import Path

from servicedesk_core.errors import SettingsError
from servicedesk_core.grading.grades import ORDER, PluginGrade, Rule, RuleOutcome, State, Verdict, not_measured, reached
from servicedesk_core.grading.rules import RULES
from servicedesk_core.grading.subject import Subject

AT_ONCE = 4
"""Tests, type checker and build run side by side."""

SHORTEST_REASON = 20
"""Characters of an exemption's reason; "n/a" is none."""


def check(folder: Path, *, run: bool = True, running: Callable[[str], None] | None = None) -> PluginGrade:
    """Return the grade of a connector's distribution.

    Args:
        folder: The folder with its ``pyproject.toml``.
        run: Whether to run its tests, type checker and build; without it those rules are not measured.
        running: Told what begins to run, and when it has ended; from several threads.

    Raises:
        SettingsError: The folder is no distribution, or an exemption is not acceptable.
    """
    subject = Subject(folder.resolve(), runs=run)
    _check_exemptions(subject)
    rules = sorted(RULES, key=lambda one: ORDER.index(one.grade))
    verdicts = {rule.id: _verdict(rule, subject) for rule in rules if not rule.is_measured_by_running}
    slow = [rule for rule in rules if rule.is_measured_by_running]
    with ThreadPoolExecutor(max_workers=AT_ONCE) as threads:  # each runs a process of its own
        verdicts |= dict(threads.map(lambda rule: (rule.id, _run(rule, subject, running)), slow))
    outcomes = tuple(_outcome(rule, subject, verdicts[rule.id]) for rule in rules)
    return PluginGrade(
        distribution=subject.name,
        folder=str(folder),
        grade=reached(outcomes, unless=frozenset({State.MISSING, State.NOT_MEASURED})),
        within_reach=reached(outcomes, unless=frozenset({State.MISSING})),
        exempt=tuple(one.rule for one in outcomes if one.state is State.EXEMPT),
        outcomes=outcomes,
    )


def _run(rule: Rule, subject: Subject, running: Callable[[str], None] | None) -> Verdict:
    if running is None or not subject.runs:
        return _verdict(rule, subject)
    began = time.monotonic()
    running(f"{rule.id} …")
    verdict = _verdict(rule, subject)
    running(f"{rule.id}: {verdict.state.value.replace('_', ' ')} after {time.monotonic() - began:.0f} s")
    return verdict


def _outcome(rule: Rule, subject: Subject, verdict: Verdict) -> RuleOutcome:
    if verdict.state is State.MISSING and rule.id in subject.exemptions:
        verdict = Verdict(State.EXEMPT, (subject.exemptions[rule.id],))
    return RuleOutcome(rule.id, rule.grade, verdict.state, rule.what, verdict.found, rule.why, rule.mend)


def _verdict(rule: Rule, subject: Subject) -> Verdict:
    if rule.is_measured_by_running and not subject.runs:
        return not_measured("nothing was run")
    return rule.look(subject)


def _check_exemptions(subject: Subject) -> None:
    known = {rule.id: rule for rule in RULES}
    for name, reason in subject.exemptions.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise SettingsError(
                f"[tool.servicedesk.exempt] names no rule {name!r}.",
                hint=f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(known)}.",
            )
        if not known[name].can_be_exempt:
            raise SettingsError(f"Nothing can be exempt from the rule {name!r}.", hint=known[name].mend)
        if not isinstance(reason, str) or len(reason.strip()) < SHORTEST_REASON:
            raise SettingsError(
                f"The exemption from {name!r} gives no reason.",
                hint="Say in a sentence why the rule asks for nothing sensible here.",
            )
