"""What the configuration says about a connection to Snipe-IT."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator

from servicedesk_core.domain import Currency
from servicedesk_core.hooks import ConnectorSettings, safe_address

Kind = Literal["components", "accessories", "consumables", "hardware"]
KINDS: tuple[Kind, ...] = ("components", "accessories", "consumables", "hardware")


class SnipeItSettings(ConnectorSettings):
    """Settings of one connection to an installation of Snipe-IT."""

    url: str = Field(description="Address of the installation, without /api.")
    token: SecretStr = Field(description="API token of a user of its own.")
    kinds: tuple[Kind, ...] = Field(
        default=KINDS, min_length=1, description="What counts as stock; hardware = assets that are ready to deploy."
    )
    currency: Currency | None = Field(
        default=None, description="Currency of the costs, which the interface does not tell; without it none is read."
    )
    decimal_separator: Literal[".", ","] = Field(
        default=".", description="What the installation writes before the cents; see its localisation settings."
    )
    holder: Annotated[str, Field(pattern=r"^(asset|user|location):[1-9]\d*$")] | None = Field(
        default=None, description="Who gets what is for no known device: user:3, location:2 or asset:7."
    )
    page_size: int = Field(default=500, ge=1, le=500, description="Rows asked for at once.")
    requests_per_minute: int = Field(
        default=120, ge=1, description="What the installation allows a user (API_THROTTLE_PER_MINUTE)."
    )

    @field_validator("url")
    @classmethod
    def _safe_address(cls, value: str) -> str:
        """The token goes to this address, so it must be encrypted unless it is this machine."""
        return safe_address(value, such_as="https://assets.example.com")
