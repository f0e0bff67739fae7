"""What is sold: opportunities, and what was said with a client, by reference."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from servicedesk_core.domain.base import Amount, Currency, Entity, Instant


class OpportunityState(StrEnum):
    """Where an opportunity stands."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class Opportunity(Entity):
    """Something that may be sold. It is for no client's eyes, although it names one."""

    stream: ClassVar[str] = "opportunities"
    holds_costs: ClassVar[bool] = True

    title: str = ""
    description: str | None = None
    company_ref: str | None = None
    contact_ref: str | None = None
    owner_ref: str | None = Field(default=None, description="The technician whose it is.")
    stage: str | None = Field(default=None, description="The vendor's own word.")
    status: str | None = Field(default=None, description="The vendor's own word.")
    state: OpportunityState = OpportunityState.OPEN
    probability: int | None = Field(default=None, description="In percent.")
    amount: Amount | None = Field(default=None, description="What it would earn in all.")
    cost: Amount | None = None
    currency: Currency | None = None
    expected_on: date | None = Field(default=None, description="When it is expected to be decided.")
    external_reference: str | None = Field(default=None, description="Field that carries another system's id.")
    closed_at: Instant | None = None
    lost_at: Instant | None = None
    created_at: Instant | None = None
    modified_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Communication:
    """Something that was said with a client, by reference: never its text.

    Attributes:
        ref: The vendor's id.
        company_ref: With which account.
        kind: The vendor's word: phone call, e-mail, meeting …
        at: When it took place.
        subject: Its heading.
        contact_ref: With whom.
        opportunity_ref: About which opportunity.
    """

    ref: str
    company_ref: str
    kind: str | None
    at: datetime
    subject: str | None = None
    contact_ref: str | None = None
    opportunity_ref: str | None = None
