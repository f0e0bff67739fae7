"""What a search asks for, by the names that Ingram Micro's definition lists; anything else is refused."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from servicedesk_ingram.sandbox.returns import Return

_SIZE = 25
_TESTS: dict[str, Callable[[Return, dict[str, Any], str], bool]] = {
    "caseRequestNumber": lambda one, _, value: one.number == value,
    "returnClaimId": lambda _, row, value: row["returnClaimId"] == value,
    "referenceNumber": lambda _, row, value: row["referenceNumber"] == value,
    "invoiceNumber": lambda one, _, value: one.item["invoiceNumber"] == value,
    "ingramPartNumber": lambda one, _, value: one.item.get("ingramPartNumber") == value,
    "vendorPartNumber": lambda one, _, value: one.item.get("vendorPartNumber") == value,
    "returnStatus-in": lambda _, row, value: row["status"].casefold() in _words(value),
    "claimStatus-in": lambda _, row, value: row["status"].casefold() in _words(value),
    "returnReason-in": lambda _, row, value: row["returnReason"].casefold() in _words(value),
    "createdOn-bt": lambda _, row, value: _is_between(row["createdOn"], value),
    "modifiedOn-bt": lambda _, row, value: _is_between(row["modifiedOn"], value),
}
_PAGING = frozenset({"page", "size", "sort", "sortingColumnName"})


class RefusedSearchError(ValueError):
    """A parameter that is not known, or a value that cannot be understood; the argument is its name."""


def search(returns: Iterable[Return], wanted: dict[str, str], now: datetime) -> tuple[list[dict[str, Any]], int, int]:
    """Return what a search finds, the newest first unless it says otherwise, and which page of which size is wanted.

    Args:
        returns: All returns, the newest first.
        wanted: The query.
        now: The vendor's present.

    Raises:
        RefusedSearchError: The question is none that the definition knows.
    """
    for name in wanted.keys() - _TESTS.keys() - _PAGING:
        raise RefusedSearchError(name)
    found: list[dict[str, Any]] = []
    for one in returns:
        row = one.listed(now)
        if all(_holds(name, value, one, row) for name, value in wanted.items() if name in _TESTS):
            found.append(row)
    if column := wanted.get("sortingColumnName"):
        if found and column not in found[0]:
            raise RefusedSearchError("sortingColumnName")
        found.sort(key=lambda row: str(row[column]))
    order = wanted.get("sort", "asc" if column else "").casefold()
    if order not in {"", "asc", "desc"}:
        raise RefusedSearchError("sort")
    if order == "desc" and column:
        found.reverse()
    return found, _number(wanted, "page", 1), _number(wanted, "size", _SIZE)


def _holds(name: str, value: str, one: Return, row: dict[str, Any]) -> bool:
    try:
        return _TESTS[name](one, row, value)
    except ValueError:
        raise RefusedSearchError(name) from None


def _words(value: str) -> set[str]:
    return {word.strip().casefold() for word in value.split(",")}


def _is_between(written: str, value: str) -> bool:
    first, last = (date.fromisoformat(day.strip()[:10]) for day in value.split(","))
    return first <= datetime.fromisoformat(written).date() <= last


def _number(wanted: dict[str, str], name: str, default: int) -> int:
    text = wanted.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise RefusedSearchError(name)
    return int(text)
