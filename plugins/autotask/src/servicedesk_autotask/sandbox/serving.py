"""Serving a sandbox over real HTTP on loopback."""

from collections.abc import Iterator
from contextlib import contextmanager

from servicedesk_autotask.sandbox.app import Sandbox
from servicedesk_core.sandboxing import serve as serve_application


@contextmanager
def serve(sandbox: Sandbox, *, port: int = 0) -> Iterator[str]:
    """Serve in a background thread.

    Args:
        sandbox: What to serve; it is closed afterwards.
        port: Port on loopback; 0 takes a free one.

    Yields:
        The base address, without a path.
    """
    try:
        with serve_application(sandbox, port=port) as url:
            yield url
    finally:
        sandbox.close()
