"""The vendor's query language.

A misspelt operator has been seen to answer *all* rows with 200, so operators are checked here, before anything is sent.
"""

from datetime import UTC, datetime
from typing import Any

Condition = dict[str, Any]

OPERATORS = frozenset(
    {
        "eq", "noteq", "gt", "gte", "lt", "lte", "beginsWith", "endsWith", "contains",
        "exist", "notExist", "in", "notIn",
    }
)  # fmt: skip
MAX_ROWS = 500
MAX_IDS = 200
"""Ids in one ``in`` list. Each counts as one of the 500 alternatives of a query; clients in the field keep below."""


def where(field: str, operator: str, value: Any = None) -> Condition:
    """Return one comparison.

    Args:
        field: The vendor's name of the field.
        operator: One of :data:`OPERATORS`.
        value: What to compare with; left out for ``exist`` and ``notExist``.

    Raises:
        ValueError: There is no such operator.
    """
    if operator not in OPERATORS:
        raise ValueError(f"Autotask has no operator {operator!r}")
    if operator in {"exist", "notExist"}:
        return {"op": operator, "field": field}
    return {"op": operator, "field": field, "value": value}


def any_of(*conditions: Condition) -> Condition:
    """Return a condition that holds when one of these does."""
    return conditions[0] if len(conditions) == 1 else {"op": "or", "items": list(conditions)}


def wire_instant(instant: datetime) -> str:
    """Return an instant as the vendor wants it in filters: UTC with milliseconds."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"
