"""Serving a sandbox over real HTTP on loopback."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from servicedesk_dell.sandbox.app import Sandbox

_STARTS_WITHIN_S = 15.0


def bind(port: int = 0) -> socket.socket:
    """Take a loopback port; a taken one fails here and not later."""
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


def make_server(sandbox: Sandbox) -> uvicorn.Server:
    """A server for one sandbox, quiet and without the parts that tests do not need."""
    config = uvicorn.Config(
        sandbox,
        log_level="critical",
        access_log=False,
        lifespan="off",
        ws="none",
        http="h11",
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


@contextmanager
def serve(sandbox: Sandbox, *, port: int = 0) -> Iterator[str]:
    """Serve in a background thread.

    Args:
        sandbox: What to serve; it is closed afterwards.
        port: Port on loopback; 0 takes a free one.

    Yields:
        The base address, without a path.
    """
    listener = bind(port)
    server = make_server(sandbox)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + _STARTS_WITHIN_S
        while not server.started:
            if time.monotonic() > deadline or not thread.is_alive():
                raise RuntimeError("the sandbox did not start")
            time.sleep(0.005)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=_STARTS_WITHIN_S)
        listener.close()
        sandbox.close()
