"""Running a sandbox as a process of its own."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from servicedesk_core.sandboxing import address_of, bind, run_until_stopped
from servicedesk_dell.sandbox.app import Sandbox
from servicedesk_dell.sandbox.options import SandboxInfo, SandboxOptions


def launch(
    *,
    port: int = 0,
    username: str | None = None,
    secret: str | None = None,
    state: Path | None = None,
    latency_s: float = 0,
    now: datetime | None = None,
    announce: Callable[[SandboxInfo], None],
) -> None:
    """Serve a sandbox until SIGINT or SIGTERM.

    Args:
        port: Port on loopback; 0 takes a free one.
        username: The technician's login; None keeps the default.
        secret: The technician's password; None keeps the default.
        state: File that keeps the claims; None forgets them at the end.
        latency_s: Added to every call.
        now: Instant to begin at; None is the present.
        announce: Called once when calls are accepted.

    Raises:
        OSError: When the port is taken.
    """
    options = SandboxOptions(state=state, latency_s=latency_s, now=now)
    options = replace(
        options,
        technician_login=username or options.technician_login,
        technician_password=secret or options.technician_password,
    )
    with bind(port) as listener, closing(Sandbox(options)) as sandbox:
        announce(
            SandboxInfo(
                url=address_of(listener),
                warranty_client_id=options.warranty_client_id,
                warranty_client_secret=options.warranty_client_secret,
                dispatch_client_id=options.dispatch_client_id,
                dispatch_client_secret=options.dispatch_client_secret,
                technician_login=options.technician_login,
                technician_password=options.technician_password,
                branch=options.branch,
                customer=options.customer,
                track=options.track,
            )
        )
        run_until_stopped(sandbox, listener)
