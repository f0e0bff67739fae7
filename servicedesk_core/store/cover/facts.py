"""What every source last said about a device."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select

from servicedesk_core.domain.warranty import Delivery, DeviceRef, Entitlement, EntitlementKind, LookupOutcome
from servicedesk_core.domain.warranty.facts import CoverFact, CoverSource
from servicedesk_core.store.codec import scrub
from servicedesk_core.store.cover.devices import KEY, among, key_of
from servicedesk_core.store.fields import from_us, optional_instant
from servicedesk_core.store.schema import cover_assets, cover_devices, cover_entitlements, cover_facts


def facts(tx: Connection, devices: Collection[DeviceRef], origin: str) -> dict[DeviceRef, CoverFact]:
    """Return what one source last said about devices.

    Args:
        tx: Any transaction.
        devices: Which.
        origin: The source.
    """
    if not devices:
        return {}
    wanted = {key_of(device): device for device in devices}
    joined = cover_facts.join(cover_devices, cover_devices.c.id == cover_facts.c.device_id)
    query = (
        select(cover_facts, *(cover_devices.c[name] for name in KEY))
        .select_from(joined)
        .where(cover_facts.c.origin == origin, among(wanted))
    )
    rows = {key: row for row in tx.execute(query).mappings() if (key := tuple(row[name] for name in KEY)) in wanted}
    covers = _covers(tx, [row["id"] for row in rows.values()])
    return {wanted[key]: _fact(row, covers.get(row["id"], ())) for key, row in rows.items()}


def all_facts(tx: Connection, devices: Collection[DeviceRef]) -> dict[DeviceRef, tuple[CoverFact, ...]]:
    """Return what every source says about devices, by the device as its maker's connector writes it."""
    if not devices:
        return {}
    wanted = {key_of(device): device for device in devices}
    columns = (cover_devices.c.id, *(cover_devices.c[name] for name in KEY))
    ids = {row[0]: tuple(row[1:]) for row in tx.execute(select(*columns).where(among(wanted)))}
    found = facts_of_devices(tx, [i for i, key in ids.items() if key in wanted])
    return {wanted[ids[i]]: facts for i, facts in found.items()}


def facts_of_devices(tx: Connection, device_ids: Collection[int]) -> dict[int, tuple[CoverFact, ...]]:
    """Return everything that is said about devices, by the desk's own number of each."""
    if not device_ids:
        return {}
    rows = tx.execute(select(cover_facts).where(cover_facts.c.device_id.in_(device_ids))).mappings().all()
    covers = _covers(tx, [row["id"] for row in rows])
    found: dict[int, tuple[CoverFact, ...]] = {}
    for row in rows:
        found[row["device_id"]] = (*found.get(row["device_id"], ()), _fact(row, covers.get(row["id"], ())))
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
    if not fact_ids:
        return {}
    c = cover_entitlements.c
    found: dict[int, tuple[Entitlement, ...]] = {}
    query = select(cover_entitlements).where(c.fact_id.in_(fact_ids)).order_by(c.fact_id, c.number)
    for row in tx.execute(query).mappings():
        one = _entitlement(row)
        found[row["fact_id"]] = (*found.get(row["fact_id"], ()), one)
    return found


def _entitlement(row: Any) -> Entitlement:
    """Return a stored cover; nothing is validated again, which would cost more than all the rest of a list."""
    return Entitlement.model_construct(
        kind=EntitlementKind(row["kind"]),
        code=row["code"],
        description=row["description"],
        starts_on=_date(row["starts_on"]),
        ends_on=_date(row["ends_on"]),
        delivery=None if row["delivery"] is None else Delivery(row["delivery"]),
        covers_hardware=row["covers_hardware"],
        contract_number=row["contract_number"],
        vendor_status=row["vendor_status"],
    )


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _fact(row: Any, covers: tuple[Entitlement, ...]) -> CoverFact:
    return CoverFact.model_construct(
        source=CoverSource(row["source"]),
        origin=row["origin"],
        outcome=LookupOutcome(row["outcome"]),
        entitlements=covers,
        supply=tuple(orjson.loads(row["supply"])),
        reason=row["reason"],
        product=row["product"],
        supported_until=_date(row["supported_until"]),
        asked_at=from_us(row["asked_at"]),
        answered_at=optional_instant(row["answered_at"]),
    )
