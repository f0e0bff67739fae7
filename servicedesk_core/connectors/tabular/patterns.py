"""Finds the ``strptime`` pattern of times that name the month or the zone by a word, or have no signs at all. Pure."""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import Final

_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WORDS: Final = {
    **dict.fromkeys(_MONTHS, "%B"),
    **{name[:3]: "%b" for name in _MONTHS},
    **dict.fromkeys(_DAYS, "%A"),
    **{name[:3]: "%a" for name in _DAYS},
    "am": "%p",
    "pm": "%p",
}
_ZONES: Final = re.compile("UTC|GMT|Z|[CEW]ES?T|BST|IST|MSK|JST|[ECMP][SD]T|AE[SD]T")
_ZERO: Final = frozenset({"UTC", "GMT", "Z"})
"""These name the zone in which times are read anyway."""
_COMPACT: Final = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_WORD: Final = re.compile(r"[^\W\d_]+")
_OFFSET: Final = re.compile(r"(:\d\d.*?)[+-]\d\d:?\d\d$")
_CLOCK: Final = re.compile(r"\b\d{1,2}:\d{2}(?P<second>:\d{2})?(?P<fraction>\.\d{1,6})?(?=\D|$)")
_NUMBER: Final = re.compile(r"(?<![%\d])\d+")
_LOOKED_AT: Final = 500
_MOST_FORMS: Final = 4
_NAMED: Final = re.compile(
    r"(^|[\W_])(date|time|timestamp|created|opened|reported|logged|raised|received|started|assigned|updated|modified"
    r"|changed|resolved|solved|closed|completed|due|deadline|when)([\W_]|$)|[ _](at|on)$"
)
_HUMP: Final = re.compile("(?<=[a-z])(?=[A-Z])")
_NOT_NAMED: Final = re.compile(r"(^|[\W_])by([\W_]|$)|spent|worked|zone|(^|[\W_])to([\W_]|$)")


def is_named_like_time(name: str) -> bool:
    """Say whether the name of a column speaks of a point in time."""
    low = _HUMP.sub("_", name.strip()).lower()
    return _NAMED.search(low) is not None and _NOT_NAMED.search(low) is None


def patterns_of(texts: Iterable[str], *, compact: bool) -> list[tuple[str, ...]]:
    """Return the sets of patterns by which texts may be read: with the day before the month, and with the month first.

    Args:
        texts: Times, as a file writes them.
        compact: Whether plain digits such as 20260302140100 may be times.
    """
    found: list[tuple[str, ...]] = []
    for day_first in (True, False):
        forms = Counter(form for text in islice(texts, _LOOKED_AT) if (form := _pattern(text, compact, day_first)))
        one = tuple(form for form, _ in forms.most_common(_MOST_FORMS))
        if one and one not in found:
            found.append(one)
    return found


def names_zone(text: str) -> bool:
    """Say whether a time carries its zone in a form that is read."""
    return text.endswith(tuple(_ZERO)) or _OFFSET.search(text) is not None


def zone_words(forms: Iterable[str]) -> list[str]:
    """Return the words in patterns that name a zone other than UTC, which is not read."""
    return [word for form in forms for word in _WORD.findall(form) if _ZONES.fullmatch(word) and word not in _ZERO]


def _pattern(text: str, compact: bool, day_first: bool) -> str | None:  # noqa: FBT001
    if text.isdigit():
        return _COMPACT.get(len(text)) if compact else None
    if "%" in text:
        return None
    words = _WORD.findall(text)
    if not all(word.lower() in _WORDS or _ZONES.fullmatch(word) for word in words):
        return None
    form = _OFFSET.sub(r"\1%z", _WORD.sub(lambda word: _WORDS.get(word[0].lower(), word[0]), text))
    hour = "%I" if "%p" in form else "%H"
    form = _CLOCK.sub(
        lambda clock: f"{hour}:%M" + (":%S" if clock["second"] else "") + (".%f" if clock["fraction"] else ""), form, 1
    )
    numbers = _NUMBER.findall(form)
    parts = iter(_date_parts(numbers, has_month="%b" in form.lower(), day_first=day_first))
    form = _NUMBER.sub(lambda number: next(parts, number[0]), form)
    return form if "%y" in form.lower() else None


def _date_parts(numbers: list[str], *, has_month: bool, day_first: bool) -> list[str]:
    """Say what the numbers of a date are; a year of four digits is known by them, one of two stands last."""
    year = next((n for n, number in enumerate(numbers) if len(number) == len("2026")), None)
    others = ["%d"] if has_month else ["%d", "%m"] if day_first and year != 0 else ["%m", "%d"]
    at, directive = (len(others), "%y") if year is None else (year, "%Y")
    return [*others[:at], directive, *others[at:]]
