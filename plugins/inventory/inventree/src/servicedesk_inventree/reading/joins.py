"""What a record's own row lacks: of a part who makes it and what its pieces cost, of an order its lines."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from servicedesk_core.hooks import SourceRecord
from servicedesk_inventree.api.client import Api
from servicedesk_inventree.meaning.mapper import ITEMS, MAKERS
from servicedesk_inventree.meaning.orders import LINES
from servicedesk_inventree.meaning.values import key
from servicedesk_inventree.reading.pages import Position, cuts


@dataclass(frozen=True, slots=True)
class Join:
    """A list whose rows name a record.

    Attributes:
        key: Under which they stand in the record's payload.
        path: Of the list, below ``/api/``.
        query: What is asked for.
        keep: What of a row is kept.
        by: The row's field that names the record, and the filter for it.
    """

    key: str
    path: str
    query: Mapping[str, str]
    keep: tuple[str, ...]
    by: str = "part"


JOINS: Final[Mapping[str, tuple[Join, ...]]] = {
    "parts": (
        Join(
            MAKERS, "company/part/manufacturer/", {"manufacturer_detail": "true", "ordering": "part"},
            ("pk", "MPN", "manufacturer_detail"),
        ),
        Join(
            ITEMS, "stock/", {"in_stock": "true", "ordering": "creation_date"},
            ("pk", "quantity", "in_stock", "status", "purchase_price", "purchase_price_currency"),
        ),
    ),
    "purchase_orders": (
        Join(
            LINES, "order/po-line/", {"part_detail": "true", "ordering": "reference"},
            (
                "pk", "reference", "quantity", "received", "purchase_price", "purchase_price_currency", "target_date",
                "sku", "mpn", "ipn", "internal_part", "internal_part_name", "supplier_part_detail",
            ),
            by="order",
        ),
    ),
}  # fmt: skip
"""What belongs to the records of a stream and stands in lists of its own."""


class Joined:
    """Rows by the record that they name.

    Args:
        rows: By key of the join and by record, each by its own id.
    """

    def __init__(self, rows: Mapping[str, Mapping[str, Mapping[int, Any]]]) -> None:
        self._rows = rows

    def fold(self, record: SourceRecord) -> SourceRecord:
        """Return a record with the rows that name it."""
        own = {
            key: [row for _, row in sorted(rows.get(record.external_id, {}).items())]
            for key, rows in self._rows.items()
        }
        return SourceRecord(record.external_id, {**(record.raw or {}), **own})


async def joined(api: Api, page_size: int, joins: Sequence[Join], ref: str | None = None) -> Joined:
    """Return the rows of all records, or of one.

    Args:
        api: The server's interface.
        page_size: Rows a page.
        joins: Which rows.
        ref: The record; ``None`` = all.

    Raises:
        ConnectorError: The server could not be asked, or a right is lacking.
    """
    found: dict[str, Mapping[str, Mapping[int, Any]]] = {}
    for one in joins:
        query = {**one.query, one.by: ref} if ref else one.query

        async def ask(
            offset: int, limit: int, path: str = one.path, query: Mapping[str, str] = query
        ) -> tuple[list[Any], int]:
            return await api.page(path, limit=limit, offset=offset, query=query)

        rows: defaultdict[str, dict[int, Any]] = defaultdict(dict)
        async for cut in cuts(ask, page_size, Position()):
            for row in cut.rows:
                named = key(row.get(one.by)) if isinstance(row, Mapping) else None
                if named is not None and key(row.get("pk")) is not None:
                    rows[named][row["pk"]] = {name: row.get(name) for name in one.keep}
        found[one.key] = rows
    return Joined(found)
