"""What the configuration says about a connection to a Tryton server."""

from typing import Literal

from pydantic import Field, SecretStr, field_validator

from servicedesk_core.hooks import ConnectorSettings, safe_address


class TrytonSettings(ConnectorSettings):
    """Settings of one company in one database of a Tryton server."""

    url: str = Field(description="Address of the server, like https://erp.example.com.")
    database: str = Field(min_length=1, pattern=r"^[^/\s]+$", description="Name of the database.")
    user: str = Field(
        min_length=1, pattern=r"^[^:]+$", description="Login of a user of its own, who enters with a password alone."
    )
    password: SecretStr = Field(description="The user's password.")
    company: int | None = Field(default=None, ge=1, description="Id of the company; left out, the user's own.")
    language: str | None = Field(
        default=None, description="Code of the language of names and messages, like de; left out, the user's own."
    )
    taken_to: int | None = Field(
        default=None,
        ge=1,
        description=(
            "Id of the location to which parts go when they are taken for a ticket: outside the warehouses, of the "
            "type Storage or Lost and Found."
        ),
    )
    warehouse: int | None = Field(
        default=None, ge=1, description="Id of the warehouse that orders go to; left out, the only one."
    )
    answered_warnings: tuple[str, ...] = Field(
        default=(),
        description=(
            "Warnings that are answered with yes, by what stands behind the first point of their name, like "
            "effective_date_future; any other one refuses the write."
        ),
    )
    tax_rounding: Literal["document", "line"] = Field(
        default="document",
        description="What the configuration of accounting says of rounding taxes: of the document, or line by line.",
    )
    tax_identifier: str | None = Field(
        default=None, description="Type of a customer's tax number, like eu_vat; left out, none can be written."
    )
    page_size: int = Field(default=200, ge=10, le=1000, description="Records a page.")
    settle_s: float = Field(
        default=120.0, ge=0, description="Seconds after which a movement that the server does not show was not made."
    )

    @field_validator("url")
    @classmethod
    def _safe_address(cls, value: str) -> str:
        """The password goes to this address, so it must be encrypted unless it is this machine."""
        return safe_address(value, such_as="https://erp.example.com").rstrip("/")
