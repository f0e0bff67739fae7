"""The query language: ``select * from Invoice where DocNumber = 'X' orderby Id startposition 1 maxresults 10``."""

import operator
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from servicedesk_quickbooks.sandbox.answers import fault
from servicedesk_quickbooks.sandbox.records import ENTITIES, LISTS, ZONE, Row

MOST: Final = 1000
USUAL: Final = 100
_WHOLE: Final = re.compile(
    r"\s*select\s+(?P<what>.+?)\s+from\s+(?P<entity>\w+)"
    r"(?:\s+where\s+(?P<where>.+?))?"
    r"(?:\s+order\s*by\s+(?P<order>[\w.]+)(?:\s+(?P<direction>asc|desc))?)?"
    r"(?:\s+startposition\s+(?P<start>\d+))?"
    r"(?:\s+maxresults\s+(?P<most>\d+))?\s*;?\s*",
    re.IGNORECASE | re.DOTALL,
)
_VALUE: Final = r"'(?:\\.|[^'\\])*'|true|false|-?\d+(?:\.\d+)?"
_CONDITION: Final = re.compile(
    rf"\s*(?P<field>[\w.]+)\s*(?:(?P<in>in)\s*\(\s*(?P<list>(?:{_VALUE})(?:\s*,\s*(?:{_VALUE}))*)\s*\)"
    rf"|(?P<op><=|>=|=|<|>|like)\s*(?P<value>{_VALUE}))\s*",
    re.IGNORECASE,
)
_QUERYABLE: Final = frozenset(
    {
        "Id", "DocNumber", "TxnDate", "DueDate", "CustomerRef", "VendorRef", "Balance", "TotalAmt",
        "MetaData.CreateTime", "MetaData.LastUpdatedTime", "Active", "DisplayName", "Name", "FullyQualifiedName",
        "GivenName", "FamilyName", "CompanyName", "PrimaryEmailAddr", "Sku", "Type", "AccountType", "Classification",
    }
)  # fmt: skip
"""Properties by which the interface filters and orders; notes are none of them."""
_TIMES: Final = frozenset({"MetaData.CreateTime", "MetaData.LastUpdatedTime"})
_NUMBERS: Final = frozenset({"Id", "Balance", "TotalAmt"})
_ORDERED: Final = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}


@dataclass(frozen=True, slots=True)
class _Condition:
    field: str
    op: str
    values: tuple[str, ...]

    def holds(self, row: Row) -> bool:
        found = _at(row, self.field)
        if self.op == "like":
            pattern = ".*".join(re.escape(part) for part in self.values[0].split("%"))
            return re.fullmatch(pattern, str(found or ""), re.IGNORECASE | re.DOTALL) is not None
        mine, others = _comparable(self.field, found), [_comparable(self.field, value) for value in self.values]
        if self.op in {"in", "="}:
            return mine in others
        return found is not None and _ORDERED[self.op](mine, others[0])


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was understood.

    Attributes:
        entity: Of what.
        counts: Whether only their number is asked for.
        conditions: All of which must hold.
        order: Property that orders.
        descending: Whether the greatest comes first.
        start: Place of the first record, from 1.
        most: Most records.
    """

    entity: str
    counts: bool
    conditions: tuple[_Condition, ...]
    order: str | None
    descending: bool
    start: int
    most: int

    def rows(self, rows: Iterable[Row]) -> list[Row]:
        """Return what matches, ordered and uncut; what is inactive only when it was asked for."""
        shown = [row for row in rows if all(one.holds(row) for one in self.conditions)]
        if self.entity in LISTS and not any(one.field == "Active" for one in self.conditions):
            shown = [row for row in shown if row.get("Active") is not False]
        if self.order is not None:
            order = self.order
            shown.sort(key=lambda row: _comparable(order, _at(row, order)), reverse=self.descending)
        return shown


def read(text: str) -> Query:
    """Return what a query asks.

    Raises:
        Refusal: It is not understood, or asks by something that nobody can ask by.
    """
    whole = _WHOLE.fullmatch(text)
    if whole is None:
        raise fault("4000", f"QueryParserError: Encountered something unexpected in: {text[:80]}")
    entity = next((name for name in ENTITIES if name.lower() == whole["entity"].lower()), None)
    if entity is None:
        raise fault("4001", f"QueryValidationError: {whole['entity']} is no entity")
    conditions = tuple(_conditions(whole["where"] or ""))
    for name in (*(one.field for one in conditions), *filter(None, [whole["order"]])):
        if name not in _QUERYABLE:
            raise fault("4001", f"QueryValidationError: property '{name}' is not queryable")
    if any(one.field == "Id" and one.op not in {"=", "in"} for one in conditions):
        raise fault("4001", "QueryValidationError: Id takes = and IN only")
    most = int(whole["most"] or USUAL)
    if most > MOST:
        raise fault("4001", f"QueryValidationError: maxresults is {MOST} at most")
    return Query(
        entity=entity,
        counts=re.fullmatch(r"count\s*\(\s*\*\s*\)", whole["what"].strip(), re.IGNORECASE) is not None,
        conditions=conditions,
        order=whole["order"],
        descending=(whole["direction"] or "").lower() == "desc",
        start=max(int(whole["start"] or 1), 1),
        most=most,
    )


def _conditions(text: str) -> Iterable[_Condition]:
    at = 0
    while at < len(text):
        found = _CONDITION.match(text, at)
        if found is None:
            raise fault("4000", f"QueryParserError: Encountered something unexpected in: {text[at : at + 80]}")
        values = re.findall(_VALUE, found["list"] or found["value"], re.IGNORECASE)
        yield _Condition(found["field"], (found["in"] or found["op"]).lower(), tuple(map(_plain, values)))
        at = found.end()
        if at < len(text):
            joint = re.compile(r"and\b", re.IGNORECASE).match(text, at)
            if joint is None:
                raise fault("4000", f"QueryParserError: Encountered something unexpected in: {text[at : at + 80]}")
            at = joint.end()


def _plain(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith("'") else value.lower()


def _at(row: Row, path: str) -> Any:
    found: Any = row
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    if isinstance(found, dict):
        return found.get("value", found.get("Address"))
    return found


def _comparable(field: str, value: Any) -> tuple[int, Any]:
    """Return a value so that values of a property are ordered as the interface does; what is not there comes first."""
    if value is None:
        return 0, ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if field in _TIMES:
        return 1, _instant(text)
    if field in _NUMBERS and _is_number(text):
        return 1, Decimal(text)
    return 2, text.casefold()


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise fault("4001", f"QueryValidationError: {text} is no time") from None
    return found if found.tzinfo else found.replace(tzinfo=ZONE)


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
