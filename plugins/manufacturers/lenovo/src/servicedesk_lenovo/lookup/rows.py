"""From one machine as the vendor describes it to what is covered."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from servicedesk_core.domain.warranty import DeviceRef, Entitlement, EntitlementKind, EntitlementResult, LookupOutcome
from servicedesk_lenovo.lookup.codes import Codes

_KINDS = {
    "BASE": EntitlementKind.BASE,
    "EXTENDED": EntitlementKind.EXTENDED,
    "UPGRADE": EntitlementKind.UPGRADE,
    "INSTANT": EntitlementKind.EXTENDED,
}
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?")
_ACTIVE = "active"


def codes_in(row: Mapping[str, Any]) -> Iterator[str]:
    """Yield the warranty codes of a machine."""
    for cover in _list(row.get("Warranty")):
        if name := _text(cover.get("ID")):
            yield name


def found(device: DeviceRef, row: Mapping[str, Any], codes: Codes) -> EntitlementResult:
    """Return the result for a machine that the vendor knows.

    Args:
        device: As it was asked for.
        row: The vendor's record.
        codes: What its codes mean.
    """
    covers = [_warranty(cover, codes) for cover in _list(row.get("Warranty"))]
    contracts = [_contract(cover) for cover in _list(row.get("Contract"))]
    return EntitlementResult(
        device=device,
        outcome=LookupOutcome.FOUND,
        entitlements=(*covers, *contracts),
        product=_text(row.get("Product")),
        shipped_on=day(row.get("Shipped")),
        purchased_on=day(row.get("Purchased")),
        raw=dict(row),
    )


def day(value: object) -> date | None:
    """Return the day that a date means; the vendor writes days as midnights, and not always in the same form.

    A form in which day and month could be taken for each other tells nothing.
    """
    match = _DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None


def _warranty(cover: Mapping[str, Any], codes: Codes) -> Entitlement:
    word = _text(cover.get("Type"))
    code = codes.get(_text(cover.get("ID")))
    return Entitlement(
        kind=_KINDS.get((word or "").upper(), EntitlementKind.OTHER),
        code=_text(cover.get("ID")),
        description=_text(cover.get("Name")) or _text(cover.get("Description")),
        starts_on=day(cover.get("Start")),
        ends_on=day(cover.get("End")),
        delivery=code.serves,
        covers_hardware=code.covers_hardware,
        vendor_status=word,
    )


def _contract(cover: Mapping[str, Any]) -> Entitlement:
    """A contract's text does not tell whether the hardware is covered; one that is not active covers nothing."""
    status = _text(cover.get("Status"))
    return Entitlement(
        kind=EntitlementKind.CONTRACT,
        code=_text(cover.get("EntitlementCode")),
        description=_text(cover.get("SLA")) or _text(cover.get("ItemNumber")),
        starts_on=day(cover.get("Start")),
        ends_on=day(cover.get("End")),
        covers_hardware=None if (status or "").lower() == _ACTIVE else False,
        contract_number=_text(cover.get("Contract")),
        vendor_status=status,
    )


def _list(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return (value.strip() or None) if isinstance(value, str) else None
