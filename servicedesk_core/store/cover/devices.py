"""Names of devices that sources stated or were asked for: which of them mean one device, and which assets they are."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam

from servicedesk_core.domain import Asset
from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.domain.warranty.identity import DeviceName, same_devices
from servicedesk_core.domain.warranty.makers import maker_name
from servicedesk_core.domain.warranty.serials import why_no_serial
from servicedesk_core.store import bulk
from servicedesk_core.store.codec import scrub
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.schema import cover_assets, cover_devices

KEY = DeviceName._fields
"""Columns that tell one name from another."""
IS_ANSWERED = "EXISTS (SELECT 1 FROM cover_facts WHERE device_id = cover_devices.id AND answered_at IS NOT NULL)"
"""SQL: whether a source knows a device under a name."""
ASSET_MAKER = f"""(
    SELECT NULLIF(cover_devices.manufacturer, '') FROM cover_assets JOIN cover_devices ON id = device_id
    WHERE asset_id = assets.local_id ORDER BY {IS_ANSWERED} DESC, cover_devices.manufacturer DESC LIMIT 1)"""  # noqa: S608
"""SQL: the one name of the manufacturer of ``assets``, best as somebody writes it who knows the device."""

_REMEMBERED = 2_048
"""A page of devices is asked about several times."""
_LOCK = 7310482646
"""Advisory lock, PostgreSQL: held from the first name of a device that a transaction writes until it ends."""
_NUMBERS = f"SELECT id, {', '.join(KEY)} FROM cover_devices WHERE serial_number IN {{values}}"  # noqa: S608
_NAMED = f"""
    SELECT id, same_as, {IS_ANSWERED} OR EXISTS (SELECT 1 FROM cover_assets WHERE device_id = cover_devices.id),
        makers_serial, {", ".join(KEY)}
    FROM cover_devices WHERE"""  # noqa: S608
_LINKS = f"""
    SELECT asset_id, device_id, serial_number, {IS_ANSWERED}
    FROM cover_assets JOIN cover_devices ON id = device_id WHERE asset_id IN {{values}}"""  # noqa: S608


@lru_cache(_REMEMBERED)
def key_of(device: DeviceRef) -> DeviceName:
    """Return what tells a device from others, as it is stored."""
    return DeviceName(*map(scrub, DeviceName.of(device)))


def numbers(tx: Connection, serials: Iterable[str]) -> Sequence[Sequence[Any]]:
    """Return number and name of every device that has one of some serial numbers."""
    return bulk.select_in(tx, _NUMBERS, None, serials)


def numbered(tx: Connection, devices: Sequence[DeviceRef], at: int) -> dict[DeviceName, int]:
    """Return the numbers of names; new ones get one. Whoever adds names groups them: :func:`group`.

    Two processes that write names at once wait for each other, so that each sees those of the other.
    """
    if not devices:
        return {}
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
    keys = sorted({key_of(device) for device in devices})
    bulk.add(tx, cover_devices, (*KEY, "created_at"), [(*key, at) for key in keys])
    found = {DeviceName(*row[1:]): row[0] for row in numbers(tx, {key.serial_number for key in keys})}
    return {key: found[key] for key in keys}


def group(tx: Connection, keys: Iterable[DeviceName]) -> None:
    """Say anew which names mean one device, among all that have the serial numbers of some.

    Args:
        tx: A write transaction.
        keys: Names that are new, or of which more is known now.
    """
    rows = _named(tx, {key.serial_number for key in keys})
    by_serial: dict[str, dict[DeviceName, bool]] = {}
    numbered_as: dict[DeviceName, list[tuple[int, int | None]]] = {}
    for number, same_as, is_known, makers_serial, *key in rows:
        name = DeviceName(*key)
        name = name._replace(serial_number=makers_serial or name.serial_number)
        names = by_serial.setdefault(name.serial_number, {})
        names[name] = names.get(name, False) or bool(is_known)
        numbered_as.setdefault(name, []).append((number, same_as))
    moved = []
    for names in by_serial.values():
        for same in same_devices(names):
            first = numbered_as[same[0]][0][0]
            moved += [(number, first) for name in same for number, same_as in numbered_as[name] if same_as != first]
    if moved:
        c = cover_devices.c
        speaks = cover_devices.update().where(c.id == bindparam("number")).values(same_as=bindparam("first"))
        tx.execute(speaks, [{"number": number, "first": first} for number, first in sorted(moved)])


def _named(tx: Connection, serials: Collection[str]) -> Sequence[Sequence[Any]]:
    """Return every name that has one of some serial numbers or is written with it by its maker; makers' own first."""
    rows = bulk.select_in(tx, f"{_NAMED} serial_number IN {{values}}", None, serials)
    makers = {row[3] or row[5] for row in rows}
    more = bulk.select_in(tx, f"{_NAMED} serial_number IN {{values}}", None, makers - set(serials))
    others = bulk.select_in(tx, f"{_NAMED} makers_serial IN {{values}}", None, makers)
    found = {row[0]: row for row in (*rows, *more, *others)}
    return sorted(found.values(), key=lambda row: (row[3] is not None, row[0]))


