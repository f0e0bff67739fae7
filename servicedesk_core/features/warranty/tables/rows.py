"""What one line of a list says about a device; computed from what is known, for one day."""

from datetime import date

from servicedesk_core.domain.warranty import EntitlementKind
from servicedesk_core.domain.warranty.facts import CoverFact, CoverSource, CoverState, best
from servicedesk_core.domain.warranty.serials import doubt_about, why_no_serial
from servicedesk_core.domain.warranty.spans import gaps
from servicedesk_core.features.warranty.model import CoverRow
from servicedesk_core.store.cover.assets import DeviceRecord


def row_of(
    record: DeviceRecord, day: date, *, without: CoverState = CoverState.NOT_ASKED, why_not: str | None = None
) -> CoverRow:
    """Return the line of a device.

    Args:
        record: The device with what is known.
        day: The day that the list is for.
        without: How it stands when nothing is known of it.
        why_not: Why it was not or could not be asked, when that is known.
    """
    fact = best(record.facts)
    state = _state(record, fact, day, without)
    return _row(record, state, fact, day, why_not or _reason(record, fact, state))


def state_of(record: DeviceRecord, day: date, *, without: CoverState = CoverState.NOT_ASKED) -> CoverState:
    """Return how a device stands, as its line would say.

    Args:
        record: The device with what is known.
        day: The day to tell it for.
        without: How it stands when nothing is known of it.
    """
    return _state(record, best(record.facts), day, without)


def _state(record: DeviceRecord, fact: CoverFact | None, day: date, without: CoverState) -> CoverState:
    if fact is not None:
        return fact.state_on(day)
    return CoverState.NO_SERIAL if why_no_serial(record.serial_number) else without


def _reason(record: DeviceRecord, fact: CoverFact | None, state: CoverState) -> str | None:
    if fact is None and (no_serial := why_no_serial(record.serial_number)):
        return f"The device {no_serial}."
    told = fact.reason if fact is not None else None
    if fact is not None and state is CoverState.NO_HARDWARE_COVER:
        told = " ".join(filter(None, (told, _other_covers(fact))))
    if fact is not None and fact.supply:
        told = f"{told or 'The serial number is ambiguous.'} Supply: {', '.join(fact.supply)}."
    if fact is not None and fact.source is CoverSource.MAKER and fact.entitlements:  # the number is a device's
        return told
    return " ".join(filter(None, (told, doubt_about(record.serial_number)))) or None


def _other_covers(fact: CoverFact) -> str:
    others = dict.fromkeys(one.description or one.code or "another cover" for one in fact.entitlements)
    return f"Not for the hardware: {', '.join(others)}." if others else "It lists no cover."


def _row(record: DeviceRecord, state: CoverState, fact: CoverFact | None, day: date, reason: str | None) -> CoverRow:
    until = fact.until(day) if fact else None
    level = _level(fact, day) if fact else None
    covers = fact.entitlements if fact else ()
    return CoverRow(
        serial_number=record.serial_number,
        manufacturer=record.maker,
        model=record.model or (fact.product if fact else None),
        name=record.name,
        asset_ref=record.asset_ref,
        connection=record.connection,
        company=record.company,
        site=record.site,
        is_retired=record.is_retired,
        state=state,
        until=until,
        is_lifetime=any(one.is_lifetime and one.covers_hardware for one in covers),
        days_left=None if until is None else (until - day).days,
        level=level,
        source=fact.source.value if fact else None,
        origin=fact.origin if fact else None,
        answered_at=fact.answered_at if fact else None,
        asked_at=fact.asked_at if fact else None,
        reason=reason,
        supply=fact.supply if fact else (),
        psa_until=record.warranty_until,
        shipped_on=fact.shipped_on if fact else None,
        purchased_on=fact.purchased_on if fact else None,
        supported_until=fact.supported_until if fact else None,
        gaps=gaps(covers),
        covers=covers,
    )


_KINDS = {
    EntitlementKind.BASE: "Base warranty",
    EntitlementKind.EXTENDED: "Extended warranty",
    EntitlementKind.UPGRADE: "Upgraded warranty",
    EntitlementKind.CONTRACT: "Contract",
    EntitlementKind.OTHER: "",
}
_HELD = {True: 2, None: 1, False: 0}


def _level(fact: CoverFact, day: date) -> str | None:
    """Return what people should read: the cover that holds and lasts longest, or may hold, or ended last."""
    named = [one for one in fact.entitlements if one.covers_hardware is not False]
    if not named:
        return None
    top = max(named, key=lambda one: (_HELD[one.covers_on(day)], one.ends_on or date.max))
    words = top.description or top.code or _KINDS[top.kind]
    served = f"({top.delivery.value.replace('_', ' ')})" if top.delivery else ""
    return " ".join(filter(None, (words, served))) or None
