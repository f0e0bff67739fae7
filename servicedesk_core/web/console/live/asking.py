"""A page asked again by the process that serves it, as the browser of whoever looks at it would ask."""

import logging
from dataclasses import dataclass
from time import monotonic
from typing import Final
from urllib.parse import unquote, urlsplit

from starlette.types import Message, Scope

_log = logging.getLogger("servicedesk.console")

LIVE: Final = "servicedesk.live"
"""Key of the scope of such a request, of a :class:`Looking`: nobody looks anew, so it is no use of a sign-in, and
nothing to audit."""

_OF_STREAM: Final = frozenset((b"accept", b"accept-encoding", b"last-event-id"))
_KEPT: Final = ("type", "asgi", "http_version", "scheme", "server", "client", "root_path")
_MOST_BYTES: Final = 4_000_000


@dataclass(slots=True)
class Looking:
    """What became of asking for a page.

    Attributes:
        is_behind: Whether the page tells what was remembered, and the store is further already.
        took_s: How long it took, in seconds.
        status: The status.
        html: The page; "" = it is none, or larger than a page that is kept live.
    """

    is_behind: bool = False
    took_s: float = 0.0
    status: int = 500
    html: str = ""


async def ask(scope: Scope, page: str) -> Looking:
    """Ask for a page with the fields of another request, its cookies among them.

    Args:
        scope: That request.
        page: Path and query of the page, as the browser shows them.
    """
    looking, answer, begun_s = Looking(), _Answer(), monotonic()
    try:
        await scope["app"]({**_asking(scope, page), LIVE: looking}, _nothing_more, answer.send)
    except Exception as error:  # noqa: BLE001  # the page itself failed, and was answered as such
        _log.error("a page could not be kept live: this should not have happened (%s)", type(error).__name__)
    looking.took_s = monotonic() - begun_s
    looking.status, looking.html = answer.status, answer.body.decode() if answer.is_html else ""
    return looking


def _asking(scope: Scope, page: str) -> Scope:
    split = urlsplit(page)
    return {name: scope[name] for name in _KEPT if name in scope} | {
        "method": "GET",
        "path": unquote(split.path),
        "raw_path": split.path.encode(),
        "query_string": split.query.encode(),
        "headers": [pair for pair in scope["headers"] if pair[0] not in _OF_STREAM] + [(b"accept", b"text/html")],
        "state": dict(scope.get("state", {})),
    }


async def _nothing_more() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


class _Answer:
    def __init__(self) -> None:
        self.status = 500
        self.is_html = False
        self.body = bytearray()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            fields: dict[bytes, bytes] = dict(message.get("headers", ()))
            self.is_html = fields.get(b"content-type", b"").startswith(b"text/html")
        elif self.is_html:
            self.body += message.get("body", b"")
            self.is_html = len(self.body) <= _MOST_BYTES
