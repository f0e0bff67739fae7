"""From the vendor's rows about one serial number to the result for one device."""

from collections.abc import Collection, Mapping, Sequence
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
from servicedesk_core.errors import ProtocolError
from servicedesk_hpe.devices import plain_product

Row = Mapping[str, Any]

LIST = "entitlementBySnPnInstanceHSLList"
_WARRANTY = "warranty"


def result_for(device: DeviceRef, body: Any, hardware_levels: Collection[str], today: date) -> EntitlementResult:
    """Return the result for a device.

    Args:
        device: As it was asked for.
        body: The vendor's answer.
        hardware_levels: Service levels that cover the hardware.
        today: The day of the answer.

    Raises:
        ProtocolError: The answer is not what the vendor's contract says.
    """
    rows = _rows(body)
    own: list[Row] = []
    for row in rows:
        if _text(row.get("serialNumber")).upper() == device.serial_number and _same(row, own) is None:
            own.append(row)
    if rows and not own:
        return unanswered(device, LookupOutcome.FAILED, "HPE answered for another device.")
    products = {plain_product(_text(row.get("productNumber"))) for row in own}
    if device.product_number:
        own = [row for row in own if plain_product(_text(row.get("productNumber"))) == device.product_number]
        if products and not own:
            return unanswered(device, LookupOutcome.FAILED, "HPE answered for another product number.")
    elif len(products) > 1:
        reason = "Several products have this serial number; the product number tells which one is meant."
        return unanswered(device, LookupOutcome.AMBIGUOUS, reason, supply=("product_number",))
    if not own:
        return unanswered(device, LookupOutcome.NOT_FOUND, "HPE knows no device with this serial number.")
    own = [row for row in own if row.get("supportLevels")] or own  # a blank one beside it takes nothing away
    if len(own) > 1:
        return unanswered(device, LookupOutcome.FAILED, "HPE answered twice, and differently.")
    (row,) = own
    covers = [_entitlement(level, hardware_levels) for level in _levels(row)]
    return EntitlementResult(
        device=device,
        outcome=LookupOutcome.FOUND,
        entitlements=heeding(covers, today, verdict=_has_a_level_now(row) or None),
        product=_text(row.get("productNumber")) or None,
        raw=dict(row),
    )


def unanswered(
    device: DeviceRef, outcome: LookupOutcome, reason: str, *, supply: tuple[str, ...] = ()
) -> EntitlementResult:
    """Return a result without covers."""
    return EntitlementResult(device=device, outcome=outcome, reason=reason, supply=supply)


def _rows(body: Any) -> Sequence[Row]:
    rows = body.get(LIST) if isinstance(body, Mapping) else None
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise ProtocolError("HPE's answer holds no list of devices.")
    return rows


def _levels(row: Row) -> Sequence[Row]:
    levels = row.get("supportLevels")
    if not isinstance(levels, list) or not all(isinstance(level, Mapping) for level in levels):
        raise ProtocolError("HPE's answer holds a device without a list of support levels.")
    return levels


def _has_a_level_now(row: Row) -> bool:
    """Return whether HPE names a support level that is in force; it does not say that there is none."""
    now = row.get("currentHighestSupportLevel")
    return isinstance(now, Mapping) and any(_text(now.get(name)) for name in ("serviceLevel", "contractLevel"))


def _same(row: Row, others: Sequence[Row]) -> Row | None:
    """Return a row that says the same; each carries a tracking number of its own."""
    plain = {name: value for name, value in row.items() if name != "log_tracking_id"}
    return next((one for one in others if plain == {k: v for k, v in one.items() if k != "log_tracking_id"}), None)


def _entitlement(level: Row, hardware_levels: Collection[str]) -> Entitlement:
    """The names of contracts do not tell whether the hardware is covered; a list of the operator's does."""
    service, contract = _text(level.get("serviceLevel")), _text(level.get("contractLevel"))
    is_warranty = _WARRANTY in {service.lower(), contract.lower()}
    known = {one.strip().lower() for one in hardware_levels}
    names = [name for name in dict.fromkeys((service, contract)) if name]
    return Entitlement(
        kind=EntitlementKind.BASE if is_warranty else EntitlementKind.CONTRACT,
        description=" / ".join(names) or None,
        starts_on=_day(level.get("startDate")),
        ends_on=_day(level.get("endDate")),
        covers_hardware=True if known & {service.lower(), contract.lower()} else None,
    )


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value.strip()[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
