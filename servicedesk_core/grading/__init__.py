"""How good a connector's distribution is, measured: grades from bronze to platinum, each the sum of small rules."""

from servicedesk_core.grading.checking import check
from servicedesk_core.grading.grades import Grade, PluginGrade, RuleOutcome, State

__all__ = ["Grade", "PluginGrade", "RuleOutcome", "State", "check"]
