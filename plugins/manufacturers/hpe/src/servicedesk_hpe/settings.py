"""What the configuration says about a connection to HPE."""

from pydantic import Field, SecretStr, field_validator

from servicedesk_core.hooks import ConnectorSettings, safe_address

URL = "https://api-gw.support.hpe.com"


class HpeSettings(ConnectorSettings):
    """Settings of one connection to HPE's Warranty Check."""

    client_id: str = Field(min_length=1, description="Client id that HPE issued.")
    client_secret: SecretStr = Field(description="The client's secret.")
    url: str = Field(default=URL, description="Address of HPE's gateway; another one is needed for a sandbox.")
    parallel: int = Field(default=4, ge=1, le=20, description="Questions in flight at once; each is about one device.")
    requests_per_hour: int | None = Field(
        default=None, ge=1, description="Requests that HPE allows in an hour; it does not publish how many."
    )
    more_names: tuple[str, ...] = Field(
        default=(),
        description="Further names of the manufacturer to take for HPE, such as HP if you have old servers and no PCs.",
    )
    hardware_levels: tuple[str, ...] = Field(
        default=("Warranty",), description="Service levels that cover the hardware; others tell nothing about it."
    )

    @field_validator("url")
    @classmethod
    def _safe_address(cls, value: str) -> str:
        """Credentials go to this address, so it must be encrypted unless it is this machine."""
        return safe_address(value, such_as=URL)
