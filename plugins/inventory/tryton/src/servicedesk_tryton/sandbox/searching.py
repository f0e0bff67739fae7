"""Searching and reading: domains, order, and fields of related records."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from servicedesk_tryton.sandbox.model import Context
from servicedesk_tryton.sandbox.models import Models
from servicedesk_tryton.sandbox.records import VERSION, Row
from servicedesk_tryton.sandbox.wire import ServerError, plain, user_error

_COMPARE: Final = {
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
}
_NAMED: Final = {"product.product": ("name", "code", "identifiers.code"), "stock.location": ("name", "code")}
"""Fields that a search by ``rec_name`` looks into; codes are only found from their beginning."""


class Searching:
    """Finds and shows records.

    Args:
        models: The models.
    """

    def __init__(self, models: Models) -> None:
        self._models = models

    def find(self, name: str, params: Sequence[Any], context: Context) -> list[Row]:
        """Return records.

        Args:
            name: The model.
            params: Domain, place of the first one, most of them, order.
            context: Of the call.

        Raises:
            ServerError: A field or an operator is not known.
        """
        domain, offset, limit, order = (*params, None, None, None, None)[:4]
        rows = self._models.records.all(name)
        if "active" in self._models.model(name).stored or name == "product.product":
            wants_all = context.get("active_test") is False or "'active'" in repr(domain)
            rows = [row for row in rows if wants_all or self._models.value(name, row, "active", context)]
        rows = [row for row in rows if self._lets(name, row, domain or [], context)]
        for path, direction in reversed(order or []):
            by = {row["id"]: next(self._models.values(name, row, path, context), None) for row in rows}
            told = [row for row in rows if by[row["id"]] is not None]
            told.sort(key=lambda row, by=by: by[row["id"]], reverse=direction.upper().startswith("DESC"))  # type: ignore[misc]
            rows = [*told, *(row for row in rows if by[row["id"]] is None)]
        return rows[offset or 0 : None if limit is None else (offset or 0) + limit]

    def read(self, name: str, row: Row, fields: Sequence[str], context: Context) -> dict[str, Any]:
        """Return fields of a record; those of related records stand in objects whose names end with a point.

        Raises:
            ServerError: A field is not known.
        """
        shown: dict[str, Any] = {"id": row["id"]}
        related: dict[str, list[str]] = {}
        for field in fields:
            first, _, below = field.partition(".")
            if below:
                related.setdefault(first, []).append(below)
            elif field == "_timestamp":
                shown[field] = timestamp(row)
            else:
                shown[field] = self._models.value(name, row, field, context)
        for first, rest in related.items():
            value, target = self._models.value(name, row, first, context), self._models.target(name, first)
            if target is None:
                raise ServerError("'Char' object has no attribute 'get_target'", "")
            one = [
                self.read(target, self._models.record(target, ref), rest, context)
                for ref in (value if isinstance(value, list) else [value])
                if ref is not None
            ]
            shown[f"{first}."] = one if isinstance(value, list) else next(iter(one), None)
        return shown

    def named(self, name: str, refs: Any) -> list[Row]:
        """Return records by id.

        Raises:
            ServerError: One is not there.
        """
        title = self._models.model(name).title
        for ref in refs if isinstance(refs, list) else ():
            if self._models.records.get(name, ref) is None:
                raise user_error(f'You are trying to read records "{ref}" of "{title}" that don\'t exist.')
        return [self._models.record(name, ref) for ref in refs]

    def _lets(self, name: str, row: Row, domain: Any, context: Context) -> bool:
        first = domain[0] if domain and isinstance(domain[0], str) else None
        if first not in {None, "OR", "AND"}:
            return self._clause(name, row, domain, context)
        held = (self._lets(name, row, one, context) for one in domain[1 if first else 0 :])
        return any(held) if first == "OR" else all(held)

    def _clause(self, name: str, row: Row, clause: Sequence[Any], context: Context) -> bool:
        path, operator, value = clause[:3]
        if path == "rec_name":
            named = _NAMED.get(name, ("name",))
            each = [(one, operator, value if one == "name" else str(value).lstrip("%")) for one in named]
            return any(self._clause(name, row, one, context) for one in each)
        return _holds(operator, list(self._models.values(name, row, path, context)), plain(value))


def _holds(operator: str, found: list[Any], wanted: Any) -> bool:
    """Return whether one of the values of a path is as it is wanted."""
    match operator:
        case "=":
            return wanted in found if found else wanted is None
        case "!=":
            return wanted not in found
        case "in":
            return any(one in wanted for one in found)
        case "not in":
            return not any(one in wanted for one in found)
        case "ilike":
            expression = re.compile(_expression(wanted), re.IGNORECASE)
            return any(isinstance(one, str) and expression.fullmatch(one) is not None for one in found)
    if operator in _COMPARE:
        return any(one is not None and _COMPARE[operator](one, wanted) for one in found)
    raise ServerError(f"'{operator}'", "")


def timestamp(row: Mapping[str, Any]) -> str:
    """Return the version of a record."""
    return f"{plain(row['write_date'] or row['create_date'])}.{row[VERSION]}"


def _expression(pattern: str) -> str:
    """Return a pattern of SQL as a regular expression."""
    told = {"%": ".*", "_": "."}
    pieces = re.findall(r"\\.|.", pattern, re.DOTALL)
    return "".join(re.escape(one[1:]) if len(one) > 1 else told.get(one, re.escape(one)) for one in pieces)
