"""Which row of an answer belongs to which device: by serial number and machine type, never by position."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from servicedesk_core.domain.warranty import DeviceRef

Row = Mapping[str, Any]


def rows_by_device(devices: Sequence[DeviceRef], rows: Iterable[Row]) -> dict[DeviceRef, list[Row]]:
    """Return the rows of each device; rows that nobody asked for are left out, equal ones count once.

    Args:
        devices: What was asked for.
        rows: The answer.
    """
    by_serial: dict[str, list[DeviceRef]] = {}
    for device in devices:
        by_serial.setdefault(device.serial_number, []).append(device)
    found: dict[DeviceRef, list[Row]] = {device: [] for device in devices}
    for row in rows:
        serial, machine_type = _name_of(row)
        for device in _meant(by_serial.get(serial, ()), machine_type):
            if row not in found[device]:
                found[device].append(row)
    return found


def _name_of(row: Row) -> tuple[str, str]:
    """Return the serial number of a row, and the machine type behind its dot or at the head of its product."""
    serial, _, behind = _text(row.get("Serial")).upper().partition(".")
    return serial, behind or _text(row.get("Product")).upper()[:4]


def _meant(devices: Sequence[DeviceRef], machine_type: str) -> Sequence[DeviceRef]:
    """Return which of the devices with one serial number a row is about; none when that is not certain."""
    exact = [device for device in devices if device.machine_type == machine_type]
    if machine_type and exact:
        return exact
    untyped = [device for device in devices if device.machine_type is None]
    # An error names no product: it belongs to the device that was asked for without a type, or to the only one.
    return untyped if untyped or machine_type or len(devices) > 1 else devices


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
