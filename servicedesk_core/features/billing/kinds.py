"""What a service manager decides about billing."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field

from servicedesk_core.domain.base import Amount, Instant, Model
from servicedesk_core.faces import DefinitionKind, Refers


class Biller(StrEnum):
    """Who makes the invoices of a client."""

    PSA = "psa"
    SERVICEDESK = "servicedesk"


class LabourLines(StrEnum):
    """How work stands on an invoice."""

    TOGETHER = "together"
    """One line for each contract, role, work type and price."""
    SINGLE = "single"
    """One line for each time entry."""


class BillingPolicy(Model):
    """What time has to look like before it is approved, who bills it, and how it is billed."""

    after_hours: tuple[str, ...] = Field(
        default=(),
        description="Billing codes, by name or id, for work outside the hours of a client; nothing = nobody judges it.",
    )
    after_hours_factor: Annotated[Amount, Field(ge=1)] | None = Field(
        default=None, description="How many times as much an hour costs then; nothing = nobody said."
    )
    step_minutes: Annotated[int, Field(ge=1, le=480)] = Field(
        default=15, description="Time is billed in steps of so many minutes: a step begun is a step billed."
    )
    unposted_days: Annotated[int, Field(ge=1, le=366)] = Field(
        default=7, description="After so many days work shall be approved and posted."
    )
    biller: Biller = Field(default=Biller.PSA, description="Who makes the invoices.")
    client_biller: Mapping[str, Biller] = Field(
        default={}, description='Who makes those of single clients, by name or id: { "Acme" = "servicedesk" }.'
    )
    labour_lines: LabourLines = Field(
        default=LabourLines.TOGETHER,
        description="Work on an invoice: together by contract, role, work type and price, or each entry by itself.",
    )
    ledger: str | None = Field(
        default=None, description="Connection of the accounting system; nothing = the only one that is connected."
    )
    terms_days: Annotated[int, Field(ge=0, le=366)] = Field(
        default=30, description="After so many days an invoice is to be paid."
    )
    client_terms_days: Mapping[str, Annotated[int, Field(ge=0, le=366)]] = Field(
        default={}, description='The same of single clients, by name or id: { "Acme" = 14 }.'
    )
    tolerance: Annotated[Amount, Field(ge=0, le=1)] = Field(
        default=Decimal("0.05"),
        description="By so much the total of the accounting system may differ, where it is linked what rounding is.",
    )
    invoice_prefix: Annotated[str, Field(min_length=1, max_length=12)] = Field(
        default="INV-", description="How the numbers of our invoices begin; a counter without gaps follows."
    )
    credit_prefix: Annotated[str, Field(min_length=1, max_length=12)] = Field(
        default="CN-", description="How the numbers of our credit notes begin."
    )
    four_eyes_above: Annotated[Amount, Field(ge=0)] | None = Field(
        default=None,
        description="A document that comes to more, without tax and in the MSP's own currency, or is in another "
        "currency, is approved by another person than who proposed it; nothing = none has to be.",
    )
    effective_from: Instant | None = Field(default=None, description="From when on that holds; nothing = since ever.")


BILLING: Final = DefinitionKind(
    "billing",
    "billing policy",
    BillingPolicy,
    many=False,
    records={
        "after_hours": Refers("billing_codes"),
        "client_biller": Refers("companies"),
        "client_terms_days": Refers("companies"),
    },
)
"""What time has to look like, and how it is billed: ``[billing]``."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (BILLING,)
