"""A server of HTTP within the loop of a desk, until it is cancelled."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp

from servicedesk_core.config.listening import Listener
from servicedesk_core.errors import SettingsError

_AT_ONCE: Final = 100
_SLOWEST_HEAD_BYTES: Final = 16_384
_LAST_WORDS_S: Final = 5


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the program, which ends this by cancelling it."""
        yield


async def listen(app: ASGIApp, listener: Listener, *, tell: Callable[[str], None]) -> None:
    """Answer with an application until cancelled.

    Args:
        app: The application.
        listener: Where, and how it is secured.
        tell: Hears the address, once it is listened on.

    Raises:
        SettingsError: The address cannot be listened on, or the certificate cannot be used.
    """
    with _bound(listener) as sock:
        tls: dict[str, Any] = {"ssl_certfile": listener.certificate, "ssl_keyfile": listener.key}
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            limit_concurrency=_AT_ONCE,
            h11_max_incomplete_event_size=_SLOWEST_HEAD_BYTES,
            timeout_graceful_shutdown=_LAST_WORDS_S,
            **(tls if listener.certificate else {}),
        )
        try:
            config.load()
        except OSError as error:
            message = f"The certificate or its key cannot be used: {error.strerror or 'it is no PEM file'}."
            raise SettingsError(message, hint="Look at certificate and key of the listener.") from error
        server = _Server(config)
        host, port = sock.getsockname()[:2]
        scheme = "https" if listener.certificate else "http"
        tell(f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}")
        serving = asyncio.ensure_future(server.serve(sockets=[sock]))
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            server.should_exit = True
            await serving
            raise


@contextmanager
def _bound(listener: Listener) -> Iterator[socket.socket]:
    host, _, port = listener.listen.rpartition(":")
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    sock = socket.socket(family)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host.strip("[]"), int(port)))
        sock.listen(_AT_ONCE)
    except OSError as error:
        sock.close()
        message = f"{listener.listen} cannot be listened on: {error.strerror}."
        raise SettingsError(message, hint="Choose another port; perhaps it runs already.") from error
    with sock:
        yield sock
