"""Who has a part: our own shelf, asked now."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from servicedesk_core.domain.parts import PartOffer, PartQuery, Place, plain_number
from servicedesk_core.http import together
from servicedesk_tryton.api.client import Api
from servicedesk_tryton.api.site import LOT, SUPPLIER, Company, Site
from servicedesk_tryton.api.wire import Row, flag, key, number, part, parts, text
from servicedesk_tryton.meaning.mapper import BRAND, EAN, MPN, cost_of, identifier, serial_of
from servicedesk_tryton.reading.products import Products

_MOST_OFFERS: Final = 8
"""How many parts words may mean; each costs a request, and somebody waits."""
_LOOKED_THROUGH: Final = 200
_UPC, _EAN = 12, 13


class PartFinder:
    """Looks for parts.

    Args:
        api: The interface.
        site: What is known of the installation.
        products: Reads products.
    """

    def __init__(self, api: Api, site: Site, products: Products) -> None:
        self._api = api
        self._site = site
        self._products = products

    async def find(self, query: PartQuery) -> tuple[PartOffer, ...]:
        """Return the parts that are meant, with what lies where.

        Raises:
            ConnectorError: The server could not be asked, or refused.
        """
        company = await self._site.company()
        wanted: list[Any] = []
        lots: list[Row] = []
        if serial := (query.serial or "").strip():
            lots = await self._lots(company, serial)
            wanted.append(["id", "in", sorted({ref for lot in lots if (ref := key(lot.get("product")))})])
        if code := (query.upc or "").strip():
            wanted.append(["identifiers.code", "in", _spellings(code)])
        if said := (query.part_number or "").strip():
            wanted.append(_numbered(said, has_suppliers=SUPPLIER in company.models))
        wanted += [_named(word) for word in (query.words or "").split()]
        rows = await self._products.matching(wanted, _LOOKED_THROUGH if said else _MOST_OFFERS)
        meant = [row for row in rows if not said or plain_number(said) in _numbers(row)][:_MOST_OFFERS]
        places = await self._site.places()
        has_lots = await self._with_lots(company, places, meant)
        pieces = [ref for lot in lots if (ref := key(lot.get("id")))] if serial else None
        found = await together(
            *(self._held(company, places, ref, pieces, has_lots=ref in has_lots) for ref in map(_ref, meant))
        )
        return tuple(_offer(row, held, query) for row, held in zip(meant, found, strict=True))

    async def _lots(self, company: Company, serial: str) -> list[Row]:
        if LOT not in company.models:
            return []
        rows = await self._api.rows(
            LOT, [["number", "ilike", _escaped(serial)]], ("number", "product"), company.context
        )
        return [row for row in rows if (text(row.get("number")) or "").casefold() == serial.casefold()]

    async def _with_lots(self, company: Company, places: Mapping[int, str], rows: Sequence[Row]) -> set[int]:
        """Return the products of which lots lie somewhere."""
        if LOT not in company.models or not rows or not places:
            return set()
        context = {**company.context, "locations": list(places), "with_childs": False}
        domain = [["product", "in", [_ref(row) for row in rows]], ["quantity", "!=", 0]]
        lots = await self._api.rows(LOT, domain, ("product",), context)
        return {ref for lot in lots if (ref := key(lot.get("product"))) is not None}

    async def _held(
        self, company: Company, places: Mapping[int, str], ref: int, pieces: Sequence[int] | None, *, has_lots: bool
    ) -> list[Place]:
        """Return what of a product lies where and can be taken; of certain pieces only, if they are named."""
        if pieces is not None and not has_lots:
            return []
        context = {**company.context, "product": ref, "with_childs": False, "stock_assign": True}
        domain = [["id", "in", list(places)]]
        rows = await self._api.rows("stock.location", domain, ("quantity",), context) if places else []
        held = {at: count for row in rows if (at := _ref(row)) in places and (count := _count(row)) != 0}
        if not has_lots:
            return [_place(places[at], f"{at}-{ref}", count) for at, count in held.items()]
        lots = await together(*(self._lots_at(company, ref, at) for at in held))
        found: list[Place] = []
        for (at, count), own in zip(held.items(), lots, strict=True):
            found += [
                _place(places[at], f"{at}-{ref}-{_ref(lot)}", _count(lot), lot)
                for lot in own
                if pieces is None or _ref(lot) in pieces
            ]
            rest = count - sum(map(_count, own), Decimal(0))
            if pieces is None and rest > 0:
                found.append(_place(places[at], f"{at}-{ref}", rest))
        return found

    async def _lots_at(self, company: Company, ref: int, place: int) -> list[Row]:
        context = {**company.context, "locations": [place], "with_childs": False, "stock_assign": True}
        domain = [["product", "=", ref], ["quantity", "!=", 0]]
        return await self._api.rows(LOT, domain, ("number", "quantity"), context)


def _offer(row: Row, places: Sequence[Place], query: PartQuery) -> PartOffer:
    cost, currency = cost_of(row)
    return PartOffer(
        number=text(row.get("code")) or str(_ref(row)),
        name=text(part(row, "template").get("name")) or "",
        manufacturer=identifier(row, BRAND),
        manufacturer_part_number=identifier(row, MPN),
        upc=identifier(row, EAN) or query.upc,
        unit_price=cost,
        currency=currency,
        available=sum((place.available or Decimal(0) for place in places), Decimal(0)),
        places=tuple(places),
        is_active=flag(row.get("active")),
        replaced_by=text(part(row, "replaced_by").get("code")),
    )


def _place(name: str, ref: str, count: Decimal, lot: Row | None = None) -> Place:
    serial = serial_of(lot, count)
    return Place(name=name, available=max(count, Decimal(0)), ref=ref, serial_numbers=(serial,) if serial else ())


def _named(word: str) -> list[Any]:
    """Return a clause for a word of a name or number; the server's own search finds numbers by their beginning only."""
    return ["OR", *([field, "ilike", f"%{_escaped(word)}%"] for field in ("template.name", "code", "identifiers.code"))]


def _numbered(said: str, *, has_suppliers: bool) -> list[Any]:
    """Return a clause for a whole number, ours, a maker's or a supplier's, whatever stands between its letters."""
    pattern = "%".join(character for character in said if character.isalnum()) or _escaped(said)
    fields = ["code", "identifiers.code", *(["template.product_suppliers.code"] if has_suppliers else [])]
    return ["OR", *([field, "ilike", pattern] for field in fields)]


def _numbers(row: Row) -> set[str]:
    """Return all numbers of a product, however they are spelt."""
    codes = [one.get("code") for one in (*parts(row, "identifiers"), *parts(row, "template", "product_suppliers"))]
    return set(map(plain_number, map(text, (row.get("code"), *codes)))) - {""}


def _spellings(code: str) -> list[str]:
    """Return a bar code as scanners say it: a UPC is an EAN with a nought before it."""
    other = {_UPC: f"0{code}", _EAN: code.removeprefix("0")}.get(len(code), code)
    return sorted({code, other})


def _escaped(words: str) -> str:
    """Return words for a search by pattern, where they stand for themselves."""
    return re.sub(r"([\\%_])", r"\\\1", words)


def _ref(row: Row) -> int:
    return key(row.get("id")) or 0


def _count(row: Row) -> Decimal:
    return number(row.get("quantity")) or Decimal(0)
