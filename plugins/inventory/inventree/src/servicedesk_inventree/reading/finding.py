"""Who has a part: our own shelf, asked now."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from servicedesk_core.domain.parts import PartOffer, PartQuery, Place, same_number
from servicedesk_core.errors import NotFoundError
from servicedesk_core.http import together
from servicedesk_inventree.api.client import Api, Row
from servicedesk_inventree.meaning.stock import available, maker_of, paid, place_of
from servicedesk_inventree.meaning.values import key, text

_MOST_OFFERS = 8
"""How many parts words may mean; each costs two requests, and somebody waits."""
_LOOKED_THROUGH = 100
_UPC, _EAN = 12, 13


class PartFinder:
    """Looks for parts.

    Args:
        api: The server's interface.
    """

    def __init__(self, api: Api) -> None:
        self._api = api

    async def find(self, query: PartQuery) -> tuple[PartOffer, ...]:
        """Return the parts that are meant, with what lies where.

        Raises:
            ConnectorError: The server could not be asked, or refused.
        """
        known: dict[str, Row] = {}
        sets: list[list[str]] = []
        if serial := _said(query.serial):  # for an empty filter the server gives everything
            sets.append(_keys(await self._api.rows("stock/", {"serial": serial}), "part"))
        if code := _said(query.upc):
            sets.append(await self._by_bar_code(code))
        if number := _said(query.part_number):
            sets.append(await self._by_number(number))
        if words := _said(query.words):
            # Alone, words mean what lies there most; beside something else they only narrow it down.
            limit = _LOOKED_THROUGH if sets else _MOST_OFFERS
            search = {"search": words, "ordering": "-total_in_stock"}
            rows, _ = await self._api.page("part/", limit=limit, query=search)
            known = {ref: row for row in rows if isinstance(row, Mapping) and (ref := key(row.get("pk")))}
            sets.append(list(known))
        refs = [ref for ref in dict.fromkeys(sets[0]) if all(ref in one for one in sets[1:])][:_MOST_OFFERS]
        found = await together(*(self._offer(ref, known.get(ref), query) for ref in refs))
        return tuple(offer for offer in found if offer is not None)

    async def _by_number(self, number: str) -> list[str]:
        """Return the parts with exactly this number, however it is spelt: our own, the maker's or a supplier's."""
        found = await together(
            self._numbered("part/", "IPN", number, "pk"),
            self._numbered("company/part/manufacturer/", "MPN", number, "part"),
            self._numbered("company/part/", "SKU", number, "part"),
        )
        return [ref for one in found for ref in one]

    async def _numbered(self, path: str, field: str, number: str, part: str) -> list[str]:
        # A search finds pieces of numbers, in any case of letters; a filter the number as it was typed.
        rows, total = await self._api.page(path, limit=_LOOKED_THROUGH, query={"search": number})
        if total > _LOOKED_THROUGH:
            rows = [*rows, *await self._api.rows(path, {field: number})]
        return _keys((row for row in rows if same_number(text(row.get(field)), number)), part)

    async def _by_bar_code(self, code: str) -> list[str]:
        """Return the part that a bar code was given to, or that of the piece or of the supplier's part with it.

        A UPC is an EAN with a nought before it, and scanners say either.
        """
        other = {_UPC: f"0{code}", _EAN: code[1:] if code.startswith("0") else ""}.get(len(code), "")
        for one in filter(None, (code, other)):
            found = await self._api.scan(one)
            for name, path in (("part", None), ("stockitem", "stock/"), ("supplierpart", "company/part/")):
                named = found.get(name)
                ref = key(named.get("pk")) if isinstance(named, Mapping) else None
                if ref is None:
                    continue
                part = ref if path is None else key((await self._api.one(f"{path}{ref}/")).get("part"))
                return [part] if part else []
        return []

    async def _offer(self, ref: str, part: Row | None, query: PartQuery) -> PartOffer | None:
        try:
            part = part or await self._api.one(f"part/{ref}/")
        except NotFoundError:
            return None  # deleted since it was found
        serial = {"serial": said} if (said := _said(query.serial)) else {}
        items, makers = await together(
            self._api.rows("stock/", {"part": ref, "in_stock": "true", "location_detail": "true", **serial}),
            self._api.rows("company/part/manufacturer/", {"part": ref, "manufacturer_detail": "true"}),
        )
        return _offer(part, ref, items, makers, query)


def _offer(part: Row, ref: str, items: list[Row], makers: list[Row], query: PartQuery) -> PartOffer:
    maker, number = maker_of(makers, query.part_number)
    items = sorted(items, key=lambda item: item["pk"] if isinstance(item.get("pk"), int) else 0)
    # What was paid for the piece that lies here longest: that one is taken first.
    cost = next((price for item in items if (available(item) or 0) > 0 and (price := paid(item))), None)
    active = part.get("active")
    return PartOffer(
        number=text(part.get("IPN")) or ref,
        name=text(part.get("name")) or "",
        manufacturer=maker,
        manufacturer_part_number=number,
        upc=query.upc,
        unit_price=cost and cost[0],
        currency=cost and cost[1],
        available=sum((available(item) or Decimal(0) for item in items), Decimal(0)),
        places=tuple(_place(item) for item in items),
        is_active=active if isinstance(active, bool) else None,
    )


def _place(item: Row) -> Place:
    serial = text(item.get("serial"))
    return Place(
        name=place_of(item) or "without a place",
        available=available(item),
        ref=key(item.get("pk")),
        serial_numbers=(serial,) if serial else (),
    )


def _said(value: str | None) -> str:
    return (value or "").strip()


def _keys(rows: Iterable[Mapping[str, Any]], field: str) -> list[str]:
    return [ref for row in rows if (ref := key(row.get(field)))]
