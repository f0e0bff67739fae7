"""Running a sandbox as a process of its own."""

from collections.abc import Callable
from datetime import datetime

from servicedesk_core.sandboxing import address_of, bind, run_until_stopped
from servicedesk_hpe.sandbox.app import Sandbox
from servicedesk_hpe.sandbox.options import SandboxInfo, SandboxOptions


def launch(
    *,
    port: int = 0,
    username: str | None = None,
    secret: str | None = None,
    latency_s: float = 0,
    now: datetime | None = None,
    announce: Callable[[SandboxInfo], None],
) -> None:
    """Serve a sandbox until SIGINT or SIGTERM; it knows every serial number but those with ZZ in front.

    Args:
        port: Port on loopback; 0 takes a free one.
        username: Accepted client id; None keeps the default.
        secret: Accepted client secret; None keeps the default.
        latency_s: Added to every call.
        now: Instant of the vendor's clock; None is the present.
        announce: Called once when calls are accepted.

    Raises:
        OSError: When the port is taken.
    """
    defaults = SandboxOptions()
    options = SandboxOptions(
        client_id=username or defaults.client_id,
        client_secret=secret or defaults.client_secret,
        latency_s=latency_s,
        now=now,
        any_serial=True,
    )
    with bind(port) as listener:
        sandbox = Sandbox(options)
        url = address_of(listener)
        announce(
            SandboxInfo(
                url=url,
                client_id=options.client_id,
                client_secret=options.client_secret,
                devices=len(sandbox.fleet),
            )
        )
        run_until_stopped(sandbox, listener)
