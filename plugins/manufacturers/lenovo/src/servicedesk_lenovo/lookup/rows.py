"""From one machine as the vendor describes it to what is covered."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from servicedesk_core.domain.warranty import (
    DeviceRef,
    Entitlement,
    EntitlementKind,
    EntitlementResult,
    LookupOutcome,
    heeding,
)
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


def found(device: DeviceRef, row: Mapping[str, Any], codes: Codes, today: date) -> EntitlementResult:
    """Return the result for a machine that the vendor knows.

    Args:
        device: As it was asked for.
        row: The vendor's record.
        codes: What its codes mean.
        today: The day of the answer.
    """
    warranties = [_warranty(cover, codes) for cover in _list(row.get("Warranty"))]
    in_warranty = row.get("InWarranty")
    verdict = in_warranty if isinstance(in_warranty, bool) else None
    if verdict and not any(cover.covers_on(today) for cover in warranties):
        warranties = [_meant(cover, today) for cover in warranties]
    contracts = [cover for one in _list(row.get("Contract")) for cover in _contract(one, today)]
    return EntitlementResult(
        device=device,
        outcome=LookupOutcome.FOUND,
        entitlements=heeding((*warranties, *contracts), today, verdict=verdict),
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


def _meant(cover: Entitlement, today: date) -> Entitlement:
    """A warranty that runs, and of which nothing else is known, is the one that the machine is said to be in."""
    if cover.kind is EntitlementKind.OTHER or cover.covers_hardware is not None or cover.ends_on is None:
        return cover
    runs = (cover.starts_on is None or cover.starts_on <= today) and today <= cover.ends_on
    return cover.model_copy(update={"covers_hardware": True}) if runs else cover


def _contract(row: Mapping[str, Any], today: date) -> tuple[Entitlement, ...]:
    """A contract's text does not tell whether the hardware is covered; one that is not active covers nothing."""
    status, starts_on = _text(row.get("Status")), day(row.get("Start"))
    is_active = (status or "").lower() == _ACTIVE
    contract = Entitlement(
        kind=EntitlementKind.CONTRACT,
        code=_text(row.get("EntitlementCode")),
        description=_text(row.get("SLA")) or _text(row.get("ItemNumber")),
        starts_on=starts_on,
        ends_on=day(row.get("End")),
        covers_hardware=None if is_active else False,
        contract_number=_text(row.get("Contract")),
        vendor_status=status,
    )
    has_begun = starts_on is None or starts_on <= today
    return heeding((contract,), today, verdict=True if is_active and has_begun else None)


def _list(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return (value.strip() or None) if isinstance(value, str) else None
