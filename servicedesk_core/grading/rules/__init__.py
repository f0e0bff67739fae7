"""The rules, by grade."""

from servicedesk_core.grading.rules import bronze, gold, platinum, silver

RULES = (*bronze.RULES, *silver.RULES, *gold.RULES, *platinum.RULES)
