"""What a source is asked, and what of its answer is shown. Pure."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from servicedesk_core.domain.currencies import unit_price
from servicedesk_core.domain.parts import Offered, PartOffer, PartQuery, plain_number, plain_upc, same_number
from servicedesk_core.domain.parts.amounts import SMALLEST
from servicedesk_core.domain.warranty import PartInfo
from servicedesk_core.domain.warranty.makers import maker_name
from servicedesk_core.errors import SettingsError
from servicedesk_core.features.parts.model import OfferRow

_MOST: Final = 1_000_000


def asked_of(wanted: PartQuery, finds_by: Collection[str]) -> PartQuery | None:
    """Return what a source is asked, by what it can look by; ``None`` = it cannot look by anything that was said.

    Words are also tried as a part number where a source knows nothing else, because that is what people type.

    Args:
        wanted: What somebody looks for.
        finds_by: Fields of a query that the source understands.
    """
    said = {name: getattr(wanted, name) for name in wanted.asks_by}
    if "words" in said and "words" not in finds_by and "part_number" not in said:
        words = said.pop("words")
        if " " not in words:
            said["part_number"] = words
    if not said.keys() <= set(finds_by) or not said:
        return None
    return PartQuery(**said, quantity=wanted.quantity)


def read(text: str, **more: str | None) -> tuple[dict[str, str], ...]:
    """Return what somebody typed as fields of queries: words, and a bar code where the check digit is one's.

    One number in ten has the check digit of a bar code by chance, so that such a number is asked as both.

    Args:
        text: What was typed; empty = nothing.
        **more: What was said by name.
    """
    typed = text.strip()
    named = {name: value.strip() for name, value in more.items() if value and value.strip()}
    read_as = ("upc", "words") if plain_upc(typed) else ("words",)
    return tuple({one: typed} | named for one in read_as) if typed else (named,) if named else ()


def pieces(quantity: Decimal | int) -> Decimal:
    """Return how many somebody wants.

    Raises:
        SettingsError: It is nothing, finer than a millionth, or beyond any stock.
    """
    said = Decimal(quantity)
    if not (said.is_finite() and 0 < said <= _MOST and said == said.quantize(SMALLEST)):
        hint = f"Name a number above 0, at most {_MOST:,}, with at most six decimals."
        raise SettingsError(f"{quantity} is no quantity.", hint=hint)
    return said


def currency_of(word: str | None) -> str | None:
    """Return the currency that somebody means; ``None`` = they named none.

    Raises:
        SettingsError: It is none.
    """
    found = (word or "").strip().upper()
    if found and not re.fullmatch("[A-Z]{3}", found):
        raise SettingsError(f'"{word}" is no currency.', hint="Write the three letters of ISO 4217, such as EUR.")
    return found or None


def of_maker(info: PartInfo, manufacturer: str) -> PartOffer:
    """Return a part of a manufacturer's list as an offer: it says what fits, and neither price nor how many."""
    return PartOffer(
        number=info.number,
        name=info.description or "",
        manufacturer=manufacturer,
        manufacturer_part_number=info.number,
    )


def fits(offer: PartOffer, words: str | None, part_number: str | None) -> bool:
    """Return whether a part of a list is what somebody looks for."""
    if plain_number(part_number) and not any(
        same_number(part_number, one) for one in (offer.number, offer.manufacturer_part_number)
    ):
        return False
    text = f"{offer.name} {offer.number}".casefold()
    return all(word in text for word in (words or "").casefold().split())


def rows_of(groups: Sequence[Sequence[Offered]], needed: Decimal, now: datetime, *, prices: bool) -> Iterator[OfferRow]:
    """Yield offers as lists show them.

    Args:
        groups: Offers by part.
        needed: How many are needed.
        now: When the sources answered.
        prices: Whether prices may be seen.
    """
    for number, group in enumerate(groups, 1):
        for one in group:
            offer = one.offer
            yield OfferRow(
                part=number,
                name=offer.name or offer.number,
                manufacturer=maker_name(offer.manufacturer) or None,
                manufacturer_part_number=offer.manufacturer_part_number,
                upc=offer.upc,
                connection=one.connection,
                source=one.source,
                number=offer.number,
                condition=offer.condition,
                unit_price=_shown(offer.unit_price, offer.currency) if prices else None,
                list_price=_shown(offer.list_price, offer.currency) if prices else None,
                map_price=_shown(offer.map_price, offer.currency) if prices else None,
                currency=offer.currency if prices else None,
                available=offer.available,
                arrives_on=offer.arrives_on,
                takes_back_orders=offer.takes_back_orders,
                places=tuple(places_of((place.name, place.available) for place in offer.places)),
                note=_note(one, needed),
                as_of=offer.as_of or now,
            )


def _shown(price: Decimal | None, currency: str | None) -> Decimal | None:
    return None if price is None else unit_price(price, currency)


def places_of(there: Iterable[tuple[str, Decimal | None]]) -> Iterator[str]:
    """Yield places with how many lie in each, one line a place; where nothing lies is left out.

    Args:
        there: Name of a place, and how many of something lie there; ``None`` = nobody says.
    """
    counts: dict[str, Decimal | None] = {}
    for name, count in there:
        before = counts.get(name)
        counts[name] = count if before is None else before + (count or 0)
    for name, total in counts.items():
        if total is None or total:
            yield " ".join(filter(None, (name, None if total is None else f"{total:f}")))


def _note(one: Offered, needed: Decimal) -> str | None:
    offer = one.offer
    told = []
    if offer.is_active is False:
        told.append("discontinued")
    if offer.replaced_by:
        told.append(f"replaced by {offer.replaced_by}")
    if offer.is_orderable is False:
        told.append("cannot be ordered")
    if offer.is_authorised is False:
        told.append("we may not buy it there")
    if offer.available is not None and offer.available < needed:
        told.append(f"{offer.available:f} of {needed:f} needed" if offer.available else "none there")
        if offer.takes_back_orders is False:
            told.append("no back orders")
    return "; ".join(told) or None
