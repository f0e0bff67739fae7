"""Running a sandbox as a process of its own."""

from collections.abc import Callable
from datetime import datetime

from servicedesk_core.sandboxing import address_of, bind, run_until_stopped
from servicedesk_snipeit.sandbox.app import Sandbox
from servicedesk_snipeit.sandbox.options import SandboxInfo, SandboxOptions


def launch(
    *,
    port: int = 0,
    username: str | None = None,
    secret: str | None = None,
    latency_s: float = 0,
    now: datetime | None = None,
    announce: Callable[[SandboxInfo], None],
) -> None:
    """Serve a sandbox until SIGINT or SIGTERM.

    Args:
        port: Port on loopback; 0 takes a free one.
        username: Not used: a token says whose it is.
        secret: Accepted token; None keeps the default.
        latency_s: Added to every call.
        now: Instant of its clock; None is the present.
        announce: Called once when calls are accepted.

    Raises:
        OSError: When the port is taken.
    """
    del username
    options = SandboxOptions(token=secret or SandboxOptions().token, latency_s=latency_s, now=now)
    with bind(port) as listener:
        sandbox = Sandbox(options)
        components = len(sandbox.shelf.items["components"])
        announce(SandboxInfo(url=address_of(listener), token=options.token, components=components))
        run_until_stopped(sandbox, listener)
