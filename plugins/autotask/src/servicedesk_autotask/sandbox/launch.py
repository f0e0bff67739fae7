"""Running a sandbox as a process of its own."""

from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from servicedesk_autotask.sandbox.app import Sandbox
from servicedesk_autotask.sandbox.options import SandboxInfo, SandboxOptions
from servicedesk_core.sandboxing import address_of, bind, run_until_stopped


def launch(
    *,
    port: int = 0,
    tickets: int = 2000,
    seed: int = 1,
    username: str | None = None,
    secret: str | None = None,
    integration_code: str | None = None,
    state: Path | None = None,
    hostile: bool = False,
    latency_s: float = 0,
    now: datetime | None = None,
    announce: Callable[[SandboxInfo], None],
) -> None:
    """Serve a sandbox until SIGINT or SIGTERM.

    Args:
        port: Port on loopback; 0 takes a free one.
        tickets: Number of tickets to seed.
        seed: Seed of the random desk.
        username: Accepted API user; None keeps the default.
        secret: Accepted secret; None keeps the default.
        integration_code: Accepted integration code; None keeps the default.
        state: File that keeps the desk; None forgets it at the end.
        hostile: Add rows with strange content.
        latency_s: Added to every call.
        now: Instant the desk is seeded at; None is the present.
        announce: Called once when calls are accepted.

    Raises:
        OSError: When the port is taken.
    """
    defaults = SandboxOptions()
    options = SandboxOptions(
        username=username or defaults.username,
        secret=secret or defaults.secret,
        integration_code=integration_code or defaults.integration_code,
        tickets=tickets,
        seed=seed,
        state=state,
        hostile=hostile,
        latency_s=latency_s,
        now=now,
    )
    with bind(port) as listener, closing(Sandbox(options)) as sandbox:
        announce(
            SandboxInfo(
                url=address_of(listener),
                username=options.username,
                secret=options.secret,
                integration_code=options.integration_code,
                tickets=sandbox.store.count("Tickets"),
            )
        )
        run_until_stopped(sandbox, listener)
