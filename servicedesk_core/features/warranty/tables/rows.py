"""What one line of a list says about a device; computed from what is known, for one day."""

from dataclasses import dataclass
from datetime import date, datetime

from servicedesk_core.domain.warranty import Entitlement, EntitlementKind
from servicedesk_core.domain.warranty.facts import CoverFact, CoverSource, CoverState, best
from servicedesk_core.domain.warranty.serials import doubt_about, why_no_serial
from servicedesk_core.domain.warranty.spans import Span, gaps
from servicedesk_core.store.cover.assets import DeviceRecord


@dataclass(frozen=True, slots=True)
class CoverRow:
    """A device and its cover.

    Attributes:
        serial_number: As the record states it.
        manufacturer: Its one name, however sources write it.
        model: What it is.
        name: What people call it.
        asset_ref: The PSA's id of the asset; ``None`` = no asset record.
        connection: Connection that the asset record comes from.
        company: Name of the client.
        site: Name of the site.
        is_retired: Whether the PSA calls it retired.
        state: How it stands.
        until: Last covered day in the maker's zone: of the cover that holds, else of the last one; ``None`` when nobody
            can tell whether one holds.
        is_lifetime: Whether that cover never ends.
        days_left: Days from the report's day to ``until``; negative = over.
        level: What the best cover is called.
        source: Whose word it is.
        origin: Connection that said so, or where it was imported from.
        answered_at: When it said so.
        asked_at: When it was last asked.
        reason: Why there is no answer, for people.
        supply: What to supply, when the serial number alone is ambiguous.
        psa_until: The last covered day as the PSA states it.
        shipped_on: The day on which the maker shipped it.
        purchased_on: The day on which it was bought, where the maker knows.
        supported_until: The last day on which the maker supports the product at all, whatever its cover.
        gaps: Uncovered days between covers.
        covers: Everything that the believed source lists, also what is not for the hardware.
    """

    serial_number: str | None
    manufacturer: str | None
    model: str | None
    name: str | None
    asset_ref: str | None
    connection: str | None
    company: str | None
    site: str | None
    is_retired: bool
    state: CoverState
    until: date | None
    is_lifetime: bool
    days_left: int | None
    level: str | None
    source: str | None
    origin: str | None
    answered_at: datetime | None
    asked_at: datetime | None
    reason: str | None
    supply: tuple[str, ...]
    psa_until: date | None
    shipped_on: date | None
    purchased_on: date | None
    supported_until: date | None
    gaps: tuple[Span, ...]
    covers: tuple[Entitlement, ...]


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
    return _row(record, state, fact, day, why_not or _reason(record, fact))


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


def _reason(record: DeviceRecord, fact: CoverFact | None) -> str | None:
    if fact is None and (no_serial := why_no_serial(record.serial_number)):
        return f"The device {no_serial}."
    told = fact.reason if fact is not None else None
    if fact is not None and fact.supply:
        told = f"{told or 'The serial number is ambiguous.'} Supply: {', '.join(fact.supply)}."
    if fact is not None and fact.source is CoverSource.MAKER and fact.entitlements:  # the number is a device's
        return told
    return " ".join(filter(None, (told, doubt_about(record.serial_number)))) or None


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
