"""What a sandbox can be told before it starts."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class SandboxOptions:
    """Credentials, limits and fleet of one sandbox.

    Attributes:
        client_id: Accepted client id.
        client_secret: Accepted client secret.
        token_lifetime_s: How long a token lasts.
        devices: Made-up devices beside the special ones.
        any_serial: Know every serial number of ten characters but those that begin with ZZ.
        now: Instant of the vendor's clock, which then stands still except for `advance`; None is the present.
        latency_s: Added to every call.
        requests_allowed: Calls until the vendor answers 429; None is no limit. `reset` and `advance` give them back.
    """

    client_id: str = "sandbox-client"
    client_secret: str = "sandbox-secret"  # noqa: S105  a stand-in has no secrets
    token_lifetime_s: int = 3600
    devices: int = 200
    any_serial: bool = False
    now: datetime | None = None
    latency_s: float = 0.0
    requests_allowed: int | None = None
