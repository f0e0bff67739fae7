"""When two sources speak of the same part. Pure.

Two offers are one part when their bar codes are the same, or their manufacturer's part numbers are, and their makers do
not contradict each other. An offer that does not name the maker joins those that do only where these agree on one: a
number that two makers use is nobody's in particular. A different bar code is no contradiction, because the same part is
packed several times.

HP and HPE write the market behind a part number: ``X#ABA`` is the part for the United States, ``X#ABD`` the one for
Germany, and these are two parts. An offer without a market joins those of one only where there are no others; its bar
code joins it to the market that has the same one. Where such steps together would lead from one maker or market to
another, numbers alone decide.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeVar

from servicedesk_core.domain.parts.offers import PartOffer, PartQuery
from servicedesk_core.domain.warranty.makers import is_same_maker, maker_name

T = TypeVar("T")

_GTIN: Final = 14
_BAR_CODES: Final = frozenset({8, 12, 13, 14})
_MARKET: Final = re.compile(r"#([A-Z0-9]{3})\s*$")
"""An HP option code behind a part number: the market, such as ABA, UUF, AC3."""


def plain_number(text: str | None) -> str:
    """Return a part number as it is compared: ``WD19S-130W`` and ``wd19s 130w`` are one; empty when there is none.

    A market that HP writes behind it stays: ``qk-7 #aba`` is ``QK7#ABA``.
    """
    plain = unicodedata.normalize("NFKC", text or "").upper()
    found = _MARKET.search(plain)
    base = _bare(plain[: found.start()]) if found else ""
    return f"{base}#{found[1]}" if found and base else _bare(plain)


def same_number(one: str | None, other: str | None) -> bool:
    """Return whether two part numbers may be one part's: where only one of them names a market, they may."""
    (first, market), (second, theirs) = _split(one), _split(other)
    return bool(first) and first == second and (not market or not theirs or market == theirs)


def fits(offer: PartOffer, query: PartQuery) -> bool:
    """Return whether number, bar code and words of a question fit: vendors' searches find more than was asked for.

    A serial number is not looked at: a source knows pieces that its offer does not name.
    """
    numbers = {plain_number(offer.number), plain_number(offer.manufacturer_part_number)} - {""}
    if query.part_number and plain_number(query.part_number) not in numbers:
        return False
    if query.upc and (plain_upc(query.upc) or query.upc) != plain_upc(offer.upc):
        return False
    told = " ".join(filter(None, (offer.name, offer.manufacturer, offer.number))).casefold()
    return all(word in told for word in (query.words or "").casefold().split())


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _split(text: str | None) -> tuple[str, str]:
    """Return a part number without its market, and the market."""
    base, _, market = plain_number(text).partition("#")
    return base, market


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
    groups, by_number = _Groups(len(all_of)), _Groups(len(all_of))
    for places in _same_numbers(told):
        groups.join(places)
        by_number.join(places)
    for places in _alike(told, lambda offer: plain_upc(offer.upc)):
        if not _contradict(told, places):  # else one of them has a wrong code
            groups.join(places)
    found: dict[int, list[T]] = {}
    for places in groups.all():
        decides = by_number if _contradict(told, places) else groups
        for place in places:
            found.setdefault(decides.of(place), []).append(all_of[place])
    return [found[first] for first in sorted(found)]


def _same_numbers(told: Sequence[PartOffer]) -> Iterator[list[int]]:
    """Yield places of offers that are one part by its number."""
    for places in _alike(told, lambda offer: _split(offer.manufacturer_part_number)[0]):
        makers: list[list[int]] = []  # whose makers may be one
        nobody: list[int] = []
        for place in places:
            if not (name := maker_name(told[place].manufacturer)):
                nobody.append(place)
                continue
            same = next((one for one in makers if is_same_maker(told[one[0]].manufacturer, name)), None)
            makers.append([place]) if same is None else same.append(place)
        # Without a maker it is the only maker's that there is; among several it stays by itself.
        for one in makers or [nobody]:
            yield from _by_market(told, [*one, *nobody] if len(makers) == 1 else one)


def _by_market(told: Sequence[PartOffer], places: Sequence[int]) -> Iterable[list[int]]:
    markets: defaultdict[str, list[int]] = defaultdict(list)
    for place in places:
        markets[_split(told[place].manufacturer_part_number)[1]].append(place)
    nobodys = markets.pop("", [])
    return markets.values() if len(markets) > 1 else [[*nobodys, *(one for each in markets.values() for one in each)]]


def _contradict(told: Sequence[PartOffer], places: Sequence[int]) -> bool:
    """Return whether offers name two makers, or two markets of one number."""
    makers = [name for place in places if (name := maker_name(told[place].manufacturer))]
    markets = dict[str, str]()
    for place in places:
        base, market = _split(told[place].manufacturer_part_number)
        if market and markets.setdefault(base, market) != market:
            return True
    return not all(is_same_maker(makers[0], name) for name in makers[1:])


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

    def all(self) -> Iterable[list[int]]:
        found: defaultdict[int, list[int]] = defaultdict(list)
        for place in range(len(self._parent)):
            found[self.of(place)].append(place)
        return found.values()

    def join(self, places: Sequence[int]) -> None:
        if not places:
            return
        roots = {self.of(place) for place in places}
        first = min(roots)
        for root in roots:
            self._parent[root] = first
