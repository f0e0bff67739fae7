"""What the configuration says about a connection to Autotask."""

from typing import Literal

from pydantic import Field, SecretStr, field_validator

from servicedesk_core.domain import Priority, StatusCategory
from servicedesk_core.hooks import ConnectorSettings, safe_address

DISCOVERY_URL = "https://webservices.autotask.net/atservicesrest/"
LARGEST_PAGE = 500


class AutotaskSettings(ConnectorSettings):
    """Settings of one connection to an Autotask database."""

    username: str = Field(
        min_length=3, description="User name of the API user, which has the form of an e-mail address."
    )
    secret: SecretStr = Field(description="The API user's password.")
    integration_code: SecretStr = Field(description="Tracking identifier of the integration.")
    zone_url: str | None = Field(
        default=None,
        description="Address of the database's zone; found out by the user name when left out. Needed for a sandbox.",
    )
    discovery_url: str = Field(
        default=DISCOVERY_URL,
        description="Where zones are asked for; only pre-release tenants need another one.",
    )
    page_size: int = Field(default=LARGEST_PAGE, ge=1, le=LARGEST_PAGE, description="Rows asked for at a time.")
    requests_per_hour: int = Field(
        default=10_000, ge=1, description="Requests that the vendor allows the whole database in an hour."
    )
    history_at_once: int = Field(
        default=500,
        ge=0,
        description="Tickets whose history is read in one call, at one request each; the rest is left out.",
    )
    deleted_tickets: bool = Field(default=True, description="Ask the vendor's log of deleted tickets, once an hour.")

    impersonate: int | None = Field(
        default=None,
        ge=1,
        description="Id of the resource in whose name records are written; left out, the API user is their author.",
    )
    note_marker: Literal["none", "internal"] = Field(
        default="internal",
        description="Whether internal notes end with a line such as [ref:…], by which a lost one is found for certain.",
    )
    note_type: str | None = Field(
        default=None, description="Type of the notes that are written, by your own word; left out: Task Notes."
    )
    charge_type: str | None = Field(
        default=None, description="Type of the charges that are written, by your own word; left out: Operational."
    )
    charge_code: str | None = Field(
        default=None,
        description="Name of the material cost code of charges; left out: the only one that the tenant has.",
    )
    status_for: dict[StatusCategory, str] = Field(
        default_factory=dict,
        description="Your status to write for a meaning that several of your statuses have.",
    )
    priority_for: dict[Priority, str] = Field(
        default_factory=dict,
        description="Your priority to write for an urgency that several of your priorities have.",
    )

    @field_validator("username")
    @classmethod
    def _trim(cls, value: str) -> str:
        return value.strip()

    @field_validator("zone_url", "discovery_url")
    @classmethod
    def _safe_address(cls, value: str | None) -> str | None:
        """Credentials go to this address, so it must be encrypted unless it is this machine."""
        if value is None:
            return None
        return rest_root(safe_address(value, such_as="https://webservices5.autotask.net/"))


def rest_root(url: str) -> str:
    """Return the address of the REST service with a slash at its end, whatever part of it was given."""
    head, found, _ = url.lower().partition("/atservicesrest")
    root = url[: len(head)].rstrip("/")
    return f"{root}{url[len(head) : len(head) + len(found)] or '/atservicesrest'}/"
