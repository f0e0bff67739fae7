"""Running a sandbox as a process of its own."""

from collections.abc import Callable
from datetime import datetime

from servicedesk_cisco.sandbox.app import Sandbox
from servicedesk_cisco.sandbox.options import SandboxInfo, SandboxOptions
from servicedesk_core.sandboxing import address_of, bind, run_until_stopped


def launch(
    *,
    port: int = 0,
    seed: int = 1,
    secret: str | None = None,
    latency_s: float = 0,
    now: datetime | None = None,
    announce: Callable[[SandboxInfo], None],
) -> None:
    """Serve a sandbox until SIGINT or SIGTERM; it knows every serial number but those that begin with ZZZ.

    Args:
        port: Port on loopback; 0 takes a free one.
        seed: Seed of the order of lists.
        secret: Accepted client secret; ``None`` keeps the default.
        latency_s: Added to every call.
        now: Instant of the vendor's clock; ``None`` is the present.
        announce: Called once when calls are accepted.

    Raises:
        OSError: The port is taken.
    """
    defaults = SandboxOptions()
    options = SandboxOptions(
        client_secret=secret or defaults.client_secret, seed=seed, latency_s=latency_s, now=now, any_serial=True
    )
    with bind(port) as listener:
        url = address_of(listener)
        announce(
            SandboxInfo(
                url=url,
                token_url=f"{url}/oauth2/default/v1/token",
                client_id=options.client_id,
                client_secret=options.client_secret,
            )
        )
        run_until_stopped(Sandbox(options), listener)
