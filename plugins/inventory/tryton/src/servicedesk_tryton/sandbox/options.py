"""What a sandbox can be told before it starts."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class SandboxOptions:
    """Credentials and habits of one sandbox.

    Attributes:
        database: Name of the only database.
        username: Login of the only user.
        password: The user's password.
        bare: Whether only the module stock is there: no lots, no suppliers, no order points.
        now: Instant of the server's clock, which then stands still; ``None`` is the present.
        state: File that keeps the records; ``None`` forgets them at the end.
        latency_s: Added to every call.
    """

    database: str = "erp"
    username: str = "servicedesk"
    password: str = field(default="sandbox-password-1", repr=False)
    bare: bool = False
    now: datetime | None = None
    state: Path | None = None
    latency_s: float = 0.0
