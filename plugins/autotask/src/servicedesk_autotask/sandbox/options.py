"""What a sandbox can be told before it starts."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class SandboxOptions:
    """Credentials, limits and seed of one sandbox; the defaults are the vendor's.

    Attributes:
        username: API user name that is accepted.
        secret: Secret that is accepted.
        integration_code: API integration code that is accepted.
        more_integration_codes: Further accepted codes, each with its own thread slots.
        tickets: Number of tickets to seed.
        seed: Seed of the random desk; equal seed and `now` give an equal desk.
        now: Instant the desk is seeded at. When given, the clock stands still except for `advance` and a
            second per write; when None the desk starts now and its clock runs.
        hostile: Add rows with strange but legal content.
        state: SQLite file, for one process at a time; None means a temporary file. A file that holds a desk is
            used as it is.
        latency_s: Added to every vendor call.
        time_scale: Factor on every delay and window, so that tests need not wait.
        request_threshold: Requests allowed per window over all integrations.
        threshold_window_s: Length of the rolling window.
        threshold_status: HTTP status above the threshold.
        noise_per_hour: Requests that the tenant's other integrations make in an hour, evenly.
        threads_per_endpoint: Parallel calls allowed per integration code and entity.
        slot_release_s: How long a thread slot stays taken after the response.
        lockout_after: Failed logins after which the user is locked; 0 means never.
        lockout_s: How long such a lock lasts.
        hidden_entities: Entities that the security level hides: every query answers empty.
        forbidden_entities: Entities whose calls fail with a permission error.
        unwritable_entities: Entities that the security level lets be read but not changed.
        impersonation: Whether writes may carry an impersonated resource.
        lenient: Ignore conditions with an unknown operator instead of refusing them.
        trailing_page: Announce a next page after a full last page; it is empty then.
        file_bytes: Largest attachment.
        attachment_bytes: Attachment bytes accepted per five minutes.
    """

    username: str = "api.user@example.com"
    secret: str = "sandbox-secret"  # noqa: S105  a stand-in has no secrets
    integration_code: str = "SANDBOXCODE"
    more_integration_codes: tuple[str, ...] = ()
    tickets: int = 2000
    seed: int = 1
    now: datetime | None = None
    hostile: bool = False
    state: Path | None = None
    latency_s: float = 0.0
    time_scale: float = 1.0
    request_threshold: int = 10_000
    threshold_window_s: float = 3600.0
    threshold_status: int = 429
    noise_per_hour: float = 0.0
    threads_per_endpoint: int = 3
    slot_release_s: float = 0.0
    lockout_after: int = 0
    lockout_s: float = 300.0
    hidden_entities: frozenset[str] = frozenset()
    forbidden_entities: frozenset[str] = frozenset()
    unwritable_entities: frozenset[str] = frozenset()
    impersonation: bool = True
    lenient: bool = False
    trailing_page: bool = False
    file_bytes: int = 7_000_000
    attachment_bytes: int = 10_000_000

    @property
    def integration_codes(self) -> tuple[str, ...]:
        """Every accepted integration code."""
        return (self.integration_code, *self.more_integration_codes)
