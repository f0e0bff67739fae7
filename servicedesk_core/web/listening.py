"""A server of HTTP within the loop of a desk, until it is cancelled."""

import asyncio
import gc
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from servicedesk_core.certificates import Certificate
from servicedesk_core.config.listening import Listener
from servicedesk_core.errors import SettingsError

_AT_ONCE: Final = 500
"""Connections; all of them are answered, and further ones are hung up on: the library would refuse all of them."""

_LONGEST_HEAD_BYTES: Final = 16_384
_SLOWEST_HEAD_S: Final = 15.0
"""How long a request may take to arrive: there are so many places, and who shows no token yet must not hold one."""

_LAST_WORDS_S: Final = 5


class _Connection(H11Protocol):
    """A connection that ends when no whole request has arrived on it in time; the library waits for ever."""

    _ends: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the library has it
        super().connection_made(transport)
        if len(self.connections) > _AT_ONCE:
            transport.abort()
        else:
            self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state in {h11.IDLE, h11.SEND_BODY}:
            self._wait()
        else:
            self._arrived()

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._ends is None:
            self._ends = self.loop.call_later(_SLOWEST_HEAD_S, self.transport.abort)

    def _arrived(self) -> None:
        if self._ends is not None:
            self._ends.cancel()
            self._ends = None


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the program, which ends this by cancelling it."""
        yield


async def listen(
    app: ASGIApp, listener: Listener, *, tell: Callable[[str], None], ending: Callable[[], None] = lambda: None
) -> None:
    """Answer with an application until cancelled.

    Args:
        app: The application.
        listener: Where, and how it is secured.
        tell: Hears the address, once it is listened on.
        ending: Called when the server begins to end, so that answers end that would go on for ever.

    Raises:
        SettingsError: The address cannot be listened on, or the certificate cannot be used.
    """
    with _bound(listener) as sock:
        tls: dict[str, Any] = {"ssl_certfile": listener.certificate, "ssl_keyfile": listener.key}
        shown = _certificate_of(listener)
        config = uvicorn.Config(
            app,
            http=_Connection,
            log_config=None,
            log_level="error",  # else whoever connects could fill the log
            access_log=False,
            server_header=False,
            date_header=True,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            h11_max_incomplete_event_size=_LONGEST_HEAD_BYTES,
            timeout_graceful_shutdown=_LAST_WORDS_S,
            **(tls if listener.certificate else {}),
        )
        config.load()
        if config.ssl and shown:
            config.ssl.sni_callback = lambda connection, *_: setattr(connection, "context", shown.context())
        server = _Server(config)
        host, port = sock.getsockname()[:2]
        scheme = "https" if listener.certificate else "http"
        tell(f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}")
        gc.freeze()  # what a server is made of stays: the collector would walk it in the middle of answers
        serving = asyncio.ensure_future(server.serve(sockets=[sock]))
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            ending()
            server.should_exit = True
            await serving
            raise


def _certificate_of(listener: Listener) -> Certificate | None:
    if not (listener.certificate and listener.key):
        return None
    found = Certificate(Path(listener.certificate), Path(listener.key), where="certificate and key")
    found.context()
    return found


@contextmanager
def _bound(listener: Listener) -> Iterator[socket.socket]:
    host, _, port = listener.listen.rpartition(":")
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    dual = family is socket.AF_INET6 and socket.has_dualstack_ipv6()
    try:
        sock = socket.create_server((host.strip("[]"), int(port)), family=family, backlog=_AT_ONCE, dualstack_ipv6=dual)
    except OSError as error:
        message = f"{listener.listen} cannot be listened on: {error.strerror}."
        raise SettingsError(message, hint="Choose another port; perhaps it runs already.") from error
    with sock:
        yield sock
