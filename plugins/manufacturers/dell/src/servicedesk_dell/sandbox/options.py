"""What a sandbox can be told before it starts."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class SandboxOptions:
    """Credentials and habits of one sandbox.

    Attributes:
        warranty_client_id: Client id that may look up.
        warranty_client_secret: Its secret.
        dispatch_client_id: Client id that may claim.
        dispatch_client_secret: Its secret.
        technician_login: The one technician.
        technician_password: The password.
        branch: Branch of the one relationship.
        customer: Customer of it.
        track: Track of it.
        password_ends_at: When the password expires; None is a year after the start.
        is_locked: Whether the technician's account is locked.
        is_inactive: Whether it is switched off.
        lockout_after: Wrong passwords after which the account is locked.
        token_lasts_s: Lifetime of a token.
        now: Instant to begin at; the clock then stands still except for `advance`. None is the present.
        state: SQLite file that keeps the claims; None forgets them at the end.
        latency_s: Added to every call.
        requests_per_minute: Calls of each interface in a rolling minute before 429; 0 means no limit.
    """

    warranty_client_id: str = "sandbox-warranty-id"
    warranty_client_secret: str = "sandbox-warranty-secret"  # noqa: S105  a stand-in has no secrets
    dispatch_client_id: str = "sandbox-dispatch-id"
    dispatch_client_secret: str = "sandbox-dispatch-secret"  # noqa: S105
    technician_login: str = "tech@msp.example"
    technician_password: str = "sandbox-password"  # noqa: S105
    branch: str = "North"
    customer: str = "Acme"
    track: str = "Tier 1"
    password_ends_at: datetime | None = None
    is_locked: bool = False
    is_inactive: bool = False
    lockout_after: int = 3
    token_lasts_s: int = 3600
    now: datetime | None = None
    state: Path | None = None
    latency_s: float = 0.0
    requests_per_minute: int = 0

    @property
    def start(self) -> datetime | None:
        """The instant to begin at, with its zone; None is the present."""
        return self.now.replace(tzinfo=UTC) if self.now is not None and self.now.tzinfo is None else self.now
