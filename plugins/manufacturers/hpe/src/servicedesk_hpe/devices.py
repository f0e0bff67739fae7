"""Devices as HPE names them: a serial number, and the product number where that is not enough."""

import re
from collections.abc import Iterable

from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.domain.warranty.serials import normalise_serial, why_no_serial

MANUFACTURER = "HPE"
_NAMES = re.compile(r"hpe( .*)?|hewlett[ -]packard enterprise.*|aruba,? an? h.*enterprise.*", re.IGNORECASE)
_SERIAL = re.compile(r"[0-9A-Z]{6,20}")
_PRODUCT = re.compile(r"[0-9A-Z]{3,12}(-[0-9A-Z]{2,4})?")


def recognise(device: DeviceRef, more_names: Iterable[str] = ()) -> DeviceRef | None:
    """Return the device as HPE writes it, or ``None`` when it is not one of its own.

    ``HP`` alone is HP Inc. for anything made since 2015, so it is not taken for HPE unless the operator says so.
    Without a manufacturer any serial number may be HPE's: their shape has changed, and no rule about it is published.

    Args:
        device: As another source states it.
        more_names: Further names of the manufacturer.
    """
    if why_no_serial(device.serial_number):
        return None
    serial = normalise_serial(device.serial_number)
    name = " ".join(device.manufacturer.split())
    own = not name or _NAMES.fullmatch(name) or name.casefold() in {one.strip().casefold() for one in more_names}
    if not own or not _SERIAL.fullmatch(serial):
        return None
    product = plain_product(device.product_number)
    return device.model_copy(
        update={
            "manufacturer": MANUFACTURER,
            "serial_number": serial,
            "product_number": product if _PRODUCT.fullmatch(product) else None,
        }
    )


def plain_product(text: str | None) -> str:
    """Return a product number without the localisation behind its ``#``."""
    return (text or "").partition("#")[0].strip().upper()
