"""What the portal's products mean; pure functions from the wire to the domain."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from servicedesk_core.domain.warranty import (
    DeviceRef,
    Entitlement,
    EntitlementKind,
    EntitlementResult,
    LookupOutcome,
)
from servicedesk_core.domain.warranty.serials import normalise_serial

MAKER = "harbor"
HARDWARE = {"hardware": True, "firmware": False, "signatures": False}
"""What each kind of service is for; of one that is not here nobody knows."""


def result_of(row: Mapping[str, Any]) -> EntitlementResult:
    """Return what the portal says of one product."""
    return EntitlementResult(
        device=DeviceRef(manufacturer=MAKER, serial_number=normalise_serial(str(row["serial"]))),
        outcome=LookupOutcome.FOUND,
        entitlements=tuple(_cover(one) for one in row.get("services") or ()),
        product=row.get("model"),
        raw=dict(row),
    )


def _cover(service: Mapping[str, Any]) -> Entitlement:
    return Entitlement(
        kind=EntitlementKind.CONTRACT,
        description=service.get("name"),
        starts_on=_day(service.get("from")),
        ends_on=_day(service.get("to")),
        covers_hardware=HARDWARE.get(str(service.get("kind"))),
    )


def _day(text: object) -> date | None:
    return date.fromisoformat(text[:10]) if isinstance(text, str) else None
