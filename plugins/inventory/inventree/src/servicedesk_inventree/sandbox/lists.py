"""Lists: what filters, searches and orders them, and how they are cut into pages."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from servicedesk_core.sandboxing import Request, Response
from servicedesk_inventree.sandbox.errors import answer, invalid
from servicedesk_inventree.sandbox.records import Row
from servicedesk_inventree.sandbox.shapes import Shapes


@dataclass(frozen=True, slots=True)
class ListOf:
    """How one kind is listed.

    Attributes:
        equal: Parameters whose value a field of the shown record must have, with the field's name.
        flags: Parameters that are true or false, with the field's name.
        search: Fields of the shown record that a search looks into.
        orders: Values of ``ordering``, with the field's name.
        first: What is ordered by when nothing is asked for.
    """

    equal: dict[str, str]
    flags: dict[str, str]
    search: tuple[str, ...]
    orders: dict[str, str]
    first: str


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


LISTS: Final = {
    "part": ListOf(
        _same("IPN", "category", "variant_of"),
        _same("active", "purchaseable", "trackable", "virtual", "salable", "component", "assembly", "consumable"),
        ("IPN", "category_name", "description", "keywords", "name", "revision", "_numbers"),
        {"id": "pk", **_same("name", "IPN", "creation_date", "in_stock", "total_in_stock", "unallocated_stock")},
        "name",
    ),
    "category": ListOf(_same("parent"), {}, ("name", "description"), _same("name", "pathstring"), "name"),
    "company": ListOf(
        _same("name"), _same("is_customer", "is_manufacturer", "is_supplier", "active"), ("name", "description"),
        _same("name"), "name",
    ),
    "supplier_part": ListOf(
        _same("part", "supplier", "SKU", "MPN", "manufacturer_part"), _same("active", "primary"),
        ("SKU", "MPN", "description", "_names"), _same("SKU", "MPN", "part", "supplier"), "SKU",
    ),
    "manufacturer_part": ListOf(
        _same("part", "manufacturer", "MPN"), {}, ("MPN", "description", "_names"), _same("MPN", "part"), "MPN",
    ),
    "price_break": ListOf(_same("part", "supplier", "quantity"), {}, (), _same("quantity", "price"), "quantity"),
    "location": ListOf(
        _same("parent", "name"), _same("structural", "external"), ("name", "description"), _same("name", "pathstring"),
        "name",
    ),
    "stock": ListOf(
        _same("part", "location", "serial", "batch", "supplier_part", "customer", "purchase_order", "status"),
        _same("in_stock"), ("batch", "serial", "SKU", "MPN", "_names"),
        _same("part", "quantity", "updated", "creation_date", "location", "status"), "part",
    ),
    "track": ListOf(_same("item", "part", "user"), {}, ("notes",), _same("date"), "-date"),
    "order": ListOf(
        _same("reference", "supplier", "status"), {},
        ("reference", "description", "supplier_reference", "supplier_name"),
        _same("reference", "creation_date", "status", "total_price"), "-reference",
    ),
    "order_line": ListOf(
        _same("order", "part"), {}, ("sku", "ipn", "internal_part_name", "reference"), _same("reference", "quantity"),
        "reference",
    ),
}  # fmt: skip
"""By kind of record."""


def listed(
    kind: str,
    rows: Iterable[Row],
    shapes: Shapes,
    request: Request,
    words_of: Callable[[Row], str],
    *,
    most: int | None = None,
) -> Response:
    """Return the answer to a list call.

    Args:
        kind: What is listed.
        rows: Every record of that kind.
        shapes: Shows them.
        request: The call.
        words_of: Returns what of related records a search looks into.
        most: Most records of a page.

    Raises:
        Refusal: A filter's value cannot be one.
    """
    how = LISTS[kind]
    params = dict(request.params)
    details = frozenset(name for name, value in params.items() if name.endswith("_detail") and _flag(value))
    found = [(row, shapes.show(kind, row, details)) for row in rows]
    for name, field in how.equal.items():
        if params.get(name):
            found = [pair for pair in found if _is(name, pair[1].get(field), params[name])]
    for name, field in how.flags.items():
        if name in params:
            found = [pair for pair in found if bool(pair[1].get(field)) is _flag(params[name])]
    if kind == "stock" and (after := params.get("updated_after")):
        found = [pair for pair in found if pair[1]["updated"] > f"{after} 00:00"]
    for term in re.split(r"[\s,]+", params.get("search", "").strip()):
        if term:
            found = [(row, one) for row, one in found if term.lower() in _searched(how, row, one, words_of)]
    ordering = params.get("ordering", how.first)
    by = how.orders.get(ordering.lstrip("-"))
    if by is not None:  # an order that is not known is passed over
        found.sort(key=lambda pair: (_key(pair[1].get(by)), pair[0]["pk"]), reverse=ordering.startswith("-"))
    return _page(request, params, [one for _, one in found], most)


def _searched(how: ListOf, row: Row, one: Row, words_of: Callable[[Row], str]) -> str:
    texts = [str(one.get(field) or "") for field in how.search if not field.startswith("_")]
    if any(field.startswith("_") for field in how.search):
        texts.append(words_of(row))
    return "\n".join(texts).lower()


def _page(request: Request, params: dict[str, str], rows: list[Row], most: int | None) -> Response:
    limit, offset = _whole(params.get("limit")), _whole(params.get("offset"))
    if most is not None:
        limit = min(limit, most)
    if not limit:
        return answer(rows)  # a bare list, all of it

    def place(start: int) -> str:
        query = {**params, "limit": str(limit), "offset": str(start)}
        return f"{request.origin}{request.path}?{urlencode(query)}"

    return answer(
        {
            "count": len(rows),
            "next": place(offset + limit) if offset + limit < len(rows) else None,
            "previous": place(max(offset - limit, 0)) if offset else None,
            "results": rows[offset : offset + limit],
        }
    )


def _is(name: str, value: Any, wanted: str) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return str(value or "") == wanted
    try:
        return float(wanted) == float(value)
    except ValueError:
        raise invalid(**{name: "Select a valid choice. That choice is not one of the available choices."}) from None


def _flag(value: str) -> bool:
    return value.strip().lower() in {"1", "true", "yes", "y", "on"}


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def _key(value: Any) -> tuple[int, Any]:
    if value is None:
        return 0, 0
    return (1, value) if isinstance(value, int | float) else (2, str(value))
