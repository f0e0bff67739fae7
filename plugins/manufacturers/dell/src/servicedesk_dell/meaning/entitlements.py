"""What the Warranty API's rows say about one device."""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from servicedesk_core.domain.warranty import (
    Delivery,
    DeviceRef,
    Entitlement,
    EntitlementKind,
    EntitlementResult,
    LookupOutcome,
)
from servicedesk_dell.meaning.days import first_day, last_day

Row = Mapping[str, Any]

_KINDS = {"INITIAL": EntitlementKind.BASE, "EXTENDED": EntitlementKind.EXTENDED}
_DELIVERIES = (
    (r"parts only", Delivery.PARTS_ONLY),
    (r"advanced? exchange", Delivery.ADVANCE_EXCHANGE),
    (r"mail.?in", Delivery.MAIL_IN),
    (r"carry.?in", Delivery.CARRY_IN),
    (r"return to depot|\bdepot\b", Delivery.DEPOT),
    (r"on.?site", Delivery.ON_SITE),
)
"""Dell says it in the description only, so most covers say nothing of it."""


def tag_of(row: Row) -> str:
    """Return the service tag that a row is about, in upper case; empty when it names none."""
    tag = row.get("serviceTag")
    return tag.strip().upper() if isinstance(tag, str) else ""


def result_for(device: DeviceRef, rows: Sequence[Row], not_hardware: Collection[str]) -> EntitlementResult:
    """Return the answer for one device.

    Args:
        device: As it was asked for.
        rows: All rows about its service tag; none when Dell left it out, asked twice.
        not_hardware: Service level codes that do not cover hardware.
    """
    if not rows:
        return _without(device, LookupOutcome.NOT_FOUND, "Dell left this service tag out of its answer, twice.")
    known = [row for row in rows if row.get("invalid") is not True]
    if not known:
        return _without(device, LookupOutcome.NOT_FOUND, "Dell does not know this service tag.", rows[0])
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
        entitlements=tuple(_entitlements(row, not_hardware)),
        product=_text(row.get("productLineDescription")) or _text(row.get("systemDescription")),
        shipped_on=first_day(row.get("shipDate")),
        reason="Dell gave this service tag to more than one device; compare the model." if doubled else None,
        raw=dict(row),
    )


def failed(device: DeviceRef, outcome: LookupOutcome, reason: str) -> EntitlementResult:
    """Return the answer for a device that could not be asked for."""
    return _without(device, outcome, reason)


def _without(device: DeviceRef, outcome: LookupOutcome, reason: str, row: Row | None = None) -> EntitlementResult:
    return EntitlementResult(device=device, outcome=outcome, reason=reason, raw=dict(row or {}))


def _entitlements(row: Row, not_hardware: Collection[str]) -> list[Entitlement]:
    found = row.get("entitlements")
    covers = [cover for cover in found if isinstance(cover, dict)] if isinstance(found, list) else []
    return [_entitlement(cover, not_hardware) for cover in covers]


def _entitlement(cover: Row, not_hardware: Collection[str]) -> Entitlement:
    code = _text(cover.get("serviceLevelCode"))
    description = _text(cover.get("serviceLevelDescription"))
    word = _text(cover.get("entitlementType"))
    return Entitlement(
        kind=_KINDS.get((word or "").upper(), EntitlementKind.OTHER),
        code=code,
        description=description,
        starts_on=first_day(cover.get("startDate")),
        ends_on=last_day(cover.get("endDate")),
        delivery=_delivery(description),
        # No group or flag tells hardware cover from the rest: only the codes that are known not to be one.
        covers_hardware=None if code is None else code.upper() not in not_hardware,
        vendor_status=word,
    )


@lru_cache(256)  # few descriptions, many devices
def _delivery(description: str | None) -> Delivery | None:
    said = (description or "").lower()
    return next((delivery for words, delivery in _DELIVERIES if re.search(words, said)), None)


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
