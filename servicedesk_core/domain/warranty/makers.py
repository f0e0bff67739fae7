"""Manufacturers: each has one name here, however a source writes it."""

import re
import unicodedata
from functools import lru_cache

from servicedesk_core.domain.names import plain_name
from servicedesk_core.domain.warranty.serials import PLACEHOLDERS

_REMEMBERED = 2_048
"""Few names, many devices."""

_LEGAL_FORMS = frozenset(
    {"inc", "incorporated", "ltd", "limited", "llc", "lp", "corp", "corporation", "co", "company", "gmbh", "ag", "sa",
     "bv", "plc", "kg", "se", "oy", "ab", "srl", "spa", "pty", "pte", "kk", "international"}
)  # fmt: skip
_SPELLINGS: dict[str, tuple[str, ...]] = {
    "APC": ("apc", "american power conversion"),
    "ASUS": ("asus", "asustek"),
    "D-Link": ("d link", "dlink"),
    "Dell": ("dell", "dellemc", "alienware"),
    "Epson": ("epson", "seiko epson"),
    "HP": ("hp", "h p", "hewlett packard", "hewlettpackard"),
    "HPE": ("hpe", "hp enterprise", "hewlett packard enterprise", "hewlettpackard enterprise"),
    "IBM": ("ibm", "international business machines"),
    "Lenovo": ("lenovo", "lnvo", "ibm thinkpad"),
    "Meraki": ("meraki", "cisco meraki"),
    "MSI": ("msi", "micro star"),
    "NetApp": ("netapp", "network appliance"),
    "Palo Alto Networks": ("palo alto",),
    "SonicWall": ("sonicwall", "dell sonicwall"),
    "Supermicro": ("supermicro", "super micro"),
    "TP-Link": ("tp link", "tplink"),
    "Ubiquiti": ("ubiquiti", "ubnt"),
    "Western Digital": ("western digital", "wd", "wdc"),
} | {
    name: (name.lower(),)
    for name in (
        "Apple", "ASRock", "BenQ", "Cisco", "DrayTek", "Dynabook", "EIZO", "Fujitsu", "iiyama", "LG", "Microsoft",
        "MikroTik", "NETGEAR", "QNAP", "Samsung", "Toshiba", "ViewSonic", "VMware", "WatchGuard", "Zyxel",
    )
}  # fmt: skip
"""The name of a manufacturer, and the words that its spellings begin with; the longest that fits counts."""
_NAMES = {words: name for name, spellings in _SPELLINGS.items() for words in spellings}
_LONGEST = max(len(words.split()) for words in _NAMES)
_FAMILIES = {"hpe": "hp", "aruba": "hp", "meraki": "cisco", "dynabook": "toshiba"}
"""Who was one company with another so lately that sources write either name."""
_SHORT = 3


@lru_cache(_REMEMBERED)
def maker_name(text: str | None) -> str:
    """Return a manufacturer's one name: "Dell" for "DELL", "dell inc." and "Dell EMC"; empty when it names nobody.

    Args:
        text: As a source states it.
    """
    stated = unicodedata.normalize("NFKC", plain_name(text or ""))
    words = _words(stated)
    if not words or " ".join(words).upper() in _NOBODY:
        return ""
    for length in range(min(_LONGEST, len(words)), 0, -1):
        if known := _NAMES.get(" ".join(words[:length])):
            return known
    name = _unknown(stated)
    return name if name == stated else maker_name(name)


def is_same_maker(one: str | None, other: str | None) -> bool:
    """Return whether two names may be one manufacturer's; one that names nobody may be anybody's.

    Args:
        one: As a source states it.
        other: As another one does.
    """
    first, second = _family(maker_name(one)), _family(maker_name(other))
    return not first or not second or first == second


def is_called(name: str | None, word: str) -> bool:
    """Return whether somebody means a manufacturer by a word: one of its spellings, or the beginning of its name.

    Args:
        name: The manufacturer, as a source states it; nobody means one that is not stated.
        word: What somebody wrote.
    """
    one = maker_name(name)
    return bool(one) and (one == maker_name(word) or one.casefold().startswith(word.strip().casefold()))


@lru_cache(_REMEMBERED)
def _family(name: str) -> str:
    """Return what makers are compared by: the first word of one that is not known, because the rest varies."""
    plain = name.casefold()
    return _FAMILIES.get(plain) or (plain if name in _SPELLINGS else " ".join(_words(name)[:1]))


def _words(text: str) -> list[str]:
    return re.sub(r"[\W_]+", " ", text.casefold().replace(".", "")).split()


def _unknown(stated: str) -> str:
    """Return a name that no table holds without what stands behind it, and with capitals where everybody has them."""
    words = next(part for part in re.split(r"[(,;]", stated.strip("\"' ")) if _words(part)).split()
    while len(words) > 1 and words[-1].casefold().replace(".", "") in _LEGAL_FORMS:
        words.pop()
    name = " ".join(words)
    return name.upper() if len(name) <= _SHORT else " ".join(word.capitalize() for word in words)


_NOBODY = frozenset(" ".join(_words(text)).upper() for text in PLACEHOLDERS) - {""}
