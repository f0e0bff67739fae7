"""What the configuration says about a connection to Xero."""

from typing import Literal

from pydantic import Field, SecretStr, field_validator

from servicedesk_core.hooks import ConnectorSettings, safe_address

SCOPES = "offline_access accounting.invoices accounting.contacts accounting.payments.read accounting.settings.read"


class XeroSettings(ConnectorSettings):
    """Settings of one organisation's books."""

    url: str = Field(default="https://api.xero.com", description="Address of the API.")
    login_url: str = Field(
        default="https://login.xero.com/identity/connect/authorize", description="Page on which the access is allowed."
    )
    token_url: str = Field(
        default="https://identity.xero.com/connect/token", description="Address from which tokens come."
    )
    client_id: str = Field(description="Client id of your app, from developer.xero.com.")
    client_secret: SecretStr = Field(description="Client secret of the app.")
    app: Literal["web", "custom"] = Field(
        default="web",
        description="Kind of the app: web, which a person allows in a browser, or custom, a paid custom connection.",
    )
    redirect_uri: str = Field(
        default="http://localhost:8765/callback", description="Redirect address of a web app, as registered with it."
    )
    scopes: str = Field(
        default=SCOPES, description="What the access is asked for; where nothing is written, each ends with .read."
    )
    organisation: str | None = Field(
        default=None,
        description="Id or name of the organisation, where the log-in reaches several; by id, webhooks of others go.",
    )
    webhook_key: SecretStr | None = Field(
        default=None, description="Webhooks key of the app, where Xero calls when something changes."
    )
    requests_per_day: int = Field(
        default=5000, ge=100, description="Requests that Xero allows the organisation a day: 1000 on the free tier."
    )
    page_size: int = Field(default=100, ge=1, le=1000, description="Records a page.")
    settle_s: float = Field(
        default=120.0, ge=0, description="Seconds after which a document that Xero does not show was not made."
    )

    @field_validator("url", "login_url", "token_url")
    @classmethod
    def _safe_address(cls, value: str) -> str:
        """Tokens and the secret go to these addresses, so they must be encrypted unless they are on this machine."""
        return safe_address(value, such_as="https://api.xero.com").rstrip("/")
