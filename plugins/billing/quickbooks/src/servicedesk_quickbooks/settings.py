"""What the configuration says about a connection to a company in QuickBooks Online."""

from typing import Literal

from pydantic import Field, SecretStr, field_validator

from servicedesk_core.hooks import ConnectorSettings, safe_address

LIVE = "https://quickbooks.api.intuit.com"
"""The interface of live companies; that of test companies is ``https://sandbox-quickbooks.api.intuit.com``."""


class QuickBooksSettings(ConnectorSettings):
    """Settings of one company in QuickBooks Online."""

    client_id: str = Field(min_length=1, description="Client ID of your app on the developer portal.")
    client_secret: SecretStr = Field(description="Client Secret of your app.")
    realm_id: str = Field(pattern=r"^\d{1,30}$", description="Company ID, from Account and settings or the log-in.")
    redirect_uri: str = Field(
        default="http://localhost:8765/callback",
        description="Where the browser returns to after the log-in, as it is registered for your app.",
    )
    verifier_token: SecretStr | None = Field(
        default=None, description="Verifier token of your app's webhooks; without it none is believed."
    )
    tax_rounding: Literal["unknown", "document"] = Field(
        default="unknown",
        description="unknown where QuickBooks works sales tax out by itself, as in the US; document elsewhere.",
    )
    minor_version: int = Field(default=75, ge=75, description="Minor version of the interface.")
    settle_s: float = Field(
        default=120.0, ge=0, description="Seconds after which a document that a query does not show was not made."
    )
    page_size: int = Field(default=1000, ge=1, le=1000, description="Records a page.")
    url: str = Field(default=LIVE, description="Address of the interface; test companies have another one.")
    authorize_url: str = Field(
        default="https://appcenter.intuit.com/connect/oauth2", description="The page on which a person logs in."
    )
    token_url: str = Field(
        default="https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer", description="Where tokens come from."
    )

    @field_validator("url", "authorize_url", "token_url")
    @classmethod
    def _safe_address(cls, value: str) -> str:
        """Tokens go to these addresses, so they must be encrypted unless they are this machine."""
        return safe_address(value, such_as=LIVE).rstrip("/")
