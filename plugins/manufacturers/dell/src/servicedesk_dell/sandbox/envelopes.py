"""SOAP as the service speaks it."""

from collections.abc import Sequence
from typing import Any, Union
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from servicedesk_core.sandboxing import Refusal, Request, Response
from servicedesk_dell.sandbox.wire import XML, action_of

API = "http://api.dell.com"
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
Tree = Sequence[tuple[str, Union[str, "Tree"]]]


def read(request: Request) -> dict[str, Any]:
    """The fields of a request, by the vendor's names.

    Raises:
        Refusal: It is no envelope of the operation that SOAPAction names.
    """
    try:
        root: Element = fromstring(request.body, forbid_dtd=True)
    except (ParseError, DefusedXmlException) as error:
        raise Refusal(fault("The request is not well-formed XML.")) from error
    operation = action_of(request)
    wrapper = operation if operation == "GetPartsbyServiceTag" else f"{operation}Request"
    found = root.find(f"{{{_SOAP}}}Body/{{{API}}}{operation}/{{{API}}}{wrapper}")
    if found is None or request.headers.get("soapaction", "").strip('"') != f"{API}/IDispatchService/{operation}":
        raise Refusal(fault(f"The message with Action '{request.headers.get('soapaction')}' cannot be processed."))
    fields = _fields(found)
    missing = [name for name in ("Login", "Password") if not fields.get(name)]
    if missing:
        raise Refusal(fault(f"Missing parameters: {', '.join(missing)}"))
    return fields


def fault(text: str, *, code: str = "s:Client", status: int = 500) -> Response:
    """A SOAP fault."""
    body = f'<s:Fault><faultcode>{code}</faultcode><faultstring xml:lang="en-US">{escape(text)}</faultstring></s:Fault>'
    return _response(status, body)


def result(operation: str, tree: Tree) -> Response:
    """A successful answer."""
    inner = _xml([(f"{operation}Result", tree)])
    return _response(200, f'<{operation}Response xmlns="{API}">{inner}</{operation}Response>')


def _response(status: int, body: str) -> Response:
    text = f'<s:Envelope xmlns:s="{_SOAP}"><s:Body>{body}</s:Body></s:Envelope>'
    return Response(status, text.encode(), XML)


def _xml(tree: Tree) -> str:
    parts = []
    for name, value in tree:
        inner = escape(value) if isinstance(value, str) else _xml(value)
        parts.append(f"<{name}>{inner}</{name}>" if inner else f"<{name}/>")
    return "".join(parts)


def _fields(element: Element) -> dict[str, Any]:
    """Children by local name; what stands several times, or holds such, is a list."""
    found: dict[str, Any] = {}
    for child in element:
        name = child.tag.rpartition("}")[2]
        if name in {"PartInfo", "AttachmentInfo"}:
            found.setdefault(name, []).append(_fields(child))
        else:
            found[name] = _fields(child) if len(child) else (child.text or "")
    return found
