"""What the configuration says about a connection to an InvenTree server."""

from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator

from servicedesk_core.hooks import ConnectorSettings, safe_address


class InvenTreeSettings(ConnectorSettings):
    """Settings of one InvenTree server."""

    url: str = Field(description="Address of the server, like https://stock.example.com.")
    token: SecretStr = Field(description="Token of a user of its own, from the user's settings in InvenTree.")
    time_zone: str = Field(
        default="UTC", description="IANA zone of the server's clock: instants come without one, like Europe/Berlin."
    )
    customer: int | None = Field(
        default=None,
        ge=1,
        description="Id of the company in InvenTree to which pieces with a serial number go when they are taken.",
    )
    return_location: int | None = Field(
        default=None,
        ge=1,
        description="Id of the location for such pieces when they come back; left out, the part's default location.",
    )
    order_reference: str = Field(
        default="PO-{ref:04d}",
        pattern=r"^[^{}]*\{ref:0?\d*d?\}[^{}]*$",
        description="Pattern of the references of purchase orders, as the server's setting has it.",
    )
    page_size: int = Field(default=250, ge=10, le=1000, description="Records a page.")
    settle_s: float = Field(
        default=120.0,
        ge=0,
        description="Seconds after which a movement that the history of stock does not show was not made.",
    )

    @field_validator("url")
    @classmethod
    def _safe_address(cls, value: str) -> str:
        """The token goes to this address, so it must be encrypted unless it is this machine."""
        return safe_address(value, such_as="https://stock.example.com").rstrip("/").removesuffix("/api")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            message = "is no IANA zone such as Europe/Berlin"
            raise ValueError(message) from None
        return value
