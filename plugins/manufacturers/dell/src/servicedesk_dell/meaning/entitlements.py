"""What the Warranty API's rows say about one device."""

from collections.abc import Mapping, Sequence
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
from servicedesk_dell.meaning.days import first_day, last_day
from servicedesk_dell.meaning.service_levels import ServiceLevels, delivery

Row = Mapping[str, Any]

_KINDS = {"INITIAL": EntitlementKind.BASE, "EXTENDED": EntitlementKind.EXTENDED}
_EXPIRED = "EXPIRED"


def tag_of(row: Row) -> str:
    """Return the service tag that a row is about, in upper case; empty when it names none."""
    tag = row.get("serviceTag")
    return tag.strip().upper() if isinstance(tag, str) else ""


def result_for(device: DeviceRef, rows: Sequence[Row], levels: ServiceLevels, today: date) -> EntitlementResult:
    """Return the answer for one device.

    Args:
        device: As it was asked for.
        rows: All rows about its service tag; none when Dell left it out, asked twice.
        levels: What service levels cover.
        today: The day of the answer.
    """
    if not rows:
        return _without(device, LookupOutcome.NOT_FOUND, "Dell left this service tag out of its answer, twice.")
    known = [row for row in rows if row.get("invalid") is not True]
    if not known:
        return _without(device, LookupOutcome.NOT_FOUND, "Dell does not know this service tag.", rows[0])
    known = [row for row in known if _tells(row)] or known[:1]
    different = [row for number, row in enumerate(known) if row not in known[:number]]
    if len(different) > 1 and device.country:
        different = [row for row in different if row.get("countryCode") == device.country] or different
    if len(different) > 1:
        return EntitlementResult(
            device=device,
            outcome=LookupOutcome.AMBIGUOUS,
            supply=() if device.country else ("country",),
            reason=f"Dell gave this service tag to {len(different)} devices.",
            raw={"assets": [dict(row) for row in different]},
        )
    row = different[0]
    doubled = row.get("duplicated") is True
    return EntitlementResult(
        device=device,
        outcome=LookupOutcome.FOUND,
        entitlements=tuple(_entitlements(row, levels, today)),
        product=_text(row.get("productLineDescription")) or _text(row.get("systemDescription")),
        shipped_on=first_day(row.get("shipDate")),
        reason="Dell gave this service tag to more than one device; compare the model." if doubled else None,
        raw=dict(row),
    )


def _tells(row: Row) -> bool:
    """Return whether a row says anything of its device; a blank one may stand beside one that does."""
    return any(row.get(name) for name in ("id", "shipDate", "productLineDescription", "entitlements"))


def failed(device: DeviceRef, outcome: LookupOutcome, reason: str) -> EntitlementResult:
    """Return the answer for a device that could not be asked for."""
    return _without(device, outcome, reason)


def _without(device: DeviceRef, outcome: LookupOutcome, reason: str, row: Row | None = None) -> EntitlementResult:
    return EntitlementResult(device=device, outcome=outcome, reason=reason, raw=dict(row or {}))


def _entitlements(row: Row, levels: ServiceLevels, today: date) -> list[Entitlement]:
    found = row.get("entitlements")
    covers = [cover for cover in found if isinstance(cover, dict)] if isinstance(found, list) else []
    return [entitlement for cover in covers for entitlement in _entitlement(cover, levels, today)]


def _entitlement(cover: Row, levels: ServiceLevels, today: date) -> tuple[Entitlement, ...]:
    code = _text(cover.get("serviceLevelCode"))
    description = _text(cover.get("serviceLevelDescription"))
    word = _text(cover.get("entitlementType"))
    entitlement = Entitlement(
        kind=_KINDS.get((word or "").upper(), EntitlementKind.OTHER),
        code=code,
        description=description,
        starts_on=first_day(cover.get("startDate")),
        ends_on=last_day(cover.get("endDate")),
        delivery=delivery(description),
        covers_hardware=levels.cover_hardware(code, description),
        vendor_status=word,
    )
    return heeding((entitlement,), today, verdict=False if (word or "").upper() == _EXPIRED else None)


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
