"""Devices as Lenovo names them: a serial number, and the machine type where that is not enough."""

import re

from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.domain.warranty.serials import normalise_serial, why_no_serial

MANUFACTURER = "Lenovo"
_NAMES = re.compile(r"lenovo( .*|,.*|\(.*)?|lnvo|ibm thinkpad", re.IGNORECASE)
_SERIAL = re.compile(r"[0-9A-Z]{6,20}")
_MACHINE_TYPE = re.compile(r"[0-9A-Z]{4}")
_MODEL = re.compile(r"[0-9A-Z]{4}[0-9A-Z]{3,8}")


def recognise(device: DeviceRef) -> DeviceRef | None:
    """Return the device as Lenovo writes it, or ``None`` when it is not one of its own.

    The machine type comes from the device, from ``SERIAL.TYPE``, or from the first four characters of the model.
    Without a manufacturer any serial number may be Lenovo's: no published rule tells them from those of others.
    """
    if why_no_serial(device.serial_number):
        return None
    serial, _, behind = normalise_serial(device.serial_number).partition(".")
    name = " ".join(device.manufacturer.split())
    if (name and not _NAMES.fullmatch(name)) or not _SERIAL.fullmatch(serial):
        return None
    product = (device.product_number or "").strip().upper()
    product_type = product[:4] if _MODEL.fullmatch(product) else ""
    stated = (device.machine_type or "").strip().upper()[:4]
    machine_type = next((one for one in (behind, stated, product_type) if _MACHINE_TYPE.fullmatch(one)), None)
    return device.model_copy(
        update={
            "manufacturer": MANUFACTURER,
            "serial_number": serial,
            "product_number": product or None,
            "machine_type": machine_type,
        }
    )


def asked_as(device: DeviceRef) -> str:
    """Return the name under which a device is asked for: ``SERIAL.TYPE`` when the type is known."""
    return f"{device.serial_number}.{device.machine_type}" if device.machine_type else device.serial_number
