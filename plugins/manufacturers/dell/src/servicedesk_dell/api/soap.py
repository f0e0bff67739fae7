"""Envelopes of the dispatch service: written with escapes, read without trust.

Answers are parsed by defusedxml: a document type declaration, and with it every entity of its own, is refused.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from servicedesk_core.errors import OutcomeUnknownError, ProtocolError
from servicedesk_core.http import Response

Fields = Sequence[tuple[str, "str | Fields"]]
"""Elements in the vendor's order; its schema is a sequence."""

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_API = "http://api.dell.com"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_REFERENCE = re.compile("&(?:#x([0-9a-fA-F]{1,8});|#([0-9]{1,9});|((?:amp|lt|gt|quot|apos);)|)")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def envelope(operation: str, wrapper: str, fields: Fields) -> bytes:
    """Return a request.

    Args:
        operation: Name of the operation.
        wrapper: Name of the element inside it.
        fields: What stands in the wrapper.
    """
    root = Element("s:Envelope", {"xmlns:s": _SOAP, "xmlns:d": _API})
    body = SubElement(root, "s:Body")
    _fill(SubElement(SubElement(body, f"d:{operation}"), f"d:{wrapper}"), fields)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def clean(text: str) -> str:
    """Return a text as it arrives: without what XML cannot carry, with line feeds as the only line ends."""
    return _NOT_XML.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def parse(response: Response, result: str) -> Element:
    """Return the element of an answer that holds the result.

    Args:
        response: The answer, already known to be no fault of a usual form.
        result: Local name of the element.

    Raises:
        OutcomeUnknownError: The answer to a write is unusable: it may well have been done.
        ProtocolError: The answer to a read is unusable.
    """
    try:
        root = _root(response.content)
    except DefusedXmlException:
        raise _unusable(response, "XML with a document type of its own, which is refused") from None
    except (ParseError, LookupError, ValueError):
        raise _unusable(response, "no well-formed XML") from None
    found = next(descendants(root, result), None)
    if found is None or local(root) != "Envelope":
        raise _unusable(response, f"no {result}")
    return found


def _root(content: bytes) -> Element:
    """Return the root; a single character that is no XML becomes U+FFFD and does not cost the rest."""
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, LookupError, ValueError):
        text = _NOT_XML.sub("\ufffd", content.decode("utf-8", "replace"))
        root = fromstring(_REFERENCE.sub(_as_read, text), forbid_dtd=True)
    return root


def _as_read(reference: re.Match[str]) -> str:
    """Return a reference if XML has it; an ampersand that begins none stands for itself."""
    hexadecimal, decimal, named = reference.groups()
    if hexadecimal is None and decimal is None:
        return reference[0] if named else "&amp;"
    number = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return "\ufffd" if number > sys.maxunicode or _NOT_XML.match(chr(number)) else reference[0]


def local(element: Element) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def descendants(element: Element, name: str) -> Iterator[Element]:
    """Yield the elements of a name below another one, whatever their namespace."""
    return (one for one in element.iter() if one is not element and local(one) == name)


def text(element: Element, name: str) -> str | None:
    """Return the text of a child; ``None`` when it is absent, nil or blank."""
    for child in element:
        if local(child) == name and child.get(_NIL) not in {"true", "1"}:
            return (child.text or "").strip() or None
    return None


def flag(element: Element, name: str) -> bool | None:
    """Return a yes or no; ``None`` when the vendor did not say."""
    word = (text(element, name) or "").lower()
    return True if word in {"true", "1", "yes", "y"} else False if word in {"false", "0", "no", "n"} else None


def _fill(parent: Element, fields: Fields) -> None:
    for name, value in fields:
        child = SubElement(parent, f"d:{name}")
        if isinstance(value, str):
            child.text = clean(value) or None
        else:
            _fill(child, value)


def _unusable(response: Response, what: str) -> ProtocolError | OutcomeUnknownError:
    message = f"Dell's dispatch service answered {response.status} with {what} ({len(response.content)} bytes)."
    if response.writes:
        return OutcomeUnknownError(
            message, hint="It is looked up before it is sent again.", connection=response.connection
        )
    return ProtocolError(message, connection=response.connection)
