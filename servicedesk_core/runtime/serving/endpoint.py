"""A small HTTP server for monitoring: reads the store, changes nothing, knows no secret."""

import logging
import os
import socket
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from servicedesk_core.errors import ServiceDeskError, SettingsError
from servicedesk_core.runtime.monitoring.health import Health
from servicedesk_core.runtime.serving.exposition import document, metrics

_log = logging.getLogger("servicedesk.serve")

SLOWEST_CLIENT_S = 10.0

Ask = Callable[[], Health]
"""Returns how the desk is doing now; blocks, on the thread of the request."""


class Endpoint:
    """Answers ``/health`` and ``/metrics`` on threads of its own until it is closed.

    Args:
        listen: Address and port, such as ``127.0.0.1:9187``; port 0 takes a free one.
        ask: How the desk is doing.

    Raises:
        SettingsError: The address cannot be listened on.
    """

    def __init__(self, listen: str, ask: Ask) -> None:
        host, _, port = listen.rpartition(":")
        handler = type("Handler", (_Handler,), {"ask": staticmethod(ask)})
        server = type("Server", (_Server,), {"address_family": _Server.family_of(host)})
        try:
            self._server = server((host.strip("[]"), int(port)), handler)
        except OSError as error:
            raise SettingsError(
                f"serve.listen: {listen} cannot be listened on: {error.strerror}.",
                hint='Choose another port, or "" for none; perhaps a server of this desk runs already.',
            ) from error
        self._thread = threading.Thread(target=self._server.serve_forever, name="servicedesk-http", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Where it listens."""
        host, port = self._server.server_address[:2]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    # On Windows the option would let a second server take the port of the first; there it is not needed either.
    allow_reuse_address = os.name == "posix"

    @staticmethod
    def family_of(host: str) -> int:
        return socket.AF_INET6 if host.startswith("[") else socket.AF_INET


class _Handler(BaseHTTPRequestHandler):
    server_version = "servicedesk"
    sys_version = ""
    timeout = SLOWEST_CLIENT_S
    ask: Ask

    def do_GET(self) -> None:
        """Answer."""
        path = self.path.partition("?")[0]
        if path not in {"/health", "/metrics"}:
            self._send(HTTPStatus.NOT_FOUND, b"known are /health and /metrics\n", "text/plain; charset=utf-8")
            return
        try:
            health = self.ask()
        except ServiceDeskError as error:
            _log.warning("monitoring could not be answered: %s (%s)", error.message, error.code)
            body = b'{"schema": "servicedesk.health/1", "data": {"status": "failing", "error": "%s"}}\n'
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, body % error.code.encode(), "application/json")
            return
        if path == "/metrics":
            self._send(HTTPStatus.OK, metrics(health), "text/plain; version=0.0.4; charset=utf-8")
        else:
            status = HTTPStatus.OK if health.status == "ok" else HTTPStatus.SERVICE_UNAVAILABLE
            self._send(status, document(health), "application/json")

    def do_HEAD(self) -> None:
        """Answer without a body."""
        self.do_GET()

    def _send(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self.send_response(status)
        for name, value in (
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the library's name
        """Log for developers only: monitoring asks every few seconds."""
        _log.debug(format, *args)
