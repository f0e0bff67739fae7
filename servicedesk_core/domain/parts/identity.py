"""When two sources speak of the same part. Pure.

Two offers are one part when their bar codes are the same, or their manufacturer's part numbers are, and their makers do
not contradict each other. An offer that does not name the maker joins those that do only where these agree on one: a
number that two makers use is nobody's in particular. A different bar code is no contradiction, because the same part is
packed for several markets.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from servicedesk_core.domain.parts.offers import PartOffer
from servicedesk_core.domain.warranty.makers import is_same_maker, maker_name

T = TypeVar("T")

_GTIN: Final = 14
_BAR_CODES: Final = frozenset({8, 12, 13, 14})


def plain_number(text: str | None) -> str:
    """Return a part number as it is compared: ``WD19S-130W`` and ``wd19s 130w`` are one; empty when there is none."""
    plain = unicodedata.normalize("NFKC", text or "").partition("#")[0]  # behind it HP writes the market
    return re.sub(r"[\W_]+", "", plain).upper()


def plain_upc(text: str | None) -> str:
    """Return a bar code as 14 digits, in whichever length a source writes it; empty when its check digit is wrong."""
    digits = re.sub(r"[\s-]+", "", text or "")
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in _BAR_CODES or not digits.strip("0"):
        return ""
    whole = digits.zfill(_GTIN)
    weighed = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(whole))
    return "" if weighed % 10 else whole


def merged(offers: Iterable[T], offer_of: Callable[[T], PartOffer]) -> list[list[T]]:
    """Return offers by part, each part's in the order in which they came, parts by their first one.

    Args:
        offers: Offers, or what holds one each.
        offer_of: Returns the offer in it.
    """
    all_of = list(offers)
    told = [offer_of(one) for one in all_of]
    groups = _Groups(len(all_of))
    _by_number(told, groups)
    _by_bar_code(told, groups)
    found: dict[int, list[T]] = {}
    for place, one in enumerate(all_of):
        found.setdefault(groups.of(place), []).append(one)
    return list(found.values())


def _by_number(told: Sequence[PartOffer], groups: "_Groups") -> None:
    for places in _alike(told, lambda offer: plain_number(offer.manufacturer_part_number)):
        makers: list[list[int]] = []  # whose makers may be one
        nobody: list[int] = []
        for place in places:
            if not (name := maker_name(told[place].manufacturer)):
                nobody.append(place)
                continue
            same = next((one for one in makers if is_same_maker(told[one[0]].manufacturer, name)), None)
            makers.append([place]) if same is None else same.append(place)
        for one in makers:
            groups.join(one)
        # Without a maker it is the only maker's that there is; among several it stays by itself.
        groups.join([*makers[0], *nobody] if len(makers) == 1 else nobody)


def _by_bar_code(told: Sequence[PartOffer], groups: "_Groups") -> None:
    for places in _alike(told, lambda offer: plain_upc(offer.upc)):
        makers = [name for place in places if (name := maker_name(told[place].manufacturer))]
        if all(is_same_maker(makers[0], name) for name in makers[1:]):  # else one of them has a wrong code
            groups.join(places)


def _alike(told: Sequence[PartOffer], name: Callable[[PartOffer], str]) -> Iterable[list[int]]:
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, offer in enumerate(told):
        if key := name(offer):
            places[key].append(place)
    return [one for one in places.values() if len(one) > 1]


class _Groups:
    """Which places belong together; each group goes by its first one."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def of(self, place: int) -> int:
        while self._parent[place] != place:
            self._parent[place] = place = self._parent[self._parent[place]]
        return place

    def join(self, places: Sequence[int]) -> None:
        if not places:
            return
        roots = {self.of(place) for place in places}
        first = min(roots)
        for root in roots:
            self._parent[root] = first
