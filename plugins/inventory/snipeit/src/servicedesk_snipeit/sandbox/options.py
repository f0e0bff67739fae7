"""What a sandbox can be told before it starts."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class SandboxOptions:
    """Token, limits and habits of one sandbox.

    Attributes:
        token: Accepted token.
        now: Instant of its clock, which then stands still; None is the present.
        state: File that keeps what was moved between two runs.
        latency_s: Added to every call.
        max_results: Most rows of a page, whatever is asked for.
        decimal: What it writes before the cents.
        requests_allowed: Calls until it answers 429; None is no limit.
        more: Made-up components beside the special ones.
    """

    token: str = "sandbox-token"  # noqa: S105  a stand-in has no secrets
    now: datetime | None = None
    state: Path | None = None
    latency_s: float = 0.0
    max_results: int = 500
    decimal: str = "."
    requests_allowed: int | None = None
    more: int = 6