def respell(tx: Connection, spelt: Sequence[tuple[DeviceRef, DeviceRef]], now: datetime) -> None:
    """Remember that a maker writes a serial number in another way than whoever stated the device.

    Args:
        tx: A write transaction.
        spelt: Devices as stated, and as their makers write them; at least one.
        now: The current instant.
    """
    device_ids = numbered(tx, [stated for stated, _ in spelt], to_us(now))
    c = cover_devices.c
    known = cover_devices.update().where(c.id == bindparam("number")).values(makers_serial=bindparam("serial"))
    others = {device_ids[key_of(stated)]: key_of(own).serial_number for stated, own in spelt}
    tx.execute(known, [{"number": number, "serial": serial} for number, serial in sorted(others.items())])
    group(tx, device_ids)


def link(tx: Connection, recognised: Sequence[tuple[int, Sequence[DeviceRef]]], now: datetime) -> None:
    """Remember by which names assets' devices are known, and forget those of what the assets were before.

    A name is forgotten when it has another serial number, because serial numbers get corrected, or when nobody knows a
    device under it.

    Args:
        tx: A write transaction.
        recognised: Asset, and the device as the record states it and as each maker writes it.
        now: The current instant.
    """
    right = _add(tx, recognised, now)
    serials = {(asset_id, key_of(device).serial_number) for asset_id, devices in recognised for device in devices}
    there = bulk.select_in(tx, _LINKS, None, [asset_id for asset_id, _ in recognised])
    _forget(
        tx,
        [
            (asset_id, device_id)
            for asset_id, device_id, serial, is_answered in there
            if (asset_id, device_id) not in right and not (is_answered and (asset_id, serial) in serials)
        ],
    )


def name_assets(tx: Connection, assets: Mapping[int, Asset], corrected: Collection[int], now: datetime) -> None:
    """Give assets' devices the names by which their records state them.

    Args:
        tx: A write transaction.
        assets: The records, by the desk's own number of each.
        corrected: Of these, whose serial number or manufacturer was another one before.
        now: The current instant.
    """
    there = bulk.select_in(tx, _LINKS, None, corrected)
    _forget(tx, [(asset_id, device_id) for asset_id, device_id, *_ in there])
    stated = [(asset_id, stated_device(asset.manufacturer, asset.serial_number)) for asset_id, asset in assets.items()]
    _add(tx, [(asset_id, [device]) for asset_id, device in stated if device is not None], now)


def stated_device(manufacturer: str | None, serial_number: str | None) -> DeviceRef | None:
    """Return the device that a record states; ``None`` when its serial number identifies none."""
    if serial_number is None or why_no_serial(serial_number):
        return None
    return DeviceRef(manufacturer=stated_maker(manufacturer), serial_number=serial_number)


def stated_maker(manufacturer: str | None) -> str:
    """Return a manufacturer as a record states it; empty when it names nobody, as "Unknown" does."""
    return manufacturer if manufacturer and maker_name(manufacturer) else ""


def _add(tx: Connection, recognised: Sequence[tuple[int, Sequence[DeviceRef]]], now: datetime) -> set[tuple[int, int]]:
    device_ids = numbered(tx, [device for _, devices in recognised for device in devices], to_us(now))
    right = {(asset_id, device_ids[key_of(device)]) for asset_id, devices in recognised for device in devices}
    bulk.add(tx, cover_assets, ("asset_id", "device_id", "at"), [(*pair, to_us(now)) for pair in sorted(right)])
    group(tx, device_ids)
    return right


def _forget(tx: Connection, pairs: Sequence[tuple[int, int]]) -> None:
    c = cover_assets.c
    gone = cover_assets.delete().where(c.asset_id == bindparam("asset"), c.device_id == bindparam("device"))
    if pairs:
        tx.execute(gone, [{"asset": asset_id, "device": device_id} for asset_id, device_id in sorted(pairs)])
