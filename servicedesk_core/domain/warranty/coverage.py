"""Devices, what is covered, and the service parts of a device."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from servicedesk_core.domain.base import Model
from servicedesk_core.domain.logistics import Country

LIFETIME_FROM = 2100
"""Makers write lifetime cover as an end in 2108, 2115 or 9999; no real cover ends this late."""


class DeviceRef(Model):
    """A device as its manufacturer knows it. A serial number alone is not unique for every manufacturer.

    ``manufacturer`` is empty when nobody knows whose device it is.
    """

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

    @property
    def is_lifetime(self) -> bool:
        """Whether the cover never ends."""
        return self.ends_on is not None and self.ends_on.year >= LIFETIME_FROM

    def covers_on(self, day: date) -> bool | None:
        """Return whether this cover holds for the hardware on a day; ``None`` when its data do not tell.

        Args:
            day: The day of the failure, in the manufacturer's zone.
        """
        if self.covers_hardware is False or (self.starts_on is not None and day < self.starts_on):
            return False
        if self.ends_on is not None and self.ends_on < day:
            return False
        return True if self.covers_hardware and self.ends_on is not None else None


def covered_on(entitlements: Iterable[Entitlement], day: date) -> bool | None:
    """Return whether covers together hold for the hardware on a day; ``None`` when they do not tell.

    Args:
        entitlements: All covers of one device. None at all tells nothing.
        day: The day of the failure.
    """
    verdicts = {row.covers_on(day) for row in entitlements}
    if True in verdicts:
        return True
    return False if verdicts == {False} else None


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
    ``reason`` says, without record text, why there are no entitlements; ``supply`` names the fields of the device that
    would make an ambiguous one clear (``machine_type``, ``product_number``, ``country``); ``supported_until`` is the
    last day on which the maker supports the product at all, whatever its cover; ``raw`` is the vendor's own answer.
    """

    device: DeviceRef
    outcome: LookupOutcome
    entitlements: tuple[Entitlement, ...] = ()
    product: str | None = None
    shipped_on: date | None = None
    purchased_on: date | None = None
    reason: str | None = None
    supply: tuple[str, ...] = ()
    supported_until: date | None = None
    raw: dict[str, Any] = {}

    def covered_on(self, day: date) -> bool | None:
        """Return whether the hardware is covered on a day; ``None`` when the answer does not tell.

        Args:
            day: The day of the failure.
        """
        return covered_on(self.entitlements, day)


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
