"""What is believed about the cover of devices, for claims."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import Connection as Tx
from sqlalchemy import select

from servicedesk_core.domain.warranty import ClaimDraft, DeviceRef, Entitlement, covered_on
from servicedesk_core.domain.warranty.facts import best
from servicedesk_core.features.claims.tables.stored import Origin
from servicedesk_core.store.cover import facts_of_assets, facts_of_serial, psa_fact
from servicedesk_core.store.cover.assets import AssetFilter, every_asset
from servicedesk_core.store.fields import from_us
from servicedesk_core.store.schema import RECORDS, sources

_A = RECORDS["assets"].c
_MANY = 500


def covers_of(tx: Tx, assets: Collection[int]) -> dict[int, tuple[Entitlement, ...]]:
    """Return the covers of devices as the most trustworthy source states them; devices without any are left out.

    Args:
        tx: A transaction.
        assets: The desk's own numbers of the devices.
    """
    numbers = sorted(set(assets))
    found: dict[int, tuple[Entitlement, ...]] = {}
    for start in range(0, len(numbers), _MANY):
        some = numbers[start : start + _MANY]
        told = facts_of_assets(tx, some)
        query = (
            select(_A.local_id, _A.warranty_until, _A.changed_at, sources.c.name)
            .join(sources, sources.c.id == _A.source_id)
            .where(_A.local_id.in_(some))
        )
        for number, until, changed_at, name in tx.execute(query):
            until_day = date.fromisoformat(until) if until else None
            own = psa_fact(name, until_day, from_us(changed_at))
            if fact := best([*told.get(number, ()), *([own] if own else [])]):
                found[number] = fact.entitlements
    return found


def with_cover(tx: Tx, draft: ClaimDraft, origin: Origin) -> ClaimDraft:
    """Return a draft with the cover that the desk knows of now: after a look-up, or for another day of the failure.

    Args:
        tx: A transaction.
        draft: The draft.
        origin: What the claim came from.
    """
    covers = _covers(tx, draft.device, origin)
    covered = covered_on(covers, draft.failed_on) if draft.failed_on is not None else None
    words = cover_words(rests_on(covers, draft.failed_on))
    return draft.model_copy(update={"entitlement": words, "covered_on_failure": covered})


def _covers(tx: Tx, device: DeviceRef, origin: Origin) -> tuple[Entitlement, ...]:
    """Return the believed covers of a claim's device: of its asset record, else of whatever has its serial number."""
    if origin.asset_ref is not None:
        known = select(_A.local_id).where(_A.source_id == origin.source_id, _A.external_id == origin.asset_ref)
        number = tx.execute(known).scalar_one_or_none()
        return covers_of(tx, (number,)).get(number, ()) if number is not None else ()
    records = every_asset(tx, AssetFilter(serials=(device.serial_number,)))
    fact = best([*facts_of_serial(tx, device), *(fact for record in records for fact in record.facts)])
    return fact.entitlements if fact is not None else ()


def cover_words(cover: Entitlement | None) -> str | None:
    """Return a cover in words, for people."""
    if cover is None:
        return None
    until = f" until {cover.ends_on.isoformat()}" if cover.ends_on else ""
    return f"{cover.description or cover.code or cover.kind.value}{until}"


def rests_on(covers: Sequence[Entitlement], day: date | None) -> Entitlement | None:
    """Return the cover that a claim rests on: of those that hold, the one of the hardware that lasts longest.

    Args:
        covers: The covers of the device.
        day: The day of the failure; ``None`` = not known.
    """
    held = [
        one
        for one in covers
        if one.covers_hardware is not False
        and (day is None or one.starts_on is None or one.starts_on <= day)
        and (day is None or one.ends_on is None or day <= one.ends_on)
    ]
    return max(held, key=lambda one: (one.covers_hardware is True, one.ends_on or date.max), default=None)
