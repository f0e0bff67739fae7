"""From what a PSA calls a country to its code."""

from functools import cache
from importlib.resources import files

_ALSO = {
    "usa": "US",
    "u.s.a.": "US",
    "united states of america": "US",
    "united kingdom": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "uk": "GB",
    "deutschland": "DE",
    "österreich": "AT",
    "schweiz": "CH",
    "the netherlands": "NL",
    "holland": "NL",
    "españa": "ES",
    "italia": "IT",
    "korea": "KR",
}
_CODE_LENGTH = 2


def country_code(text: str | None) -> str | None:
    """Return the ISO 3166-1 code of a country, or ``None`` when the text names none for certain.

    Args:
        text: A code or an English name, in any case.
    """
    word = (text or "").strip()
    known = _by_name()
    if len(word) == _CODE_LENGTH and word.upper() in known.values():
        return word.upper()
    return known.get(word.casefold())


@cache
def _by_name() -> dict[str, str]:
    """Names from the list that comes with the time zones, which the desk carries anyway."""
    lines = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {name.casefold(): code for code, name in pairs} | _ALSO
