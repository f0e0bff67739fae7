"""Reading a query: keys in any casing, errors in the vendor's words."""

from dataclasses import dataclass
from typing import Any

import orjson

from servicedesk_autotask.sandbox.entities import Entity, Field
from servicedesk_autotask.sandbox.errors import VendorError
from servicedesk_autotask.sandbox.values import to_wire

MAX_RECORDS = 500
MAX_OR = 500
COMPARISONS = {"eq", "noteq", "gt", "gte", "lt", "lte", "beginswith", "endswith", "contains"}
EXISTENCE = {"exist", "notexist"}
WITHOUT_VALUE = {"eq": "notexist", "noteq": "exist"}
"""What a comparison means to which no value was sent, which clients do to find what is not active. That it is answered
is known; whether with null or with false was asked of no live tenant."""
LISTS = {"in", "notin"}
GROUPS = {"and", "or"}


@dataclass(frozen=True)
class Condition:
    """One comparison; `field` is None for a user-defined field."""

    op: str
    name: str
    field: Field | None
    value: Any


@dataclass(frozen=True)
class Group:
    """Conditions joined with and / or."""

    op: str
    items: tuple["Condition | Group", ...]


@dataclass(frozen=True)
class Query:
    """A parsed query."""

    where: Group
    fields: tuple[str, ...] | None
    size: int


class _Reader:
    def __init__(self, entity: Entity, *, lenient: bool) -> None:
        self.entity = entity
        self.lenient = lenient
        self.alternatives = 0
        self.udfs = 0

    def group(self, op: str, nodes: Any) -> Group:
        if isinstance(nodes, dict):
            nodes = [nodes]
        if not isinstance(nodes, list):
            raise VendorError("Invalid query syntax. A filter must be a list of conditions.")
        if op == "or":
            self.alternatives += len(nodes)
        return Group(op, tuple(item for node in nodes if (item := self.node(node)) is not None))

    def node(self, raw: Any) -> Condition | Group | None:
        if not isinstance(raw, dict):
            raise VendorError("Invalid query syntax. A condition must be an object.")
        node = lower_keys(raw)
        op = str(node.get("op") or "").lower()
        if op in GROUPS:
            return self.group(op, node.get("items"))
        if op not in COMPARISONS | EXISTENCE | LISTS:
            if self.lenient:
                return None
            raise VendorError(f"Invalid query syntax. The operator '{node.get('op')}' is not supported.")
        if "value" not in node:
            op = WITHOUT_VALUE.get(op, op)
        name = str(node.get("field") or "")
        if node.get("udf"):
            return self.user_defined(op, name, node.get("value"))
        field = self.entity.field(name)
        if field is None or not field.queryable:
            raise VendorError(f"Unable to find {name} in the {self.entity.name} Entity.")
        return Condition(op, field.name, field, self.value(op, field, node.get("value")))

    def user_defined(self, op: str, name: str, value: Any) -> Condition:
        self.udfs += 1
        if self.udfs > 1:
            raise VendorError("Invalid query syntax. Only one user-defined field may be queried at a time.")
        if op in LISTS:
            value = [str(item) for item in self.members(value)]
        elif op not in EXISTENCE:
            value = str(value)
        return Condition(op, name, None, value)

    def value(self, op: str, field: Field, value: Any) -> Any:
        if op in EXISTENCE:
            return None
        if op in LISTS:
            return [self.single(field, item) for item in self.members(value)]
        if op in {"beginswith", "endswith", "contains"}:
            return str(value)
        return self.single(field, value)

    def members(self, value: Any) -> list[Any]:
        members = value if isinstance(value, list) else [value]
        self.alternatives += len(members)
        return members

    def single(self, field: Field, value: Any) -> Any:
        if field.kind == "boolean" and not (isinstance(value, bool) or str(value).lower() in {"true", "false"}):
            raise VendorError(f"Invalid query syntax. {field.name} takes only true or false.")
        try:
            return to_wire(field, value)
        except ValueError as error:
            raise VendorError(str(error)) from error


def lower_keys(raw: dict[str, Any]) -> dict[str, Any]:
    """Keys are not case sensitive."""
    return {str(key).lower(): value for key, value in raw.items()}


def parse_query(entity: Entity, text: bytes | str, *, lenient: bool = False) -> Query:
    """Read the JSON of a query.

    Raises:
        VendorError: When the vendor would refuse it.
    """
    try:
        raw = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise VendorError("Invalid query syntax. The search is not valid JSON.") from error
    if not isinstance(raw, dict) or lower_keys(raw).get("filter") is None:
        raise VendorError("Invalid query syntax. A filter is required.")
    body = lower_keys(raw)
    reader = _Reader(entity, lenient=lenient)
    where = reader.group("and", body["filter"])
    if reader.alternatives > MAX_OR:
        raise VendorError("Invalid query syntax. Queries are limited to 500 or fewer 'OR' conditions.")
    return Query(where, _included(entity, body.get("includefields")), _size(body.get("maxrecords")))


def _size(raw: Any) -> int:
    if raw is None:
        return MAX_RECORDS
    try:
        size = int(raw)
    except (TypeError, ValueError):
        size = 0
    if not 1 <= size <= MAX_RECORDS:
        raise VendorError("maxCountOfRecordsToReturn must be between 1 and 500")
    return size


def _included(entity: Entity, names: Any) -> tuple[str, ...] | None:
    if not names:
        return None
    found = []
    for name in names:
        field = entity.field(str(name))
        if field is None:
            if str(name).lower() == "userdefinedfields":
                continue
            raise VendorError(f"Unable to find {name} in the {entity.name} Entity.")
        found.append(field.name)
    return tuple(found)
