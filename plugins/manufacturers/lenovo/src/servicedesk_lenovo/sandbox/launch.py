"""Running a sandbox as a process of its own."""

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from servicedesk_core.sandboxing import address_of, bind, run_until_stopped
from servicedesk_lenovo.sandbox.app import Sandbox
from servicedesk_lenovo.sandbox.options import SandboxInfo, SandboxOptions


def launch(
    *,
    port: int = 0,
    seed: int = 1,
    secret: str | None = None,
    state: Path | None = None,
    latency_s: float = 0,
    now: datetime | None = None,
    announce: Callable[[SandboxInfo], None],
) -> None:
    """Serve a sandbox until SIGINT or SIGTERM; it knows every serial number but those that begin with ZZ.

    Args:
        port: Port on loopback; 0 takes a free one.
        seed: Seed of the order of lists.
        secret: Accepted ClientID; None keeps the default.
        state: File that keeps the cases; None forgets them at the end.
        latency_s: Added to every call.
        now: Instant of the vendor's clock; None is the present.
        announce: Called once when calls are accepted.

    Raises:
        OSError: When the port is taken.
    """
    client_id = secret or SandboxOptions().client_id
    options = SandboxOptions(client_id=client_id, seed=seed, state=state, latency_s=latency_s, now=now, any_serial=True)
    with bind(port) as listener, closing(Sandbox(options)) as sandbox:
        url = address_of(listener)
        announce(SandboxInfo(url=url, client_id=client_id, devices=len(sandbox.vendor.fleet)))
        run_until_stopped(sandbox, listener)
