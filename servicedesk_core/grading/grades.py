"""Grades, rules and their outcomes."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servicedesk_core.grading.subject import Subject


class Grade(StrEnum):
    """What a distribution has reached; each grade holds the rules of those before it."""

    NONE = "none"
    BRONZE = "bronze"
    """It works, and says what it is."""
    SILVER = "silver"
    """It is safe to run beside others."""
    GOLD = "gold"
    """A stranger can operate it, and another can take it over."""
    PLATINUM = "platinum"
    """Nothing that we know of is left to wish for."""


ORDER = tuple(Grade)


class State(StrEnum):
    """How a rule came out."""

    MET = "met"
    MISSING = "missing"
    EXEMPT = "exempt"
    """Not met, and the author says why that is right here."""
    NOT_APPLICABLE = "not_applicable"
    NOT_MEASURED = "not_measured"
    """It takes running something that was not run, or a tool that is not installed."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule found.

    Attributes:
        state: How it came out.
        found: What exactly is missing, or why it was not measured.
    """

    state: State
    found: tuple[str, ...] = ()


MET = Verdict(State.MET)


def missing(*found: str) -> Verdict:
    """Return the verdict of a rule that is not met; without findings it is met."""
    return Verdict(State.MISSING, found) if found else MET


def not_applicable(reason: str) -> Verdict:
    """Return the verdict of a rule that asks for nothing here."""
    return Verdict(State.NOT_APPLICABLE, (reason,))


def not_measured(reason: str) -> Verdict:
    """Return the verdict of a rule that could not be looked at."""
    return Verdict(State.NOT_MEASURED, (reason,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Attributes:
        id: Its name, also in exemptions.
        grade: The first grade that needs it.
        what: What it asks for.
        why: Why that matters, and to whom.
        mend: How to mend it.
        look: Finds out.
        is_measured_by_running: Whether it runs something that takes its time.
        can_be_exempt: Whether an author may declare it unnecessary.
    """

    id: str
    grade: Grade
    what: str
    why: str
    mend: str
    look: "Callable[[Subject], Verdict]"
    is_measured_by_running: bool = False
    can_be_exempt: bool = True


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What became of one rule.

    Attributes:
        rule: Its name.
        grade: The first grade that needs it.
        state: How it came out.
        what: What it asks for.
        found: What is missing, or the reason of an exemption.
        why: Why it matters.
        mend: How to mend it.
    """

    rule: str
    grade: Grade
    state: State
    what: str
    found: tuple[str, ...]
    why: str
    mend: str


@dataclass(frozen=True, slots=True)
class PluginGrade:
    """The grade of a distribution.

    Attributes:
        distribution: Its name.
        folder: Where it lies.
        grade: What it has reached by measurement.
        within_reach: What it would have if everything that was not measured were met.
        exempt: Rules that its author declares unnecessary; the grade goes no further than the first of them.
        outcomes: Every rule, in the order of grades.
    """

    distribution: str
    folder: str
    grade: Grade
    within_reach: Grade
    exempt: tuple[str, ...]
    outcomes: tuple[RuleOutcome, ...]


def reached(outcomes: tuple[RuleOutcome, ...], *, unless: frozenset[State]) -> Grade:
    """Return the highest grade below which no rule is in one of these states, and none is exempt below it."""
    best = Grade.NONE
    for grade in ORDER[1:]:
        states = {one.state for one in outcomes if one.grade is grade}
        if states & unless:
            break
        best = grade
        if State.EXEMPT in states:
            break
    return best
