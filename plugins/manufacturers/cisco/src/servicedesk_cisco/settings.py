"""What the configuration says about a connection to Cisco."""

from pydantic import Field, SecretStr, field_validator

from servicedesk_core.hooks import ConnectorSettings, safe_address

URL = "https://apix.cisco.com"
TOKEN_URL = "https://id.cisco.com/oauth2/default/v1/token"  # noqa: S105  # an address


class CiscoSettings(ConnectorSettings):
    """Settings of one application registered on Cisco's API console."""

    client_id: str = Field(min_length=1, description="Client id of the application on Cisco's API console.")
    client_secret: SecretStr = Field(description="Its client secret.")
    url: str = Field(default=URL, description="Address of the interface; another one is needed for a sandbox.")
    token_url: str = Field(default=TOKEN_URL, description="Where tokens come from.")
    parallel: int = Field(default=2, ge=1, le=10, description="Questions in flight at once.")
    requests_per_day: int | None = Field(
        default=None,
        ge=1,
        description="Requests that Cisco allows the application in a day; Cisco shows it there only.",
    )
    end_of_support: bool = Field(
        default=False,
        description="Ask with each look-up when Cisco ends support of the product; one more request for 20 devices.",
    )

    @field_validator("url", "token_url")
    @classmethod
    def _safe_address(cls, value: str) -> str:
        """Credentials go to these addresses, so they must be encrypted unless they are this machine."""
        return safe_address(value, such_as=URL)
