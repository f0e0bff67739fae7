"""XML, which comes and is taken unless a client asks for JSON: the same records, lists named by their singular."""

from collections.abc import Mapping
from datetime import UTC, datetime
from re import fullmatch
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from servicedesk_core.sandboxing import Request, Response
from servicedesk_xero.sandbox.wire.answers import malformed

_TYPE: Final = "text/xml; charset=utf-8"
_ODD: Final = {"Addresses": "Address", "Currencies": "Currency", "Tracking": "TrackingCategory"}
_LISTS: Final = frozenset({
    "Accounts", "Addresses", "Allocations", "Contacts", "CreditNotes", "Currencies", "Elements", "Invoices", "Items",
    "LineItems", "Organisations", "Payments", "Phones", "TaxComponents", "TaxRates", "Tracking", "ValidationErrors",
    "Warnings",
})  # fmt: skip
"""Elements that hold a list."""


def body_of(request: Request, part: str) -> Any:
    """Return what a call says, whether in JSON or in XML.

    Args:
        request: The call.
        part: Plural name of the records that it is about.

    Raises:
        Refusal: It is neither.
    """
    try:
        if not request.body.lstrip().startswith(b"<"):
            return request.json()
        root = fromstring(request.body)
    except (ValueError, ParseError, DefusedXmlException):
        raise malformed("PostDataInvalidException", "Neither JSON nor XML could be read", 17) from None
    said = _read(root)
    return {part: said} if root.tag == part else said


def in_xml(response: Response, body: Any) -> Response:
    """Return an answer as XML instead of JSON."""
    failed = response.status >= 400  # noqa: PLR2004  # an error
    root = Element("ApiException" if failed else "Response")
    _write(root, body)
    told = b'<?xml version="1.0" encoding="utf-8"?>' + tostring(root)
    return Response(response.status, told, _TYPE, response.headers)


def _read(element: Element) -> Any:
    if element.tag in _LISTS:
        return [_read(one) for one in element]
    if len(element):
        return {one.tag: _read(one) for one in element}
    text = element.text or ""
    return {"true": True, "false": False}.get(text, text)


def _write(element: Element, value: Any) -> None:
    if isinstance(value, Mapping):
        for name, one in value.items():
            if one is not None and not (name.endswith("String") and name[:-6] in value):  # twins are of JSON only
                _write(SubElement(element, name), one)
    elif isinstance(value, list):
        for one in value:
            _write(SubElement(element, _ODD.get(element.tag, element.tag.removesuffix("s"))), one)
    elif isinstance(value, bool):
        element.text = str(value).lower()
    else:
        ticks = fullmatch(r"/Date\((-?\d+)\+0000\)/", str(value))
        at = None if ticks is None else datetime.fromtimestamp(int(ticks[1]) / 1000, UTC)
        element.text = str(value) if at is None else at.replace(tzinfo=None).isoformat()
