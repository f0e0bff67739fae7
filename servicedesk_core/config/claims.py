"""What the configuration says about claims: ``[claims]``."""

from typing import Literal

from pydantic import Field

from servicedesk_core.domain import Model
from servicedesk_core.domain.logistics import Country


class ClaimsSection(Model):
    """Claims against manufacturers: ``[claims]``."""

    hardware: tuple[str, ...] = Field(
        default=("hardware",),
        description="Words of which one stands in the category, issue or sub-issue of a ticket about hardware.",
    )
    contact_name: str | None = Field(
        default=None,
        description="Whom manufacturers may call about claims; left out = the client's contact of the ticket.",
    )
    contact_email: str | None = Field(default=None, description="Their e-mail address.")
    contact_phone: str | None = Field(default=None, description="Their telephone number.")
    country: Country | None = Field(
        default=None,
        description="ISO code of the country that devices are in where the client's record in your PSA names none.",
    )
    technician_id: str | None = Field(
        default=None, description="Your technician's id at manufacturers that ask for it."
    )
    return_notice_days: int = Field(
        default=5, ge=0, le=365, description="Days before a defective part must be back from which you are told of it."
    )
    ticket_notes: Literal["off", "propose", "send"] = Field(
        default="off",
        description='Whether each step of a claim leaves an internal note on its ticket: "propose" waits for '
        '`writes approve`, "send" sends it; both need the grant "notes.create_internal".',
    )
