"""Lists: filters in words of C#, order, pages, and only what was modified since."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from servicedesk_core.sandboxing import Request, Response
from servicedesk_xero.sandbox.books import KEYS, Books
from servicedesk_xero.sandbox.wire.answers import AMOUNTS, Row, envelope, is_true, malformed

LARGEST_PAGE: Final = 1000
PAGED: Final = frozenset({"Contacts", "CreditNotes", "Invoices", "Payments"})
_USUAL_PAGE: Final = 100
_HEAVY: Final = frozenset({"Addresses", "CreditNotes", "LineItems", "Payments", "Phones"})
_WITHOUT_STAMP: Final = frozenset({"Currencies", "Organisation", "TaxRates"})
_CONDITION: Final = re.compile(
    r'\s*([A-Za-z.]+)\s*(==|!=|>=|<=|>|<)\s*(?:"([^"]*)"|guid\("([^"]*)"\)|DateTime\((\d+),\s*(\d+),\s*(\d+)\)|(-?[\d.]+)|(true|false|null))\s*$',
    re.IGNORECASE,
)
_CALLED: Final = re.compile(r'\s*([A-Za-z.]+)\.(Contains|StartsWith|EndsWith)\("([^"]*)"\)\s*$', re.IGNORECASE)
_METHODS: Final[dict[str, Callable[[str, str], bool]]] = {
    "contains": lambda text, part: part in text,
    "startswith": str.startswith,
    "endswith": str.endswith,
}
_LISTED: Final = {"IDs": None, "Statuses": "Status", "InvoiceNumbers": "InvoiceNumber", "ContactIDs": "Contact"}
_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "==": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    ">=": lambda one, other: one >= other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    "<": lambda one, other: one < other,
}


def listed(books: Books, kind: str, request: Request, now: datetime, most_a_page: int | None) -> Response:
    """Return the answer to a list call.

    Args:
        books: Of the organisation.
        kind: Plural name of the records.
        request: The call.
        now: The present instant.
        most_a_page: Most records of a page, whatever is asked for.

    Raises:
        Refusal: A filter cannot be understood.
    """
    rows = [row for row in books.all(kind) if _wanted(kind, row, request)]
    since = _since(request.headers.get("if-modified-since"))
    if since is not None and kind not in _WITHOUT_STAMP:
        rows = [row for row in rows if datetime.fromisoformat(row["UpdatedDateUTC"]).replace(microsecond=0) >= since]
    for condition in re.split(r"\s+AND\s+|&&", request.param("where") or "", flags=re.IGNORECASE):
        if condition.strip():
            rows = [row for row in rows if _meets(row, condition)]
    rows = _ordered(kind, rows, request.param("order"))
    page = request.param("page")
    if kind not in PAGED or page is None:
        if kind in {"Invoices", "CreditNotes"}:  # without a page their lines are left out
            rows = [{**row, "LineItems": []} for row in rows]
        return envelope(now, kind, rows)
    if is_true(request.param("summaryOnly")):
        rows = [{name: value for name, value in row.items() if name not in _HEAVY} for row in rows]
    size = max(1, min(_whole(request.param("pageSize"), _USUAL_PAGE), most_a_page or LARGEST_PAGE, LARGEST_PAGE))
    at = max(1, _whole(page, 1))
    told = {"page": at, "pageSize": size, "pageCount": -(-len(rows) // size), "itemCount": len(rows)}
    return envelope(now, kind, rows[(at - 1) * size : at * size], pagination=told)


def _wanted(kind: str, row: Row, request: Request) -> bool:
    if kind == "Contacts" and row["ContactStatus"] != "ACTIVE" and not is_true(request.param("includeArchived")):
        return False
    for name, field in _LISTED.items():
        told = request.param(name)
        if not told:
            continue
        value = row.get(field or KEYS[kind])
        value = value.get("ContactID") if isinstance(value, dict) else value
        if str(value).casefold() not in {one.strip().casefold() for one in told.split(",")}:
            return False
    term = (request.param("searchTerm") or "").casefold()
    fields = ("Name", "EmailAddress", "ContactNumber") if kind == "Contacts" else ("InvoiceNumber", "Reference")
    return not term or any(term in str(row.get(field) or "").casefold() for field in fields)


def _meets(row: Row, condition: str) -> bool:
    called = _CALLED.match(condition)
    if called is not None:
        return _METHODS[called[2].lower()](str(_at(row, called[1]) or "").lower(), called[3].lower())
    found = _CONDITION.match(condition)
    if found is None:
        raise malformed("QueryParseException", f"Operator expected near '{condition.strip()[:40]}'", 16)
    path, operator, *words = found.groups()
    value, wanted = _comparable(_at(row, path), *words)
    return value is not None and _COMPARE[operator](value, wanted)


def _comparable(value: Any, text: str | None, guid: str | None, *words: str | None) -> tuple[Any, Any]:
    """Return a value and what it is compared with, of one type; ``None`` when it has none to be compared."""
    year, month, day, digits, word = words
    if word is not None:
        return (value or "", "") if word.lower() == "null" else (bool(value), word.lower() == "true")
    if digits is not None:
        return (None if value is None else float(value)), float(digits)
    if year is not None:
        return (None if value is None else str(value)[:10]), f"{year}-{int(month or 1):02}-{int(day or 1):02}"
    if guid is not None:
        return str(value).lower().replace("-", ""), guid.lower().replace("-", "")
    return value or "", text


def _at(row: Row, path: str) -> Any:
    """Return a value, also one that stands in another record."""
    value: Any = row
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _ordered(kind: str, rows: list[Row], order: str | None) -> list[Row]:
    field, _, direction = (order or KEYS[kind]).strip().partition(" ")
    if not field.replace(".", "").isalnum():
        raise malformed("QueryParseException", f"No property or field '{field}' exists", 16)

    def key(row: Row) -> tuple[int, Any, str]:
        value = row.get(field)
        told: Any = float(value) if field in AMOUNTS and value is not None else str(value or "")
        return value is not None, told, str(row[KEYS[kind]])

    return sorted(rows, key=key, reverse=direction.strip().upper() == "DESC")


def _since(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            raise malformed("ValidationException", "If-Modified-Since is no date") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdigit() else otherwise
