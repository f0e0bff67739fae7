"""Devices as Cisco names them: a serial number, and the product id where that is not enough."""

import re

from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.domain.warranty.serials import normalise_serial, why_no_serial

MANUFACTURER = "Cisco"
_NAMES = re.compile(r"cisco(?!.*(meraki|linksys))(-| systems\b|,| inc\b|\b).*", re.IGNORECASE)
_SERIAL = re.compile(r"[0-9A-Z]{6,40}")


def recognise(device: DeviceRef) -> DeviceRef | None:
    """Return the device as Cisco writes it, or ``None`` when it is not one of its own.

    Meraki devices are left out: their serial numbers are not known to Cisco's Support APIs. Without a manufacturer any
    serial number may be Cisco's: no rule about their shape is published that tells them from others.
    """
    if why_no_serial(device.serial_number):
        return None
    serial = normalise_serial(device.serial_number)
    name = " ".join(device.manufacturer.split())
    if (name and not _NAMES.fullmatch(name)) or not _SERIAL.fullmatch(serial):
        return None
    product = (device.product_number or "").strip().upper()
    return device.model_copy(
        update={"manufacturer": MANUFACTURER, "serial_number": serial, "product_number": product or None}
    )
