"""Which offer is ordered, whether it may be, and where a line stands. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from servicedesk_core.domain.parts import OrderStatus, PartOffer, RequestedLine, plain_number, plain_upc
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.errors import NotFoundLocallyError, WriteError
from servicedesk_core.features.parts.ordering.model import OrderState

_SOME = 5

OF_WRITES: Mapping[WriteState, OrderState] = {
    WriteState.PROPOSED: OrderState.PROPOSED,
    WriteState.QUEUED: OrderState.QUEUED,
    WriteState.SENDING: OrderState.QUEUED,
    WriteState.IN_DOUBT: OrderState.IN_DOUBT,
    WriteState.CONFIRMED: OrderState.PLACED,
    WriteState.PARTLY_APPLIED: OrderState.PLACED,
}
"""Where an order stands that its source does not show, by its write."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What was approved of a line.

    Attributes:
        unit: What one costs as it was offered.
        highest: The most that one may cost.
        currency: Of both.
    """

    unit: Decimal
    highest: Decimal
    currency: str


def offer_meant(offers: Sequence[PartOffer], word: str, source: str) -> PartOffer:
    """Return the one offer that a word means: by the source's number, else the maker's or the bar code, else alone.

    Args:
        offers: Of one source.
        word: What somebody asked for.
        source: Who that is, for the errors.

    Raises:
        NotFoundLocallyError: It means none, or several.
    """
    number, code = plain_number(word), plain_upc(word)
    found = [offer for offer in offers if offer.number == word]
    found = found or [
        offer
        for offer in offers
        if number in {plain_number(offer.number), plain_number(offer.manufacturer_part_number)}
        or (code and code == plain_upc(offer.upc))
    ]
    found = found or list(offers)
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFoundLocallyError(f'{source} offers no "{word}".', hint="Look who does: servicedesk parts find.")
    told = ", ".join(f"{offer.number} ({offer.name})" if offer.name else offer.number for offer in found[:_SOME])
    more = ", …" if len(found) > _SOME else ""
    raise NotFoundLocallyError(f'"{word}" is several parts of {source}.', hint=f"Name one of them: {told}{more}.")


def approved_cost(offer: PartOffer, *, highest: Decimal | None, without_price: bool) -> Cost | None:
    """Return what is approved of an offer that is ordered; ``None`` = it is ordered without a price, as was asked for.

    Args:
        offer: The offer.
        highest: The most that one may cost; ``None`` = what it costs now.
        without_price: Whether it is ordered although nobody states a price.

    Raises:
        WriteError: It cannot be had there, nobody states its price, or it costs more.
    """
    if offer.is_orderable is False or offer.is_active is False:
        instead = f" It is replaced by {offer.replaced_by}." if offer.replaced_by else ""
        why = "is made no more" if offer.is_active is False else "cannot be ordered there"
        raise WriteError(f"{offer.number} {why}.{instead}", hint="Look who else has it: servicedesk parts find.")
    if offer.is_authorised is False:
        raise WriteError(
            f"We may not buy {offer.number} there.", hint="Ask the source to authorise the account for it."
        )
    if offer.unit_price is None or offer.currency is None:
        if without_price:
            return None
        raise WriteError(
            f"Nobody states what {offer.number} costs.", hint="Order it all the same with --without-price, if you must."
        )
    if highest is not None and offer.unit_price > highest:
        raise WriteError(
            f"{offer.number} costs more than --max-price allows.",
            hint="servicedesk parts find shows who has it for less.",
        )
    return Cost(offer.unit_price, offer.unit_price if highest is None else highest, offer.currency)


def moved(number: str, cost: Cost | None, offers: Iterable[PartOffer]) -> str | None:
    """Return why a line is not ordered any more as it was approved; ``None`` = it is.

    Amounts are not told: whoever sees a write may not see what it costs.

    Args:
        number: The source's number of the part.
        cost: What was approved; ``None`` = it was ordered without a price.
        offers: What the source offers now.
    """
    offer = next((one for one in offers if one.number == number), None)
    if offer is None or offer.is_active is False or offer.is_orderable is False:
        return "it is not offered any more"
    if cost is None:
        return None
    if offer.unit_price is None:
        return "its price is not stated any more"
    if offer.currency != cost.currency:
        return f"it is offered in {offer.currency} now, and was approved in {cost.currency}"
    return "it costs more now than was approved" if offer.unit_price > cost.highest else None


def state_of(status: OrderStatus | None, ordered: Decimal, received: Decimal) -> OrderState:
    """Return where a line stands that its source shows.

    Args:
        status: What the source says of the line, or of its order.
        ordered: How many are ordered.
        received: How many have come, by the source or by us.
    """
    if ordered > 0 and received >= ordered:
        return OrderState.RECEIVED
    if status is not None and not status.is_open:
        return OrderState(status.value)
    if received > 0:
        return OrderState.PARTLY_RECEIVED
    return OrderState((status or OrderStatus.PLACED).value)


def is_late(expected_on: date | None, state: OrderState, today: date) -> bool:
    """Whether a line should have been here."""
    return expected_on is not None and expected_on < today and state.is_open


def names(told: str, line: RequestedLine) -> bool:
    """Return whether what a source tells of refused lines is about this one: it says its number, or the part's."""
    return any(
        re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", told, re.IGNORECASE)
        for word in (f"line {line.number}", line.part_number)
    )
