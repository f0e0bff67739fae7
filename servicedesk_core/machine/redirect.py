"""Catches the browser that a vendor sends back to this machine after a person has allowed an access."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from servicedesk_core.addresses import is_loopback
from servicedesk_core.errors import SettingsError
from servicedesk_core.system import is_windows

_DONE = b"<!doctype html><title>servicedesk</title><p>You may close this page; servicedesk goes on where you began."


def can_catch(redirect_uri: str) -> bool:
    """Return whether a redirect to this address arrives on this machine."""
    try:
        parts = urlsplit(redirect_uri)
        return parts.scheme == "http" and parts.port is not None and is_loopback(parts.hostname or "")
    except ValueError:  # no address, or no port
        return False


@asynccontextmanager
async def caught(redirect_uri: str, state: str) -> AsyncIterator["asyncio.Future[str]"]:
    """Listen for one redirect while a block lasts.

    Args:
        redirect_uri: ``http://127.0.0.1:PORT/path``, see :func:`can_catch`.
        state: What the redirect must carry; anything else that calls is refused and not waited for less.

    Yields:
        The address that the browser was sent to, once it was.

    Raises:
        SettingsError: The port is taken.
    """
    answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    where = urlsplit(redirect_uri)
    try:
        server = _server(where.hostname or "", where.port or 0, _handler(where.path or "/", state, answer))
    except OSError as error:
        raise SettingsError(
            f"Nothing can listen on {where.netloc}: {error.strerror}.",
            hint="Stop what listens there, or copy the address from the browser yourself: --paste",
        ) from None
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield answer
    finally:
        await asyncio.to_thread(server.shutdown)
        server.server_close()


class _Listener(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = not is_windows()  # there it would share the port with whoever listens on it

    def handle_error(self, *_: object) -> None:
        """Say nothing of callers that send nonsense or break off; the one that counts is still waited for."""


class _ListenerV6(_Listener):
    address_family = socket.AF_INET6


def _server(host: str, port: int, handler: type[BaseHTTPRequestHandler]) -> _Listener:
    return (_ListenerV6 if ":" in host else _Listener)((host, port), handler)


def _handler(path: str, state: str, answer: "asyncio.Future[str]") -> type[BaseHTTPRequestHandler]:
    loop = answer.get_loop()

    def settle(url: str) -> None:
        if not answer.done():
            answer.set_result(url)

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            try:
                parts = urlsplit(self.path)
            except ValueError:
                self.send_error(400)
                return
            if parts.path != path or parse_qs(parts.query).get("state") != [state]:
                self.send_error(404)
                return
            try:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(_DONE)))
                self.end_headers()
                self.wfile.write(_DONE)
            finally:  # also of a browser that did not wait for the page
                loop.call_soon_threadsafe(settle, self.path)

        def log_message(self, *_: object) -> None:
            """Say nothing: the address holds a secret."""

    return Handler
