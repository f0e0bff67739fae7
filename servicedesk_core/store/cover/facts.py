"""What every source last said about a device."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select

from servicedesk_core.domain.warranty import Delivery, DeviceRef, Entitlement, EntitlementKind, LookupOutcome
from servicedesk_core.domain.warranty.facts import CoverFact, CoverSource
from servicedesk_core.store import bulk
from servicedesk_core.store.codec import scrub
from servicedesk_core.store.cover.devices import KEY, DeviceKey, numbers
from servicedesk_core.store.fields import from_us, optional_instant
from servicedesk_core.store.schema import cover_assets, cover_devices

_FACTS = """
    SELECT id, device_id, source, origin, outcome, supply, reason, product, shipped_on, purchased_on, supported_until,
        asked_at, answered_at
    FROM cover_facts WHERE device_id IN {values} ORDER BY id"""
_COVERS = """
    SELECT fact_id, kind, code, description, starts_on, ends_on, delivery, covers_hardware, contract_number,
        vendor_status
    FROM cover_entitlements WHERE fact_id IN {values} ORDER BY fact_id, number"""
_LINKS = f"""
    SELECT cover_assets.asset_id, id, {", ".join(KEY)}
    FROM cover_assets JOIN cover_devices ON id = device_id WHERE asset_id IN {{values}}"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of some devices and assets.

    Attributes:
        facts: What each source last said, by the device as its source writes it, then by source.
        of_assets: The devices that an asset is, by the desk's own number of the asset.
    """

    facts: dict[DeviceKey, dict[str, CoverFact]]
    of_assets: dict[int, tuple[DeviceKey, ...]]


def known(tx: Connection, devices: Iterable[DeviceKey], asset_ids: Collection[int] = ()) -> Known:
    """Return what every looked-up and imported source says about devices, and about those that assets are.

    Args:
        tx: Any transaction.
        devices: Which devices.
        asset_ids: Which assets, by the desk's own number of each.
    """
    links = bulk.select_in(tx, _LINKS, None, asset_ids)
    wanted = set(devices)
    keys: dict[int, DeviceKey] = {row[0]: tuple(row[1:]) for row in numbers(tx, {key[1] for key in wanted})}
    keys = {number: key for number, key in keys.items() if key in wanted}
    keys |= {row[1]: tuple(row[2:]) for row in links}
    found = facts_of_devices(tx, keys)
    of_assets: dict[int, list[DeviceKey]] = {}
    for asset_id, number, *_ in links:
        of_assets.setdefault(asset_id, []).append(keys[number])
    return Known(
        {keys[number]: {fact.origin: fact for fact in facts} for number, facts in found.items()},
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
    c = cover_devices.c
    stated = [
        c[name].in_(("", value)) for name in ("manufacturer", "product_number", "machine_type")
        if (value := getattr(device, name))
    ]  # fmt: skip
    ids = tx.execute(select(c.id).where(c.serial_number == scrub(device.serial_number), *stated)).scalars().all()
    found = facts_of_devices(tx, ids)
    return tuple(fact for number in ids for fact in found.get(number, ()))


def facts_of_assets(tx: Connection, asset_ids: Collection[int]) -> dict[int, tuple[CoverFact, ...]]:
    """Return what looked-up and imported sources say about assets, by the desk's own number of each.

    What the PSA itself says stands in the asset record; :func:`psa_fact` makes it comparable.
    """
    if not asset_ids:
        return {}
    query = select(cover_assets.c.asset_id, cover_assets.c.device_id).where(cover_assets.c.asset_id.in_(asset_ids))
    links = tx.execute(query).all()
    by_device = facts_of_devices(tx, {device_id for _, device_id in links})
    found: dict[int, tuple[CoverFact, ...]] = {}
    for asset_id, device_id in links:
        found[asset_id] = (*found.get(asset_id, ()), *by_device.get(device_id, ()))
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
