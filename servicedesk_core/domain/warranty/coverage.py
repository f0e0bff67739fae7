"""Devices, what is covered, and the service parts of a device (provisional)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from servicedesk_core.domain.base import Model
from servicedesk_core.domain.logistics import Country


class DeviceRef(Model):
    """A device as its manufacturer knows it. A serial number alone is not unique for every manufacturer."""

    manufacturer: str
    serial_number: Annotated[str, Field(min_length=1)]
    product_number: str | None = None
    machine_type: str | None = None
    country: Country | None = None


class EntitlementKind(StrEnum):
    """Where a cover comes from."""

    BASE = "base"
    EXTENDED = "extended"
    UPGRADE = "upgrade"
    CONTRACT = "contract"
    OTHER = "other"


class Delivery(StrEnum):
    """How the manufacturer serves a covered device."""

    ON_SITE = "on_site"
    DEPOT = "depot"
    MAIL_IN = "mail_in"
    CARRY_IN = "carry_in"
    ADVANCE_EXCHANGE = "advance_exchange"
    PARTS_ONLY = "parts_only"
    CUSTOMER_REPLACEABLE = "customer_replaceable"
    REMOTE = "remote"


class Entitlement(Model):
    """One cover of one device. ``ends_on`` is the last covered day in the manufacturer's own zone."""

    kind: EntitlementKind
    code: str | None = None
    description: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    delivery: Delivery | None = None
    covers_hardware: bool | None = None
    contract_number: str | None = None
    vendor_status: str | None = None


class LookupOutcome(StrEnum):
    """What a look-up of one device came to; not found, not covered and not allowed to see are different things."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"
    DENIED = "denied"
    FAILED = "failed"


class EntitlementResult(Model):
    """The answer for one device.

    ``device`` is exactly what was asked for, so that answers are matched by it and never by their position.
    ``reason`` says, without record text, why there are no entitlements; ``raw`` is the vendor's own answer.
    """

    device: DeviceRef
    outcome: LookupOutcome
    entitlements: tuple[Entitlement, ...] = ()
    product: str | None = None
    shipped_on: date | None = None
    purchased_on: date | None = None
    reason: str | None = None
    raw: dict[str, Any] = {}

    def covered_on(self, day: date) -> bool | None:
        """Return whether the hardware is covered on a day; ``None`` when the answer does not tell.

        Args:
            day: The day of the failure.
        """
        started = [row for row in self.entitlements if row.starts_on is None or row.starts_on <= day]
        possible = [
            row for row in started if row.covers_hardware is not False and (row.ends_on is None or day <= row.ends_on)
        ]
        if any(row.covers_hardware and row.ends_on for row in possible):
            return True
        return None if possible or not self.entitlements else False


class PartLevel(StrEnum):
    """How closely a part list fits one device."""

    AS_BUILT = "as_built"
    MACHINE_TYPE = "machine_type"
    MODEL = "model"
    CATALOGUE = "catalogue"


class PartInfo(Model):
    """A service part of a device."""

    number: str
    description: str | None = None
    commodity_code: str | None = None
    level: PartLevel
    is_serialized: bool | None = None
    substitutes: tuple[str, ...] = ()
