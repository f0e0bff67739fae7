"""What a sandbox can be told before it starts."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class SandboxOptions:
    """Credentials, limits and fleet of one sandbox.

    Attributes:
        client_id: Client id that is accepted.
        client_secret: Its secret.
        token_lifetime_s: Seconds that a token is good for.
        any_serial: Know every well-formed serial number but those that begin with ZZZ, each with a cover of its own.
        now: Instant of the vendor's clock, which then stands still except for ``advance``; ``None`` is the present.
        seed: Seed of the order of lists.
        latency_s: Added to every call.
        page_records: Rows on a page of a summary.
        requests_allowed: Calls until the gateway says "over QPS"; ``None`` is no limit. ``reset`` gives them back.
    """

    client_id: str = "sandbox-client-id"
    client_secret: str = field(default="sandbox-client-secret", repr=False)
    token_lifetime_s: float = 3600.0
    any_serial: bool = False
    now: datetime | None = None
    seed: int = 1
    latency_s: float = 0.0
    page_records: int = 50
    requests_allowed: int | None = None
