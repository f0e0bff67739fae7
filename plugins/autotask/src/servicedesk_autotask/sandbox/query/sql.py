"""Translating a query's conditions to SQL over the stored rows."""

from typing import Any

from servicedesk_autotask.sandbox.query.parse import Condition, Group
from servicedesk_autotask.sandbox.store import Store
from servicedesk_autotask.sandbox.values import sortable

_OPERATORS = {"eq": "=", "noteq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_FROM = {"gt", "gte"}
_FEW = 20_000
_PATTERNS = {"beginswith": "{}%", "endswith": "%{}", "contains": "%{}%"}


class Translator:
    """Builds the WHERE clause for one entity."""

    def __init__(self, store: Store, entity: str) -> None:
        self._store = store
        self._entity = entity
        self.arguments: list[Any] = []

    def group(self, group: Group) -> str:
        """Translate a group; an empty one excludes nothing."""
        parts = [self.group(item) if isinstance(item, Group) else self.condition(item) for item in group.items]
        return f"({f' {group.op.upper()} '.join(parts)})" if parts else "1"

    def narrow(self, group: Group) -> str:
        """A condition that leads SQLite to the few rows of a recent period; empty when they are many.

        Rows are asked for by id, so without it the table would be walked from the first row on.
        """
        for item in group.items:
            if not isinstance(item, Condition) or item.op not in _FROM or item.field is None:
                continue
            if item.field.kind != "datetime" or not self._store.column(self._entity, item.name):
                continue
            source = f'FROM "{self._entity}" WHERE "{item.name}" {_OPERATORS[item.op]} ?'
            value = sortable(item.value)
            sql = f"SELECT count(*) FROM (SELECT 1 {source} LIMIT {_FEW + 1})"  # noqa: S608
            if self._store.db.execute(sql, (value,)).fetchone()[0] <= _FEW:
                self.arguments.append(value)
                return f" AND id IN (SELECT id {source})"
        return ""

    def condition(self, condition: Condition) -> str:
        """Translate one condition."""
        if condition.field is None:
            return self._user_defined(condition)
        text = condition.field.kind in {"string", "base64"}
        date = condition.field.kind == "datetime"
        if condition.name == "id" or self._store.column(self._entity, condition.name):
            expression = f'"{condition.name}"'
        else:
            expression = f"json_extract(body, '$.{condition.name}')"
            if date:
                expression = f"rtrim({expression}, 'Z')"
        value = condition.value
        if date and value is not None and condition.op not in _PATTERNS:
            value = [sortable(item) for item in value] if isinstance(value, list) else sortable(value)
        return self._compare(expression, condition.op, value, text=text)

    def _user_defined(self, condition: Condition) -> str:
        self.arguments.append(condition.name)
        # A record without the field has no value for it: notExist must find it too.
        negated = condition.op == "notexist"
        compared = self._compare(
            "json_extract(u.value, '$.value')", "exist" if negated else condition.op, condition.value, text=True
        )
        return (
            f"{'NOT ' if negated else ''}EXISTS (SELECT 1 FROM json_each(body, '$.userDefinedFields') u "  # noqa: S608
            f"WHERE json_extract(u.value, '$.name') = ? COLLATE NOCASE AND {compared})"
        )

    def _compare(self, expression: str, op: str, value: Any, *, text: bool) -> str:
        if op == "exist":
            return f"{expression} IS NOT NULL"
        if op == "notexist":
            return f"{expression} IS NULL"
        collation = " COLLATE NOCASE" if text else ""
        if op in {"in", "notin"}:
            self.arguments.extend(value)
            marks = ",".join("?" * len(value))
            return f"{expression}{collation} {'NOT ' if op == 'notin' else ''}IN ({marks})"
        if op in _PATTERNS:
            escaped = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            self.arguments.append(_PATTERNS[op].format(escaped))
            return f"{expression} LIKE ? ESCAPE '\\'"
        self.arguments.append(value)
        return f"{expression} {_OPERATORS[op]} ?{collation}"
