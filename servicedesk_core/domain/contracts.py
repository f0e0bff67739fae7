"""What was agreed, and how work is billed."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from servicedesk_core.domain.base import OF_DESK, Amount, Currency, CustomFields, Entity, Instant, Seconds


class ContractKind(StrEnum):
    """How a contract earns money."""

    RECURRING = "recurring"
    BLOCK_HOURS = "block_hours"
    TIME_AND_MATERIALS = "time_and_materials"
    FIXED_PRICE = "fixed_price"
    RETAINER = "retainer"
    PER_TICKET = "per_ticket"


class Contract(Entity):
    """An agreement with a client."""

    stream: ClassVar[str] = "contracts"
    whose: ClassVar[str | None] = "company_ref"
    costs: ClassVar[frozenset[str]] = frozenset({"estimated_cost"})

    name: str
    number: str | None = None
    kind: ContractKind | None = None
    kind_name: str | None = None
    category: str | None = None
    company_ref: str | None = None
    contact_ref: str | None = None
    is_active: bool | None = None
    is_default: bool | None = None
    sla: str | None = None
    excluded_role_refs: tuple[str, ...] | None = Field(
        default=None, description="Roles whose work it does not cover; empty = not known."
    )
    excluded_billing_code_refs: tuple[str, ...] | None = Field(
        default=None, description="Billing codes whose work it does not cover; empty = not known."
    )
    start_on: date | None = None
    end_on: date | None = Field(default=None, description="Last day, inclusive.")
    estimated_revenue: Amount | None = None
    estimated_cost: Amount | None = None
    currency: Currency | None = None
    modified_at: Instant | None = None
    custom_fields: CustomFields = {}


class ContractService(Entity):
    """A service sold on a contract, with its price for one unit and period."""

    stream: ClassVar[str] = "contract_services"
    whose: ClassVar[str | None] = "contract_ref"
    costs: ClassVar[frozenset[str]] = frozenset({"unit_cost"})

    contract_ref: str
    service_ref: str | None = None
    name: str | None = None
    description: str | None = None
    unit_price: Amount | None = None
    unit_cost: Amount | None = None
    units: int | None = None
    currency: Currency | None = None


class ContractUnits(Entity):
    """How many units of a service a contract has in a period, and what they cost and earn."""

    stream: ClassVar[str] = "contract_units"
    holds_costs: ClassVar[bool] = True

    contract_ref: str | None = None
    contract_service_ref: str | None = None
    service_ref: str | None = None
    start_on: date | None = None
    end_on: date | None = Field(default=None, description="Last day, inclusive.")
    units: int | None = None
    price: Amount | None = None
    own_price: Amount | None = Field(default=None, description="The price in the MSP's own currency.")
    cost: Amount | None = Field(default=None, description="In the MSP's own currency.")
    currency: Currency | None = Field(default=None, description="Of the price.")
    posted_at: Instant | None = Field(default=None, description="When it was approved and posted for billing.")


class ContractBlock(Entity):
    """Hours that a client bought in advance."""

    stream: ClassVar[str] = "contract_blocks"
    holds_costs: ClassVar[bool] = True

    contract_ref: str | None = None
    bought_on: date | None = None
    start_on: date | None = None
    end_on: date | None = Field(default=None, description="Last day, inclusive.")
    bought_s: Seconds | None = None
    used_s: Seconds | None = Field(default=None, description="What approved work has used of it.")
    hourly_price: Amount | None = None
    currency: Currency | None = None
    is_active: bool | None = None
    is_paid: bool | None = None
    invoice_number: str | None = None


class ContractRate(Entity):
    """What an hour in a role is sold at on a contract, or costs there; other roles keep their own rates."""

    stream: ClassVar[str] = "contract_rates"
    holds_costs: ClassVar[bool] = True

    contract_ref: str | None = None
    role_ref: str | None = None
    technician_ref: str | None = Field(default=None, description="Whom a cost is about.")
    hourly_price: Amount | None = None
    own_hourly_price: Amount | None = Field(default=None, description="The price in the MSP's own currency.")
    hourly_cost: Amount | None = Field(default=None, description="In the MSP's own currency.")
    currency: Currency | None = Field(default=None, description="Of the price.")


class BillingCode(Entity):
    """How work or a cost is classified for billing."""

    stream: ClassVar[str] = "billing_codes"
    whose: ClassVar[str | None] = OF_DESK
    costs: ClassVar[frozenset[str]] = frozenset({"unit_cost"})

    name: str
    kind: str | None = Field(default=None, description="The vendor's use of the code: work type, material …")
    is_active: bool | None = None
    external_number: str | None = None
    unit_price: Amount | None = None
    unit_cost: Amount | None = None
    currency: Currency | None = None
