"""Who has a part: one search of the catalogue, and one question for price and availability of what it found."""

import math
from datetime import date

from servicedesk_core.domain.parts import PartOffer, PartQuery, plain_upc, same_number
from servicedesk_ingram.api.client import Api
from servicedesk_ingram.catalogue.offers import is_refused, offer_of
from servicedesk_ingram.values import Row, key, text

_MOST_PRICED = 50
"""Products that one request asks for at most; a rule of the vendor's."""
_LOOKED_THROUGH = 100
_DESCRIBED_BY = (
    "description", "extraDescription", "vendorName", "category", "subCategory", "productType", "ingramPartNumber",
    "vendorPartNumber",
)  # fmt: skip
_BAR_CODE_DIGITS = (12, 13, 14)


async def find(api: Api, query: PartQuery, currency: str, today: date) -> tuple[PartOffer, ...]:
    """Return the products that are meant, with price and availability, in the catalogue's order.

    Of more than fifty those that fit best, in Ingram Micro's own judgement, are offered.

    Args:
        api: The vendor's interface.
        query: What is looked for.
        currency: Of the account.
        today: The present day.

    Raises:
        ConnectorError: Ingram Micro could not be asked, or refused.
    """
    number, code, words = (_said(one) for one in (query.part_number, query.upc, query.words))
    named = number or code
    if not (named or words):
        return ()
    # Words alone are the vendor's to judge; beside a number they only narrow it down.
    found, total = await api.catalogue(named or words, _LOOKED_THROUGH if named else _MOST_PRICED)
    products = {
        ref: row for row in found if (ref := key(row.get("ingramPartNumber"))) and (not named or _fits(row, query))
    }
    typed = _as_typed(number, code) if not products or (named and total > len(found)) else []
    asked = [{"ingramPartNumber": ref} for ref in products][: _MOST_PRICED - len(typed)] + typed
    if not asked:
        return ()
    quantity = str(math.ceil(query.quantity))
    lines: dict[str, Row] = {}
    for line in await api.prices([{**one, "quantityRequested": quantity} for one in asked]):
        ref = key(line.get("ingramPartNumber"))
        if ref and (ref in products or (typed and not is_refused(line) and _fits(line, query))):
            lines.setdefault(ref, line)
    known = {**products, **{ref: {} for ref in lines if ref not in products}}
    return tuple(offer_of(ref, lines.get(ref, {}), row, currency, today) for ref, row in known.items())


def _as_typed(number: str, code: str) -> list[dict[str, str]]:
    """Return what to ask for where the catalogue shows nothing: it finds numbers in some spellings only."""
    if number:
        return [{"ingramPartNumber": number}, {"vendorPartNumber": number}]
    # A bar code of 12 digits is one of 13 with a nought before it, and the vendor writes either.
    whole = plain_upc(code).lstrip("0")
    return [{"upc": whole.zfill(digits)} for digits in _BAR_CODE_DIGITS if whole and len(whole) <= digits]


def _fits(row: Row, query: PartQuery) -> bool:
    """Return whether a product is what was said, in all of it."""
    number, code = _said(query.part_number), _said(query.upc)
    numbers = [key(row.get(name)) for name in ("ingramPartNumber", "vendorPartNumber")]
    if number and not any(same_number(number, one) for one in numbers):
        return False
    codes = [plain_upc(key(row.get(name))) for name in ("upcCode", "upc")]
    if code and (not plain_upc(code) or plain_upc(code) not in codes):
        return False
    described = " ".join(text(row.get(name)) or "" for name in _DESCRIBED_BY).casefold()
    return all(word in described for word in _said(query.words).casefold().split())


def _said(value: str | None) -> str:
    return (value or "").strip()
