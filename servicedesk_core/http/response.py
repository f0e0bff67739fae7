"""An answer of a vendor."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from servicedesk_core.decoding import decode_json
from servicedesk_core.errors import OutcomeUnknownError, ProtocolError

LOOK_BETWEEN = (
    "The next run asks again; what is stored stays. If it lasts, check the connection's address, and that no proxy, "
    "firewall or sign-in page answers in the vendor's place."
)
"""What to do about an answer that no vendor means."""

_BOM = b"\xef\xbb\xbf"
_CHARSET = re.compile(r"""charset=["']?([\w.:+-]+)""", re.IGNORECASE)


class Headers(Mapping[str, str]):
    """Header fields by name in any case of letters; repeated fields are joined with a comma."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._fields: dict[str, str] = {}
        for name, value in fields:
            key = name.lower()
            known = self._fields.get(key)
            self._fields[key] = value if known is None else f"{known}, {value}"

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"Headers({sorted(self._fields)})"


@dataclass(frozen=True, slots=True, repr=False)
class Response:
    """A whole answer, body decoded.

    Attributes:
        status: HTTP status.
        headers: Header fields, by name in any case of letters.
        content: The body after decompression.
        url: Where it came from, without query and credentials.
        method: Method of the request.
        route: Route template, for logs.
        elapsed_s: From the first byte sent to the last received.
        connection: Name of the connection.
        writes: Whether the request was one that changes the vendor's data.
    """

    status: int
    headers: Headers
    content: bytes
    url: str = ""
    method: str = "GET"
    route: str = ""
    elapsed_s: float = 0.0
    connection: str | None = None
    writes: bool = False

    def json(self) -> Any:
        """Return the body as JSON; single characters that cannot be read are U+FFFD in it.

        Raises:
            ProtocolError: The body is not JSON, or is cut off. Says what came instead, never its text.
            OutcomeUnknownError: The same, for a request that writes: it may well have been done.
        """
        content = self.content.removeprefix(_BOM)
        try:
            return orjson.loads(content)
        except orjson.JSONDecodeError:
            pass  # it may be a single character
        kind = self.headers.get("content-type", "no content type")[:80]
        declared = _CHARSET.search(kind)
        try:
            return decode_json(content, declared and declared[1])
        except ValueError:
            cut = "cut-off or malformed" if content.lstrip()[:1] in {b"{", b"["} else "no"
            what = f"{self.method} {self.route} answered {self.status} with {cut} JSON"
            message = f"{what} ({kind}, {len(content)} bytes)."
        if self.writes:
            hint = "It is looked up before it is sent again."
            raise OutcomeUnknownError(message, hint=hint, connection=self.connection, detail=self.url)
        raise ProtocolError(message, hint=LOOK_BETWEEN, connection=self.connection, detail=self.url)

    def __repr__(self) -> str:
        return f"<Response {self.status} {self.method} {self.route} {len(self.content)} bytes>"
