"""Where something goes, who answers for it, and how it travels."""

from typing import Annotated

from pydantic import Field

from servicedesk_core.domain.base import Amount, Instant, Model

Quantity = Annotated[Amount, Field(gt=0)]
"""How many; a Decimal because hours and metres are sold too."""

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 code."""


class Address(Model):
    """A postal address."""

    name: str
    lines: tuple[str, ...]
    city: str
    region: str | None = None
    postal_code: str | None = None
    country: Country


class Person(Model):
    """Whom the vendor may call about this."""

    name: str
    email: str | None = None
    phone: str | None = None


class Shipment(Model):
    """Goods on their way to us."""

    carrier: str | None = None
    tracking: str | None = None
    shipped_at: Instant | None = None
    part_number: str | None = None
    serial_number: str | None = None
    quantity: Quantity | None = None
