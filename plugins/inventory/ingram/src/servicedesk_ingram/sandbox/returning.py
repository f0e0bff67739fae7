"""The part of the interface that is about returns."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from servicedesk_core.sandboxing import Response, json_response
from servicedesk_ingram.sandbox.returns import REASON, Return, Returns
from servicedesk_ingram.sandbox.search import RefusedSearchError, search

_NEEDED = ("invoiceNumber", "invoiceDate", "quantity", "primaryReason", "secondaryReason", "numberOfBoxes")
_NEEDED_FROM = ("companyName", "contact", "addressLine1", "city", "state", "postalCode", "countryCode", "email")


def create(returns: Returns, body: Any, now: datetime, *, shipped_as_list: bool) -> Response:
    """Open a return for each line of a request, or none."""
    items = body.get("list") if isinstance(body, dict) else None
    if not isinstance(items, list) or not items:
        return _invalid("list", message="Missing")
    missing = [name for item in items for name in _missing(item, shipped_as_list=shipped_as_list)]
    if missing:
        return _invalid(*missing)
    opened = [returns.open(item, now) for item in items]
    return json_response({"returnsClaims": [_created(one, now) for one in opened]})


def find(returns: Returns, wanted: dict[str, str], now: datetime) -> Response:
    """Answer a search, a page of it."""
    try:
        rows, page, size = search(reversed(returns.by_number.values()), wanted, now)
    except RefusedSearchError as error:
        return _invalid(str(error), message="Invalid", value=wanted[str(error)])

    def place(number: int) -> str:
        return f"/resellers/v6/returns/search?{urlencode({**wanted, 'page': str(number)})}"

    return json_response(
        {
            "recordsFound": len(rows),
            "pageSize": size,
            "pageNumber": page,
            "returnsClaims": rows[(page - 1) * size : page * size],
            "nextPage": place(page + 1) if len(rows) > page * size else None,
            "previousPage": place(page - 1) if page > 1 else None,
        }
    )


def details(returns: Returns, number: str, now: datetime) -> Response:
    """Show one return."""
    found = returns.by_number.get(number)
    if found is None:
        return json_response({"errors": [{"traceid": "1", "type": "/errors/not-found", "fields": []}]}, 404)
    return json_response(found.shown(now))


def _created(one: Return, now: datetime) -> dict[str, Any]:
    return {
        "rmaClaimId": "",
        "caseRequestNumber": one.number,
        "referenceNumber": one.item.get("referenceNumber", ""),
        "createdOn": now.date().isoformat(),
        "type": "CLAIM",
        "returnReason": REASON,
        "ingramPartNumber": one.item.get("ingramPartNumber", ""),
        "vendorPartNumber": one.item.get("vendorPartNumber", ""),
        "quantity": one.item["quantity"],
        "notes": one.item.get("notes", ""),
        "estimatedTotalValue": one.total(),
        "credit": None,
        "status": one.status(now),
        "links": one.links(),
    }


def _missing(item: dict[str, Any], *, shipped_as_list: bool) -> list[str]:
    missing = [name for name in _NEEDED if item.get(name) in (None, "")]
    if not item.get("ingramPartNumber") and not item.get("vendorPartNumber"):
        missing.append("ingramPartNumber")
    sender = item.get("shipFromInfo")
    as_list = isinstance(sender, list)
    if as_list is not shipped_as_list:
        missing.append("shipFromInfo")
    else:
        place = (sender[0] if sender else {}) if as_list else (sender or {})
        missing += [f"shipFromInfo.{name}" for name in _NEEDED_FROM if not place.get(name)]
    return missing


def _invalid(*names: str, message: str = "Required", value: str = "") -> Response:
    fields = [{"field": name, "message": message, "value": value} for name in names]
    error = {"traceid": "1", "type": "/errors/validation-failed", "fields": fields}
    return json_response({"errors": [error]}, 400)
