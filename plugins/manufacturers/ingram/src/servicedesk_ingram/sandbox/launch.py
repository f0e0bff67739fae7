"""Running a sandbox as a process of its own."""

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from servicedesk_core.sandboxing import address_of, bind, run_until_stopped
from servicedesk_ingram.sandbox.app import Sandbox
from servicedesk_ingram.sandbox.options import SandboxInfo, SandboxOptions


def launch(
    *,
    port: int = 0,
    secret: str | None = None,
    state: Path | None = None,
    latency_s: float = 0,
    now: datetime | None = None,
    announce: Callable[[SandboxInfo], None],
) -> None:
    """Serve a sandbox until SIGINT or SIGTERM.

    Args:
        port: Port on loopback; 0 takes a free one.
        secret: Accepted client secret; ``None`` keeps the default.
        state: File that keeps the returns; ``None`` forgets them at the end.
        latency_s: Added to every call.
        now: Instant of the vendor's clock; ``None`` is the present.
        announce: Called once when calls are accepted.

    Raises:
        OSError: The port is taken.
    """
    defaults = SandboxOptions()
    options = SandboxOptions(client_secret=secret or defaults.client_secret, state=state, latency_s=latency_s, now=now)
    with bind(port) as listener, closing(Sandbox(options)) as sandbox:
        announce(
            SandboxInfo(
                url=address_of(listener),
                client_id=options.client_id,
                client_secret=options.client_secret,
                customer_number=options.customer_number,
                country_code=options.country_code,
            )
        )
        run_until_stopped(sandbox, listener)
