"""Running a sandbox as a process of its own."""

import signal
from collections.abc import Callable
from datetime import datetime

from servicedesk_lenovo.sandbox.app import Sandbox
from servicedesk_lenovo.sandbox.options import SandboxInfo, SandboxOptions
from servicedesk_lenovo.sandbox.server import bind, make_server


def launch(
    *,
    port: int = 0,
    seed: int = 1,
    secret: str | None = None,
    latency_s: float = 0,
    now: datetime | None = None,
    announce: Callable[[SandboxInfo], None],
) -> None:
    """Serve a sandbox until SIGINT or SIGTERM; it knows every serial number but those that begin with ZZ.

    Args:
        port: Port on loopback; 0 takes a free one.
        seed: Seed of the order of lists.
        secret: Accepted ClientID; None keeps the default.
        latency_s: Added to every call.
        now: Instant of the vendor's clock; None is the present.
        announce: Called once when calls are accepted.

    Raises:
        OSError: When the port is taken.
    """
    listener = bind(port)
    client_id = secret or SandboxOptions().client_id
    sandbox = Sandbox(SandboxOptions(client_id=client_id, seed=seed, latency_s=latency_s, now=now, any_serial=True))
    try:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        announce(SandboxInfo(url=url, client_id=client_id, devices=len(sandbox.vendor.fleet)))
        # The server raises the signal again when it has stopped; the listener must still be closed then.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        make_server(sandbox).run(sockets=[listener])
    finally:
        listener.close()
