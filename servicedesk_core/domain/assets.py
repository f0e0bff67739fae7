"""Devices and what they are."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from servicedesk_core.domain.base import OF_DESK, Amount, Currency, CustomFields, Entity, Instant


class Product(Entity):
    """A catalogue entry: something that can be sold, installed or counted."""

    stream: ClassVar[str] = "products"
    whose: ClassVar[str | None] = OF_DESK
    costs: ClassVar[frozenset[str]] = frozenset({"unit_cost"})

    name: str
    description: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    sku: str | None = None
    category: str | None = None
    is_active: bool | None = None
    is_serialized: bool | None = None
    unit_cost: Amount | None = None
    unit_price: Amount | None = None
    currency: Currency | None = None


class Asset(Entity):
    """A device or licence at a client.

    ``warranty_until`` is the last covered day as this source states it; a manufacturer's own word is kept apart.
    """

    stream: ClassVar[str] = "assets"
    whose: ClassVar[str | None] = "company_ref"

    name: str | None = None
    serial_number: str | None = None
    product_ref: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    kind: str | None = Field(default=None, description="The vendor's type of device.")
    reference_number: str | None = None
    company_ref: str | None = None
    site_ref: str | None = None
    contact_ref: str | None = None
    contract_ref: str | None = None
    parent_ref: str | None = None
    is_active: bool | None = None
    installed_on: date | None = None
    warranty_until: date | None = None
    location: str | None = None
    rmm_id: str | None = None
    hostname: str | None = None
    created_at: Instant | None = None
    modified_at: Instant | None = None
    custom_fields: CustomFields = {}
