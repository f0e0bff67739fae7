"""Which devices are Dell's, and how it writes them."""

import re
from functools import lru_cache

from servicedesk_core.domain.warranty import DeviceRef
from servicedesk_core.domain.warranty.serials import normalise_serial, why_no_serial

NAME = "Dell"
_NAMES = frozenset({"dell", "dell emc", "dellemc", "dell computer", "dell technologies", "dell products", "alienware"})
_COMPANY = re.compile(r"\b(inc|incorporated|corp|corporation|ltd|limited|co|company|gmbh|llc|lp|usa|us)\b")
_TAG = re.compile(r"[0-9A-Z]{5,7}")
_EXPRESS_CODE = re.compile(r"\d{10,11}")
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TAG_LENGTH = 7


def recognise(device: DeviceRef) -> DeviceRef | None:
    """Return a device as Dell writes it, or ``None`` when it is none of its own.

    Without a manufacturer whatever can be a service tag may be one. An Express Service Code is not: it is any number of
    ten or eleven digits, and the tag that it would be read as somebody else's.

    Args:
        device: As another source states it.
    """
    if why_no_serial(device.serial_number):
        return None
    serial = normalise_serial(device.serial_number)
    is_named = bool(device.manufacturer.strip())
    if is_named and not _is_dell(device.manufacturer):
        return None
    tag = (tag_of_express_code(serial) if is_named else None) or serial
    if not _TAG.fullmatch(tag):
        return None
    return device.model_copy(update={"manufacturer": NAME, "serial_number": tag})


def tag_of_express_code(text: str) -> str | None:
    """Return the service tag behind an Express Service Code, which is the tag read as a number to base 36.

    Args:
        text: A serial number.

    Returns:
        The tag, or ``None`` when the text cannot be such a code.
    """
    digits = re.sub(r"[\s-]", "", text)
    if not _EXPRESS_CODE.fullmatch(digits):
        return None
    number, tag = int(digits), ""
    while number:
        number, digit = divmod(number, 36)
        tag = _DIGITS[digit] + tag
    return tag if len(tag) == _TAG_LENGTH else None


@lru_cache(256)  # few names, many devices
def _is_dell(manufacturer: str) -> bool:
    words = re.sub(r"[^a-z]+", " ", manufacturer.casefold())
    return " ".join(_COMPANY.sub(" ", words).split()) in _NAMES
