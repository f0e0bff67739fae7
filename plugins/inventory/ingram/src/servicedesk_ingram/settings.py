"""What the configuration says about a connection to Ingram Micro."""

from pydantic import Field, SecretStr, field_validator

from servicedesk_core.hooks import ConnectorSettings, safe_address

URL = "https://api.ingrammicro.com:443"


class IngramSettings(ConnectorSettings):
    """Settings of one application on Ingram Micro's developer portal, for one reseller account."""

    client_id: str = Field(min_length=1, description="Client id of the application on the developer portal.")
    client_secret: SecretStr = Field(description="Its client secret.")
    customer_number: str = Field(
        min_length=1, max_length=10, description="Your reseller account, like 20-222222; part of every request."
    )
    country_code: str = Field(pattern=r"^[A-Z]{2}$", description="Country of the account, like US.")
    sender_id: str | None = Field(default=None, max_length=32, description="How Ingram Micro's logs name you.")
    url: str = Field(
        default=URL, description="Address of the interface; Ingram Micro's own sandbox ends with /sandbox."
    )
    token_url: str | None = Field(default=None, description="Where tokens come from; left out: at the interface.")
    currency: str = Field(
        default="USD", pattern=r"^[A-Z]{3}$", description="Currency of the account, for amounts that come without one."
    )
    part_numbers: str = Field(
        default="vendor", pattern=r"^(vendor|ingram)$", description="Whose part numbers claims hold: vendor or ingram."
    )
    ship_to_id: str | None = Field(
        default=None,
        max_length=10,
        description=(
            "Ingram Micro's id of the address to which orders go that name none; left out, what the account says."
        ),
    )
    order_days: int = Field(
        default=90, ge=1, description="Days for which an order is followed after its end; an open one always is."
    )
    primary_reason: str | None = Field(
        default=None,
        description="Primary reason of returns whose line has no failure_code, in Ingram Micro's own words.",
    )
    secondary_reason: str | None = Field(
        default=None, description="Secondary reason of returns whose line has no component_code."
    )
    requests_per_hour: int | None = Field(default=None, ge=1, description="Requests that your agreement allows.")
    settle_s: float = Field(
        default=600.0,
        ge=0,
        description="Seconds after which an order or a return that the search does not show was not made.",
    )

    @field_validator("url", "token_url")
    @classmethod
    def _safe_address(cls, value: str | None) -> str | None:
        """Credentials go to these addresses, so they must be encrypted unless they are this machine."""
        return None if value is None else safe_address(value, such_as=URL)
