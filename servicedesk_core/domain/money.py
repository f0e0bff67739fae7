"""What work and goods cost and earn, in the PSA's own words.

These records hold costs, so no client's scope shows them. A part that the vendor does not state is unknown, never 0.
Prices are in ``currency``, the client's; ``own_*`` is the same in the MSP's own currency, as the PSA converted it;
costs are in the MSP's own.
"""

from datetime import date
from typing import ClassVar

from pydantic import Field

from servicedesk_core.domain.base import Amount, Currency, Entity, Instant


class Charge(Entity):
    """Something bought or used for a ticket: a part, a licence, a trip."""

    stream: ClassVar[str] = "charges"
    holds_costs: ClassVar[bool] = True

    name: str | None = None
    description: str | None = None
    kind: str | None = Field(default=None, description="The vendor's type of charge.")
    ticket_ref: str | None = None
    product_ref: str | None = None
    billing_code_ref: str | None = None
    contract_service_ref: str | None = None
    quantity: Amount | None = None
    unit_cost: Amount | None = None
    unit_price: Amount | None = None
    own_unit_price: Amount | None = Field(default=None, description="The unit price in the MSP's own currency.")
    cost: Amount | None = Field(default=None, description="Of the whole quantity, in the MSP's own currency.")
    price: Amount | None = Field(default=None, description="What the client is to pay for it, without tax.")
    own_price: Amount | None = Field(default=None, description="The price in the MSP's own currency.")
    currency: Currency | None = Field(default=None, description="Of the prices.")
    is_billable: bool | None = None
    is_billed: bool | None = None
    status: str | None = None
    status_changed_at: Instant | None = None
    bought_on: date | None = None
    purchase_order_number: str | None = None
    created_at: Instant | None = None


class BillingItem(Entity):
    """A line that the PSA has approved and posted for billing; billable work that no line names is not posted yet."""

    stream: ClassVar[str] = "billing_items"
    holds_costs: ClassVar[bool] = True

    name: str | None = None
    description: str | None = None
    kind: str | None = Field(default=None, description="The vendor's type of line: labour, charge, service …")
    sub_kind: str | None = None
    company_ref: str | None = None
    ticket_ref: str | None = None
    task_ref: str | None = None
    project_ref: str | None = None
    time_entry_ref: str | None = None
    charge_ref: str | None = None
    contract_ref: str | None = None
    contract_block_ref: str | None = None
    contract_service_ref: str | None = None
    asset_ref: str | None = None
    role_ref: str | None = None
    billing_code_ref: str | None = None
    invoice_ref: str | None = Field(default=None, description="Empty: posted, not invoiced yet.")
    item_on: date | None = Field(default=None, description="Day of work or purchase, or first day of the period.")
    posted_on: date | None = None
    quantity: Amount | None = None
    rate: Amount | None = None
    own_rate: Amount | None = Field(default=None, description="The rate in the MSP's own currency.")
    cost: Amount | None = Field(default=None, description="In the MSP's own currency.")
    price: Amount | None = Field(default=None, description="Without tax; not always rate times quantity.")
    own_price: Amount | None = Field(default=None, description="The price in the MSP's own currency.")
    tax: Amount | None = Field(default=None, description="Known once it is invoiced.")
    own_tax: Amount | None = Field(default=None, description="The tax in the MSP's own currency.")
    total: Amount | None = Field(default=None, description="With tax; known once it is invoiced.")
    own_total: Amount | None = Field(default=None, description="The total in the MSP's own currency.")
    currency: Currency | None = Field(default=None, description="Of the prices.")
    is_billable: bool | None = Field(default=None, description="False: not to be paid, whatever the price says.")
    approved_by_ref: str | None = None
    purchase_order_number: str | None = None
    created_at: Instant | None = Field(default=None, description="When it was posted.")


class Invoice(Entity):
    """What the PSA itself invoiced. An accounting system may know more of the payment."""

    stream: ClassVar[str] = "invoices"
    holds_costs: ClassVar[bool] = True

    number: str | None = None
    company_ref: str | None = None
    invoiced_on: date | None = None
    due_on: date | None = None
    from_on: date | None = Field(default=None, description="First day that it bills.")
    until_on: date | None = Field(default=None, description="Last day that it bills, inclusive.")
    paid_on: date | None = None
    total: Amount | None = None
    tax: Amount | None = None
    currency: Currency | None = None
    payment_term: str | None = None
    purchase_order_number: str | None = None
    comments: str | None = None
    is_voided: bool | None = None
    voided_at: Instant | None = None
    voided_by_ref: str | None = None
    created_at: Instant | None = None
