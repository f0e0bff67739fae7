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
        customer_number: The account that the application belongs to.
        country_code: Its country.
        token_lifetime_s: Seconds that a token is good for; the vendor sends it as a text.
        now: Instant of the vendor's clock, which then stands still except for ``advance``; ``None`` is the present.
        state: File that keeps catalogue, orders and returns; ``None`` forgets them at the end.
        latency_s: Added to every call.
        more_products: How many products it sells beside the six that tests know.
        finds_any_spelling: Whether its search finds a number that is spelt in another way; nobody says whether the
            vendor's does.
        splits_orders: Whether what is back-ordered becomes an order of its own.
        holds_orders: Whether orders wait for the customer's release; only such ones can be cancelled.
        drifts: Whether answers about prices have the types of the examples in the vendor's definition, against that.
        shipped_as_list: Whether ``shipFromInfo`` must be a list; the vendor's model and its example differ.
    """

    client_id: str = "sandbox-client-id"
    client_secret: str = field(default="sandbox-client-secret", repr=False)
    customer_number: str = "20-222222"
    country_code: str = "US"
    token_lifetime_s: float = 86_399.0
    now: datetime | None = None
    state: Path | None = None
    latency_s: float = 0.0
    more_products: int = 0
    finds_any_spelling: bool = True
    splits_orders: bool = False
    holds_orders: bool = False
    drifts: bool = False
    shipped_as_list: bool = True
