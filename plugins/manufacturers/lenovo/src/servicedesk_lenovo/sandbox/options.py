"""What a sandbox can be told before it starts."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

ROLES = frozenset({"content", "warranty", "part", "case", "support"})


@dataclass(frozen=True, kw_only=True)
class SandboxOptions:
    """Credentials, limits and fleet of one sandbox. What the vendor does not publish can be set.

    Attributes:
        client_id: The ClientID that is accepted.
        roles: Interfaces that it may use.
        without_role: Status when it may not: 401 or 403; the vendor does not say which.
        devices: Made-up machines beside the special ones.
        any_serial: Know every well-formed serial number but those that begin with ZZ, each with a cover of its own.
        now: Instant of the vendor's clock, which then stands still except for `advance`; None is the present.
        state: SQLite file that keeps the cases; None forgets them at the end.
        seed: Seed of the order of lists.
        latency_s: Added to every call.
        largest_batch: Serial numbers in one question; more are refused.
        unknown_in_batch: What stands for an unknown machine in a list: `row` with its serial number and an error,
            `bare` error without one, `omit`, or `whole`: the error takes the place of the list.
        requests_allowed: Calls until the vendor throttles; None is no limit. `reset` and `advance` give them back.
        throttle_status: Status of throttling: 429 or 403.
        polls_until_visible: How often cases of a serial number are asked for until a new one is listed.
        longest_problem: Longest problem text in characters.
    """

    client_id: str = "sandbox-client-id"
    roles: frozenset[str] = ROLES
    without_role: int = 403
    devices: int = 200
    any_serial: bool = False
    now: datetime | None = None
    state: Path | None = None
    seed: int = 1
    latency_s: float = 0.0
    largest_batch: int = 50
    unknown_in_batch: str = "row"
    requests_allowed: int | None = None
    throttle_status: int = 429
    polls_until_visible: int = 1
    longest_problem: int = 1000
