"""What every request passes and every answer carries: from where it may come, and what a browser may do with it."""

import logging
import traceback
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from servicedesk_core.addresses import is_loopback, plain_address
from servicedesk_core.config.listening import ConsoleSection

_log = logging.getLogger("servicedesk.console")

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # without an origin of its own forms a browser sends none
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_SECURED: Final = "max-age=31536000"
_FAILED: Final = "This should not have happened. The log of servicedesk console tells where."
_READS: Final = frozenset({"GET", "HEAD"})


class Guard:
    """Lets through what comes from the console's own pages.

    Args:
        app: What answers.
        settings: Where the console listens, and under which names.
    """

    def __init__(self, app: ASGIApp, settings: ConsoleSection) -> None:
        self._app, self._settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] != "http":
            return

        is_begun = False

        async def marked(message: Message) -> None:
            nonlocal is_begun
            if message["type"] == "http.response.start":
                is_begun = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                if scope["scheme"] == "https":  # a browser that was here once asks by it from then on
                    headers["Strict-Transport-Security"] = _SECURED
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        headers = Headers(scope=scope)
        peer = scope["client"][0] if scope.get("client") else ""
        scope["scheme"] = self._scheme(scope, headers, peer)
        refused = self._refused(scope, headers, peer)
        answer = self._app if refused is None else PlainTextResponse(refused[1], refused[0])
        try:
            await answer(scope, receive, marked)
        except Exception as error:  # noqa: BLE001  # its text may hold record data: the server would log it
            _log.error("an answer was not given: this should not have happened (%s)", place_of(error))
            if is_begun:  # what is cut off must not look whole
                message = "an answer ended early"
                raise RuntimeError(message) from None
            await PlainTextResponse(_FAILED, 500)(scope, receive, marked)

    def _refused(self, scope: Scope, headers: Headers, peer: str) -> tuple[int, str] | None:
        if self._settings.proxy is not None and not (peer and plain_address(peer) == self._settings.proxy):
            return 403, "Only the proxy of [console] is answered."
        host = headers.get("host", "")
        if len(headers.getlist("host")) != 1 or not self._is_ours(host):
            return 421, "This console is not known by that name; [console] hosts lists its names."
        if scope["method"] not in _READS and not _is_own(headers, f"{scope['scheme']}://{host}"):
            return 403, "The request came from another site, or does not say from where. Open the page and try again."
        return None

    def _is_ours(self, host: str) -> bool:
        try:
            said = urlsplit(f"//{host}")
            name, _ = said.hostname or "", said.port  # reading a port that is none raises, too
        except ValueError:
            return False
        return name in self._settings.hosts or is_loopback(name)

    def _scheme(self, scope: Scope, headers: Headers, peer: str) -> str:
        told = headers.get("x-forwarded-proto")
        is_proxy = self._settings.proxy is not None and bool(peer) and plain_address(peer) == self._settings.proxy
        return told if is_proxy and told in {"http", "https"} else str(scope["scheme"])


def place_of(error: Exception) -> str:
    """Return what kind of error something is, and where it was raised: all of it that holds nothing of a record."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {last.filename}:{last.lineno}"


def _is_own(headers: Headers, origin: str) -> bool:
    """Whether a form was sent by a page of ours: the browser says so, and a page cannot make it lie."""
    site = headers.get("sec-fetch-site")
    return site == "same-origin" if site is not None else headers.get("origin") == origin
