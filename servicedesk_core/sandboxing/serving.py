"""Serving a stand-in over real HTTP on loopback."""

import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import uvicorn

_STARTS_WITHIN_S = 60.0


def bind(port: int = 0) -> socket.socket:
    """Take a port on loopback; one that is taken fails here and not later.

    Args:
        port: The port; 0 takes a free one.

    Raises:
        OSError: The port is taken.
    """
    # asyncio turns Nagle's delay off only on sockets that name their protocol; each call would take 40 ms else.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def address_of(listener: socket.socket) -> str:
    """Return the base address of a listener, without a path."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def run_until_stopped(application: Any, listener: socket.socket) -> None:
    """Serve on the main thread until SIGINT or SIGTERM.

    Args:
        application: The ASGI application.
        listener: From :func:`bind`.
    """
    server = _server(application)

    def stop(*_: Any) -> None:
        server.should_exit = True

    # For a signal that comes before the server listens for it. It also raises the signal again when it has stopped;
    # its caller must still get to release what it holds.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    server.run(sockets=[listener])


@contextmanager
def serve(application: Any, *, port: int = 0) -> Iterator[str]:
    """Serve on a thread.

    Args:
        application: The ASGI application.
        port: Port on loopback; 0 takes a free one.

    Yields:
        The base address, without a path.
    """
    listener = bind(port)
    server = _server(application)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + _STARTS_WITHIN_S
        while not server.started:
            if time.monotonic() > deadline or not thread.is_alive():
                message = "the sandbox did not start"
                raise RuntimeError(message)
            time.sleep(0.005)
        yield address_of(listener)
    finally:
        server.should_exit = True
        thread.join(timeout=_STARTS_WITHIN_S)
        listener.close()


def _server(application: Any) -> "uvicorn.Server":
    """Return a server, quiet and without the parts that stand-ins do not need."""
    import uvicorn  # noqa: PLC0415  # the core itself does not need it

    config = uvicorn.Config(
        application,
        log_level="critical",
        access_log=False,
        lifespan="off",
        ws="none",
        http="h11",
        proxy_headers=False,
        date_header=False,  # an answer tells its stand-in's own time
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)
