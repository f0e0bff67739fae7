"""What a sandbox can be told before it starts."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class SandboxOptions:
    """Credentials and habits of one sandbox.

    Attributes:
        username: Name of the only user.
        password: The user's password, for asking for tokens.
        token: Accepted token; others are handed out on demand.
        api_version: What ``/api/`` says; from 566 on there is no history of stock at its old address.
        reference: What stands before the number in references of purchase orders.
        auto_complete: Whether a purchase order is complete with its last receipt.
        now: Instant of the server's clock, which then stands still; ``None`` is the present.
        state: File that keeps the records; ``None`` forgets them at the end.
        latency_s: Added to every call.
    """

    username: str = "servicedesk"
    password: str = field(default="sandbox-password", repr=False)
    token: str = field(default="inv-sandbox-token-20261101", repr=False)
    api_version: int = 534
    reference: str = "PO-"
    auto_complete: bool = True
    now: datetime | None = None
    state: Path | None = None
    latency_s: float = 0.0
