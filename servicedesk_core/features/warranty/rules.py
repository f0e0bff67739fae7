"""Dates that a maker knows better than the PSA, as ordinary proposed writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from servicedesk_core.domain.warranty.coverage import LIFETIME_FROM
from servicedesk_core.domain.warranty.facts import CoverSource, CoverState, best
from servicedesk_core.domain.warranty.spans import hardware_end
from servicedesk_core.domain.writing import Intent
from servicedesk_core.store.cover.assets import AssetFilter, DeviceRecord, every_asset

KIND = "assets.update"
"""The grant that it needs."""
FIELD = "warranty_until"
BATCH = 20
"""So many are shown and approved at a time, unless somebody asks for more."""


@dataclass(frozen=True, slots=True)
class DateChange:
    """A date that would be written into an asset record.

    Attributes:
        connection: Connection of the PSA.
        asset_ref: The PSA's id of the asset.
        asset: What people call it.
        company: Name of the client.
        serial_number: Its serial number.
        before: The last covered day as the PSA states it.
        after: The last covered day as the maker states it.
        origin: Connection that said so.
        answered_at: When it said so.
    """

    connection: str
    asset_ref: str
    asset: str
    company: str | None
    serial_number: str | None
    before: date | None
    after: date
    origin: str
    answered_at: datetime | None


def changes(tx: Connection, chosen: AssetFilter, day: date) -> Iterator[DateChange]:
    """Iterate over the assets whose date differs from the maker's own word; nobody else's word is ever written.

    Lifetime cover is left out: it has no date that means something in a PSA. So is a device of which nobody can tell
    whether it is covered: the end of what is known is not the end of its cover.

    Args:
        tx: A read transaction.
        chosen: Which assets.
        day: Today.
    """
    for record in every_asset(tx, chosen):
        if (change := _change(record, day)) is not None:
            yield change


def intent_of(change: DateChange) -> Intent:
    """Return a change as something to be approved. It is refused when the PSA shows another date by then.

    Args:
        change: The change.
    """
    before = change.before.isoformat() if change.before else None
    return Intent(
        connection=change.connection,
        kind=KIND,
        aggregate=f"assets:{change.asset_ref}",
        label=change.asset,
        values={FIELD: change.after.isoformat()},
        target=change.asset_ref,
        base={FIELD: before},
        reason=f"{change.origin} says so.",
        request_id=f"warranty:{change.connection}:{change.asset_ref}:{before}:{change.after.isoformat()}",
    )


def _change(record: DeviceRecord, day: date) -> DateChange | None:
    fact = best(record.facts)
    if fact is None or fact.source is not CoverSource.MAKER or record.connection is None or record.asset_ref is None:
        return None
    if fact.state_on(day) is CoverState.UNKNOWN:
        return None
    after = hardware_end(fact.entitlements)
    if after is None or after.year >= LIFETIME_FROM or after == record.warranty_until:
        return None
    return DateChange(
        connection=record.connection,
        asset_ref=record.asset_ref,
        asset=record.name or record.serial_number or record.asset_ref,
        company=record.company,
        serial_number=record.serial_number,
        before=record.warranty_until,
        after=after,
        origin=fact.origin,
        answered_at=fact.answered_at,
    )
