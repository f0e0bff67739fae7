"""A small HTTP server for monitoring: reads the store, changes nothing, knows no secret."""

import logging
import os
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from servicedesk_core.desk.monitoring.health import Health
from servicedesk_core.desk.serving.exposition import document, metrics
from servicedesk_core.errors import ServiceDeskError, SettingsError
from servicedesk_core.jobs.tally import JobTally

_log = logging.getLogger("servicedesk.serve")

SLOWEST_CLIENT_S = 10.0

PATHS = ("/live", "/ready", "/health", "/metrics")


@dataclass(frozen=True, slots=True)
class Answers:
    """Where the endpoint has its answers from; each call blocks, on the thread of a request.

    Attributes:
        health: How the desk is doing now.
        look: Reads something small from the store; raises where that cannot be read.
        is_live: Whether this process still does its work; what restarts processes asks for that alone.
        tally: What its jobs did.
    """

    health: Callable[[], Health]
    look: Callable[[], object]
    is_live: Callable[[], bool] = lambda: True
    tally: JobTally = field(default_factory=JobTally)


class Endpoint:
    """Answers ``/live``, ``/ready``, ``/health`` and ``/metrics`` on threads of its own until it is closed.

    Args:
        listen: Address and port, such as ``127.0.0.1:9187``; port 0 takes a free one.
        answers: What is answered.

    Raises:
        SettingsError: The address cannot be listened on.
    """

    def __init__(self, listen: str, answers: Answers) -> None:
        host, _, port = listen.rpartition(":")
        handler = type("Handler", (_Handler,), {"answers": answers})
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

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log what a request raised: to hang up is no fault, and the text of a foreign error may hold record data."""
        del request, client_address
        error = sys.exception()
        if isinstance(error, ConnectionError | TimeoutError):
            _log.debug("a client of the monitoring hung up: %s", type(error).__name__)
        else:
            _log.error("monitoring could not be answered: this should not have happened (%s)", type(error).__name__)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "servicedesk"
    sys_version = ""
    timeout = SLOWEST_CLIENT_S
    answers: Answers

    def do_GET(self) -> None:
        """Answer."""
        path = self.path.partition("?")[0]
        if path not in PATHS:
            self._say(HTTPStatus.NOT_FOUND, f"known are {', '.join(PATHS)}")
        elif path == "/live":
            is_live = self.answers.is_live()
            status = HTTPStatus.OK if is_live else HTTPStatus.SERVICE_UNAVAILABLE
            self._say(status, "live" if is_live else "the scheduler has not looked at the clock for minutes")
        else:
            self._answer_from_store(path)

    def do_HEAD(self) -> None:
        """Answer without a body."""
        self.do_GET()

    def _answer_from_store(self, path: str) -> None:
        try:
            if path == "/ready":
                self.answers.look()
                self._say(HTTPStatus.OK, "ready")
                return
            health = self.answers.health()
        except ServiceDeskError as error:
            _log.warning("monitoring could not be answered: %s (%s)", error.message, error.code)
            if path == "/health":
                body = b'{"schema": "servicedesk.health/1", "data": {"status": "failing", "error": "%s"}}\n'
                self._send(HTTPStatus.SERVICE_UNAVAILABLE, body % error.code.encode(), "application/json")
            else:
                self._say(HTTPStatus.SERVICE_UNAVAILABLE, f"the store cannot be read ({error.code})")
            return
        if path == "/metrics":
            self._send(HTTPStatus.OK, metrics(health, self.answers.tally), "text/plain; version=0.0.4; charset=utf-8")
        else:
            status = HTTPStatus.OK if health.status == "ok" else HTTPStatus.SERVICE_UNAVAILABLE
            self._send(status, document(health), "application/json")

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what is no question, in a line of text; its body was not read, so the connection ends."""
        del explain
        self.close_connection = True
        if code == HTTPStatus.NOT_IMPLEMENTED:
            self._say(HTTPStatus.METHOD_NOT_ALLOWED, "only GET and HEAD are answered", Allow="GET, HEAD")
        else:
            self._say(HTTPStatus(code), message or HTTPStatus(code).phrase)

    def _say(self, status: HTTPStatus, line: str, **headers: str) -> None:
        self._send(status, f"{line}\n".encode(), "text/plain; charset=utf-8", **headers)

    def _send(self, status: HTTPStatus, body: bytes, kind: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            **({"Connection": "close"} if self.close_connection else {}),
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the library's name
        """Log for developers only: monitoring asks every few seconds."""
        _log.debug(format, *args)
