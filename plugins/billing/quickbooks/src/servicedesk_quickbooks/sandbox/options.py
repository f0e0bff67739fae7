"""What a sandbox can be told before it starts."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class SandboxOptions:
    """Credentials and habits of one sandbox.

    Attributes:
        client_id: Of the only app.
        client_secret: Its secret.
        realm_id: Id of the only company.
        verifier_token: What webhooks are signed with.
        country: Country of the company: US has its own rules of sales tax.
        currency: The company's own.
        automated_tax: Whether, in the US, the company's tax engine works out sales tax from the address.
        multi_currency: Whether documents may be in another currency.
        custom_numbers: Whether documents take numbers of ours.
        unique_numbers: Whether a number is refused that a document of its kind has; companies can turn that off.
        books_closed_on: Last day of the closed period, like 2025-12-31; empty = none is closed.
        rotates_after_h: Hours after which a refresh gives a new refresh token; 0 = each one does.
        requests_per_minute: Requests that the company may be asked in a minute.
        at_once: Requests that may be open at the same time.
        now: Instant of the server's clock, which then stands still; ``None`` is the present.
        state: File that keeps the books; ``None`` forgets them at the end.
        latency_s: Added to every call.
    """

    client_id: str = "sandbox-client"
    client_secret: str = field(default="sandbox-client-secret", repr=False)
    realm_id: str = "9130350000000001"
    verifier_token: str = field(default="sandbox-verifier-token", repr=False)
    country: str = "US"
    currency: str = "USD"
    automated_tax: bool = True
    multi_currency: bool = False
    custom_numbers: bool = True
    unique_numbers: bool = True
    books_closed_on: str = ""
    rotates_after_h: float = 24.0
    requests_per_minute: int = 500
    at_once: int = 10
    now: datetime | None = None
    state: Path | None = None
    latency_s: float = 0.0
