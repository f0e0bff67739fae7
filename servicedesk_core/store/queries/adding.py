"""Facts counted and added up by the database."""

from typing import Any

from sqlalchemy import Select, func, select


def added_up(facts: Select[Any], *sums: str, least: tuple[str, ...] = ()) -> Select[Any]:
    """Return a query that counts facts, as ``facts``, for each of what their other columns hold.

    Args:
        facts: One row for each.
        sums: Columns to add up; where none of them holds anything, the sum is nothing.
        least: Columns of which the smallest is kept.
    """
    inner = facts.subquery("of")
    each = [column for column in inner.c if column.name not in (*sums, *least)]
    added = [func.sum(inner.c[name]).label(name) for name in sums]
    smallest = [func.min(inner.c[name]).label(name) for name in least]
    return select(*each, func.count().label("facts"), *added, *smallest).group_by(*each)
