"""How many of a product lie at a place now: the server works it out from all moves, for one place at a time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from servicedesk_core.http import together
from servicedesk_tryton.api.client import Api
from servicedesk_tryton.api.site import LOT, Company
from servicedesk_tryton.api.wire import Row, key, number
from servicedesk_tryton.meaning.mapper import AVAILABLE, PLACE
from servicedesk_tryton.meaning.mapper import LOT as LOT_FIELD
from servicedesk_tryton.reading.products import PRODUCT

HELD: Final = ["OR", ["quantity", "!=", 0], ["forecast_quantity", "!=", 0]]
_COUNTED: Final = ("quantity", "forecast_quantity")


@dataclass(frozen=True, slots=True)
class Shelf:
    """A place.

    Attributes:
        id: Its id.
        name: What it is called.
    """

    id: int
    name: str


class Shelves:
    """Reads what lies where.

    Args:
        api: The interface.
    """

    def __init__(self, api: Api) -> None:
        self._api = api

    async def products(self, company: Company, shelf: Shelf, after: int, limit: int) -> list[Row]:
        """Return the next products of which a place has or expects some.

        Args:
            company: The company.
            shelf: The place.
            after: Id of the product that came last.
            limit: At most so many.

        Raises:
            ConnectorError: The server could not be asked.
        """
        domain = [HELD, ["id", ">", after]]
        return await self._api.rows(PRODUCT, domain, _COUNTED, _here(company, shelf), limit=limit)

    async def levels(
        self, company: Company, shelf: Shelf, ids: Sequence[int], rows: Sequence[Row] | None = None
    ) -> list[Row]:
        """Return the levels of products at a place: one of each, and one of each of its lots that lies there.

        Args:
            company: The company.
            shelf: The place.
            ids: The products.
            rows: Their quantities, where they are known already.

        Raises:
            ConnectorError: The server could not be asked.
        """
        if not ids:
            return []
        context, free_context = _here(company, shelf), {**_here(company, shelf), "stock_assign": True}
        named, of_these = [["id", "in", list(ids)]], [["product", "in", list(ids)]]
        ask = self._api.rows
        has_lots = LOT in company.models
        found, free, lots, free_lots = await together(
            _known(rows) if rows is not None else ask(PRODUCT, [HELD, *named], _COUNTED, context),
            # What is assigned to somebody lies there still, and can be taken no more.
            ask(PRODUCT, named, ("quantity",), free_context),
            ask(LOT, [HELD, *of_these], ("number", "product", *_COUNTED), context) if has_lots else _known(()),
            ask(LOT, of_these, ("quantity",), free_context) if has_lots else _known(()),
        )
        pieces: defaultdict[int, list[Row]] = defaultdict(list)
        for lot in lots:
            pieces[key(lot.get("product")) or 0].append(lot)
        left, left_lots = _by_id(free), _by_id(free_lots)
        return [level for row in found for level in _told(shelf, row, pieces[key(row.get("id")) or 0], left, left_lots)]


def _told(
    shelf: Shelf, row: Row, lots: Iterable[Row], free: Mapping[int, Row], free_lots: Mapping[int, Row]
) -> Iterable[Row]:
    """Yield the levels of one product: its lots, and what is in none."""
    ref = key(row.get("id")) or 0
    rest = {name: number(row.get(name)) or Decimal(0) for name in _COUNTED}
    left = number(free.get(ref, {}).get("quantity")) or Decimal(0)
    for lot in lots:
        own = key(lot.get("id")) or 0
        taken = number(free_lots.get(own, {}).get("quantity")) or Decimal(0)
        for name in _COUNTED:
            rest[name] -= number(lot.get(name)) or Decimal(0)
        left -= taken
        counted = {name: lot.get(name) for name in _COUNTED}
        yield _level(shelf, ref, f"{shelf.id}-{ref}-{own}", counted, taken) | {
            LOT_FIELD: {"id": own, "number": lot.get("number")}
        }
    if any(rest.values()):
        yield _level(shelf, ref, f"{shelf.id}-{ref}", {name: float(value) for name, value in rest.items()}, left)


def _level(shelf: Shelf, product: int, ref: str, counted: Mapping[str, Any], free: Decimal) -> dict[str, Any]:
    return {"ref": ref, "id": product, PLACE: shelf.name, **counted, AVAILABLE: float(free)}


def _here(company: Company, shelf: Shelf) -> dict[str, Any]:
    return {**company.context, "locations": [shelf.id], "with_childs": False}


def _by_id(rows: Iterable[Row]) -> dict[int, Row]:
    return {ref: row for row in rows if (ref := key(row.get("id"))) is not None}


async def _known(rows: Sequence[Row]) -> Sequence[Row]:
    return rows
