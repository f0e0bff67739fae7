"""What every source last said about a device."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from servicedesk_core.domain.warranty import Delivery, DeviceRef, Entitlement, EntitlementKind, LookupOutcome
from servicedesk_core.domain.warranty.facts import CoverFact, CoverSource
from servicedesk_core.domain.warranty.identity import DeviceName
from servicedesk_core.store import bulk
from servicedesk_core.store.cover.devices import KEY, key_of, numbers
from servicedesk_core.store.fields import from_us, optional_instant

_FACTS = """
    SELECT id, device_id, source, origin, outcome, supply, reason, product, shipped_on, purchased_on, supported_until,
        asked_at, answered_at
    FROM cover_facts WHERE device_id IN {values} ORDER BY id"""
_COVERS = """
    SELECT fact_id, kind, code, description, starts_on, ends_on, delivery, covers_hardware, contract_number,
        vendor_status
    FROM cover_entitlements WHERE fact_id IN {values} ORDER BY fact_id, number"""
_LINKS = f"""
    SELECT DISTINCT cover_assets.asset_id, n.id, {", ".join(f"n.{column}" for column in KEY)}
    FROM cover_assets JOIN cover_devices o ON o.id = device_id JOIN cover_devices n ON n.same_as = o.same_as
    WHERE asset_id IN {{values}}"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of some devices and assets.

    Attributes:
        facts: What each source last said, by name, then by source; of all names with their serial numbers.
        of_assets: The names that an asset's device has, by the desk's own number of the asset.
    """

    facts: dict[DeviceName, dict[str, CoverFact]]
    of_assets: dict[int, tuple[DeviceName, ...]]


def known(tx: Connection, devices: Iterable[DeviceName], asset_ids: Collection[int] = ()) -> Known:
    """Return what every looked-up and imported source says about devices, and about those that assets are.

    Args:
        tx: Any transaction.
        devices: Which devices.
        asset_ids: Which assets, by the desk's own number of each.
    """
    links = bulk.select_in(tx, _LINKS, None, asset_ids)
    names = {row[0]: DeviceName(*row[1:]) for row in numbers(tx, {device.serial_number for device in devices})}
    names |= {number: DeviceName(*name) for _, number, *name in links}
    found = facts_of_devices(tx, names)
    of_assets: dict[int, list[DeviceName]] = {}
    for asset_id, number, *_ in links:
        of_assets.setdefault(asset_id, []).append(names[number])
    return Known(
        {names[number]: {fact.origin: fact for fact in facts} for number, facts in found.items()},
        {asset_id: tuple(own) for asset_id, own in of_assets.items()},
    )


def facts_of_devices(tx: Connection, device_ids: Collection[int]) -> dict[int, tuple[CoverFact, ...]]:
    """Return everything that is said about devices, by the desk's own number of each."""
    if not device_ids:
        return {}
    rows = bulk.select_in(tx, _FACTS, None, device_ids)
    covers = _covers(tx, [row[0] for row in rows])
    found: dict[int, tuple[CoverFact, ...]] = {}
    for fact_id, device_id, *row in rows:
        found[device_id] = (*found.get(device_id, ()), _fact(row, covers.get(fact_id, ())))
    return found


def facts_of_serial(tx: Connection, device: DeviceRef) -> tuple[CoverFact, ...]:
    """Return everything that is said about a device under its serial number, whatever else a source stated of it.

    What the device states and the source does too must be the same.
    """
    key = key_of(device)
    ids = [number for number, *name in numbers(tx, [key.serial_number]) if key.may_be(DeviceName(*name))]
    found = facts_of_devices(tx, ids)
    return tuple(fact for number in ids for fact in found.get(number, ()))


def facts_of_assets(tx: Connection, asset_ids: Collection[int]) -> dict[int, tuple[CoverFact, ...]]:
    """Return what looked-up and imported sources say about assets, by the desk's own number of each.

    What the PSA itself says stands in the asset record; :func:`psa_fact` makes it comparable.
    """
    return _facts_of(tx, [(asset_id, number) for asset_id, number, *_ in bulk.select_in(tx, _LINKS, None, asset_ids)])


def facts_of_same(tx: Connection, numbers: Collection[int]) -> dict[int, tuple[CoverFact, ...]]:
    """Return everything said about devices under any of their names, by the number that those share."""
    same = "SELECT same_as, id FROM cover_devices WHERE same_as IN {values} ORDER BY id"
    return _facts_of(tx, [(first, number) for first, number in bulk.select_in(tx, same, None, numbers)])


def _facts_of(tx: Connection, names: Sequence[tuple[int, int]]) -> dict[int, tuple[CoverFact, ...]]:
    by_name = facts_of_devices(tx, {number for _, number in names})
    found: dict[int, tuple[CoverFact, ...]] = {}
    for owner, number in names:
        found[owner] = (*found.get(owner, ()), *by_name.get(number, ()))
    return found


def psa_fact(origin: str, until: date | None, seen_at: datetime) -> CoverFact | None:
    """Return what the PSA says of an asset as a fact, or ``None`` when it says nothing.

    Args:
        origin: Name of the connection.
        until: The last covered day in the asset record.
        seen_at: When the desk last saw the record change.
    """
    if until is None:
        return None
    cover = Entitlement(kind=EntitlementKind.BASE, ends_on=until, covers_hardware=True)
    return CoverFact(
        source=CoverSource.PSA,
        origin=origin,
        outcome=LookupOutcome.FOUND,
        entitlements=(cover,),
        asked_at=seen_at,
        answered_at=seen_at,
    )


def _covers(tx: Connection, fact_ids: Collection[int]) -> dict[int, tuple[Entitlement, ...]]:
    found: dict[int, tuple[Entitlement, ...]] = {}
    for fact_id, *row in bulk.select_in(tx, _COVERS, None, fact_ids):
        found[fact_id] = (*found.get(fact_id, ()), _entitlement(row))
    return found


def _entitlement(row: Sequence[Any]) -> Entitlement:
    """Return a stored cover; nothing is validated again, which would cost more than all the rest of a list."""
    kind, code, description, starts_on, ends_on, delivery, covers_hardware, contract_number, vendor_status = row
    return Entitlement.model_construct(
        kind=EntitlementKind(kind),
        code=code,
        description=description,
        starts_on=_date(starts_on),
        ends_on=_date(ends_on),
        delivery=None if delivery is None else Delivery(delivery),
        covers_hardware=None if covers_hardware is None else bool(covers_hardware),
        contract_number=contract_number,
        vendor_status=vendor_status,
    )


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _fact(row: Sequence[Any], covers: tuple[Entitlement, ...]) -> CoverFact:
    source, origin, outcome, supply, reason, product, shipped, purchased, supported_until, asked_at, answered_at = row
    return CoverFact.model_construct(
        source=CoverSource(source),
        origin=origin,
        outcome=LookupOutcome(outcome),
        entitlements=covers,
        supply=tuple(orjson.loads(supply)),
        reason=reason,
        product=product,
        shipped_on=_date(shipped),
        purchased_on=_date(purchased),
        supported_until=_date(supported_until),
        asked_at=from_us(asked_at),
        answered_at=optional_instant(answered_at),
    )
