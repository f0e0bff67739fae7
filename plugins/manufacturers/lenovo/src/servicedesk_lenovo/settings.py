"""What the configuration says about a connection to Lenovo."""

from pydantic import Field, SecretStr, field_validator

from servicedesk_core.hooks import ConnectorSettings, safe_address

URL = "https://supportapi.lenovo.com"
VERSION = "v2.5"


class LenovoSettings(ConnectorSettings):
    """Settings of one connection to Lenovo's Support API. Limits that Lenovo does not publish can be set."""

    client_id: SecretStr = Field(description="The ClientID that Lenovo issued.")
    account: str = Field(
        default="default",
        min_length=1,
        description="A name of your own for the Lenovo account; connections with one ClientID share it.",
    )
    url: str = Field(default=URL, description="Address of the interface; another one is needed for a sandbox.")
    devices_per_request: int = Field(
        default=50, ge=1, le=500, description="Serial numbers in one question; Lenovo publishes no limit."
    )
    parallel: int = Field(default=2, ge=1, le=10, description="Questions in flight at once.")
    requests_per_hour: int | None = Field(
        default=None, ge=1, description="Requests that Lenovo allows in an hour; it throttles without saying at what."
    )
    questions_again: int = Field(
        default=10, ge=0, description="Devices left out of a batch's answer that are asked for again one by one."
    )
    longest_problem: int = Field(
        default=1000, ge=100, description="Longest text of a case in characters; Lenovo publishes no limit."
    )
    language: str = Field(default="EN", pattern=r"^[A-Z]{2}$", description="Language of the customer in a case.")
    support_orders: bool = Field(
        default=False,
        description="Read service requests and orders with each case, at two more requests; kept as they come.",
    )

    @field_validator("url")
    @classmethod
    def _safe_address(cls, value: str) -> str:
        """The ClientID goes to this address, so it must be encrypted unless it is this machine."""
        root = safe_address(value, such_as=URL)
        return root[: -len(VERSION) - 1] if root.lower().endswith(f"/{VERSION}") else root
