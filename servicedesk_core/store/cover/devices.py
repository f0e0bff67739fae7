"""Devices that somebody asked about, and the assets that they are."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, delete, select

from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.store import bulk
from servicedesk_core.store.codec import scrub
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.schema import cover_assets, cover_devices

KEY = ("manufacturer", "serial_number", "product_number", "machine_type", "country")
"""Columns that tell one device from another."""
DeviceKey = tuple[str, ...]
"""A value for each of them."""
_key = attrgetter(*KEY)
_REMEMBERED = 2_048
"""A page of devices is asked about several times."""
_NUMBERS = f"SELECT id, {', '.join(KEY)} FROM cover_devices WHERE serial_number IN {{values}}"  # noqa: S608


@lru_cache(_REMEMBERED)
def key_of(device: DeviceRef) -> DeviceKey:
    """Return what tells a device from others, as it is stored."""
    return tuple([scrub(value or "") for value in _key(device)])


def numbers(tx: Connection, serials: Iterable[str]) -> Sequence[Sequence[Any]]:
    """Return number and key of every device that has one of some serial numbers; a few of others come with them."""
    return bulk.select_in(tx, _NUMBERS, None, serials)


def numbered(tx: Connection, devices: Sequence[DeviceRef], at: int) -> dict[DeviceKey, int]:
    """Return the numbers of devices; new ones get one.

    Rows are taken in one order everywhere, here and where answers are stored: two processes that ask about the same
    devices then wait for each other instead of breaking each other off.
    """
    if not devices:
        return {}
    keys = sorted({key_of(device) for device in devices})
    bulk.add(tx, cover_devices, (*KEY, "created_at"), [(*key, at) for key in keys])
    found = {tuple(row[1:]): row[0] for row in numbers(tx, {key[1] for key in keys})}
    return {key: found[key] for key in keys}


def link(tx: Connection, recognised: Sequence[tuple[int, str, Collection[DeviceRef]]], now: datetime) -> None:
    """Remember which devices assets are, and forget those of another serial number: serial numbers get corrected.

    Args:
        tx: A write transaction.
        recognised: Asset, its serial number as all sources should spell it, and the devices that it is.
        now: The current instant.
    """
    device_ids = numbered(tx, [device for _, _, devices in recognised for device in devices], to_us(now))
    right = {(asset_id, device_ids[key_of(device)]) for asset_id, _, devices in recognised for device in devices}
    serials = {(asset_id, serial) for asset_id, serial, _ in recognised}
    serials |= {(asset_id, device.serial_number) for asset_id, _, devices in recognised for device in devices}
    c = cover_assets.c
    query = (
        select(c.asset_id, c.device_id, cover_devices.c.serial_number)
        .select_from(cover_assets.join(cover_devices, cover_devices.c.id == c.device_id))
        .where(c.asset_id.in_([asset_id for asset_id, _, _ in recognised]))
    )
    there = {(row[0], row[1]): row[2] for row in tx.execute(query)}
    if new := right - set(there):
        bulk.add(tx, cover_assets, ("asset_id", "device_id", "at"), [(*pair, to_us(now)) for pair in sorted(new)])
    for (asset_id, device_id), serial in sorted(there.items()):
        if (asset_id, serial) not in serials:
            tx.execute(delete(cover_assets).where(c.asset_id == asset_id, c.device_id == device_id))
