"""Serial numbers as people and firmware write them."""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202f\u2060\ufeff]")
_QUOTES = "'\"`´‘’“”"  # noqa: RUF001  # what spreadsheets and mails put around a value
_SAME = 3
_RISING = 6
_REMEMBERED = 2_048
"""Several makers are asked about the same page of devices."""

PLACEHOLDERS = frozenset(
    {
        "TO BE FILLED BY OEM",
        "TO BE FILLED",
        "OEM",
        "DEFAULT",
        "DEFAULT STRING",
        "SYSTEM SERIAL NUMBER",
        "CHASSIS SERIAL NUMBER",
        "BASE BOARD SERIAL NUMBER",
        "SERIAL NUMBER",
        "SERIAL",
        "SYSTEM MANUFACTURER",
        "SYSTEM PRODUCT NAME",
        "NONE",
        "NULL",
        "NIL",
        "NAN",
        "EMPTY",
        "UNKNOWN",
        "INVALID",
        "N/A",
        "NA",
        "TBD",
        "TEST",
        "NO SERIAL",
        "NO SERIAL NUMBER",
        "NOT APPLICABLE",
        "NOT AVAILABLE",
        "NOT SPECIFIED",
        "NOT SET",
        "NOT PRESENT",
        "NOT FOUND",
        "UNSPECIFIED",
        "UNDEFINED",
        "?",
    }
)
"""What firmware and people write where a serial number is missing, in upper case and without full stops."""

_CELL_ERROR = re.compile(r"#N/?[AV]|#[A-Z0/]+[!?]")
_AS_NUMBER = re.compile(
    r"[+-]?(\d+[.,]\d+ ?E ?[+\-\u2212]\d{1,3}|\d[.,]\d+E\d{1,3}|\d{1,3} ?E ?[+\-\u2212]\d{1,3}|\d+[.,]0+)"
)
"""1.23457E+11, 1,23457E+11, 1.23457E11, 2E+26, 123456789.0: how programs write a number that was a text. Without a sign
or a decimal mark it may be a maker's own: 5CG1E11, 1E23456."""
_CUT_NUMBER = re.compile(r"\d{15}0+")
"""A spreadsheet keeps fifteen digits of a number; the others become zeros."""

_VIRTUAL = re.compile(r"^(VMWARE|PARALLELS|VIRTUALBOX|QEMU|XEN|EC2)\b|^\d{4}(-\d{4}){5}-\d{2}$")


@lru_cache(_REMEMBERED)
def normalise_serial(text: str) -> str:
    """Return a serial number as all sources should spell it: visible characters, upper case, no blanks around it.

    Args:
        text: As a source states it.
    """
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return " ".join(visible.split()).strip(_QUOTES + " ").upper()


@lru_cache(_REMEMBERED)
def why_no_serial(text: str | None) -> str | None:
    """Return why a text identifies no device at any manufacturer, for people; ``None`` when it may.

    Args:
        text: As a source states it.
    """
    serial = normalise_serial(text or "")
    if not serial:
        return "has no serial number"
    if serial.replace(".", "") in PLACEHOLDERS or _CELL_ERROR.fullmatch(serial) or _is_filler(serial):
        return "has a placeholder where the serial number belongs"
    if _AS_NUMBER.fullmatch(serial):
        return "has a serial number that a spreadsheet turned into a number"
    if _VIRTUAL.search(serial):
        return "is a virtual machine"
    return None


@lru_cache(_REMEMBERED)
def doubt_about(text: str | None) -> str | None:
    """Return why a serial number may be another one than a source states, for people; ``None`` when nothing shows it.

    Args:
        text: As a source states it.
    """
    if _CUT_NUMBER.fullmatch(normalise_serial(text or "")):
        return "The serial number ends in zeros after fifteen digits: a spreadsheet may have cut it off."
    return None


def _is_filler(serial: str) -> bool:
    """Return whether it is one character again and again, or simply counted up."""
    letters = re.sub(r"[^0-9A-Z]", "", serial)
    if not letters or len(letters) == 1:
        return True
    if len(letters) >= _SAME and len(set(letters)) == 1:
        return True
    rising = all((ord(b) - ord(a)) % 10 == 1 for a, b in pairwise(letters))
    return letters.isdigit() and len(letters) >= _RISING and rising
