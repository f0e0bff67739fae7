"""What a sandbox can be told before it starts."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class SandboxOptions:
    """Credentials and habits of one sandbox.

    Attributes:
        client_id: Client id that is accepted.
        client_secret: Its secret.
        webhook_key: Key with which deliveries of webhooks are signed.
        organisations: How many organisations a person's log-in reaches; each has books of its own.
        requests_per_minute: Calls that an organisation may be asked in a minute.
        requests_per_day: Calls that an organisation may be asked in a day; the free tier has 1000.
        now: Instant of the vendor's clock, which then stands still except for ``advance``; ``None`` is the present.
        state: File that keeps the books and the tokens; ``None`` forgets them at the end.
        latency_s: Added to every call.
        more_invoices: How many authorised invoices there are beside the few that tests know.
    """

    client_id: str = "sandbox-client-id"
    client_secret: str = field(default="sandbox-client-secret", repr=False)
    webhook_key: str = field(default="sandbox-webhook-key", repr=False)
    organisations: int = 1
    requests_per_minute: int = 60
    requests_per_day: int = 5000
    now: datetime | None = None
    state: Path | None = None
    latency_s: float = 0.0
    more_invoices: int = 0
