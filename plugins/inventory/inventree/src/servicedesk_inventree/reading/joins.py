"""What a part's own record lacks: who makes it, and what was paid for the pieces that lie here."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from servicedesk_core.hooks import SourceRecord
from servicedesk_inventree.api.client import Api
from servicedesk_inventree.meaning.mapper import ITEMS, MAKERS
from servicedesk_inventree.meaning.values import key
from servicedesk_inventree.reading.pages import Position, cuts


@dataclass(frozen=True, slots=True)
class Join:
    """A list whose rows name a part.

    Attributes:
        key: Under which they stand in the part's payload.
        path: Of the list, below ``/api/``.
        query: What is asked for.
        keep: What of a row is kept.
    """

    key: str
    path: str
    query: Mapping[str, str]
    keep: tuple[str, ...]


JOINS: Final = (
    Join(
        MAKERS, "company/part/manufacturer/", {"manufacturer_detail": "true", "ordering": "part"},
        ("pk", "MPN", "manufacturer_detail"),
    ),
    Join(
        ITEMS, "stock/", {"in_stock": "true", "ordering": "creation_date"},
        ("pk", "quantity", "in_stock", "status", "purchase_price", "purchase_price_currency"),
    ),
)  # fmt: skip


class Joined:
    """Rows by part.

    Args:
        rows: By key of the join and by part, each by its own id.
    """

    def __init__(self, rows: Mapping[str, Mapping[str, Mapping[int, Any]]]) -> None:
        self._rows = rows

    def fold(self, record: SourceRecord) -> SourceRecord:
        """Return a part's record with the rows that name it."""
        own = {
            one.key: [row for _, row in sorted(self._rows[one.key].get(record.external_id, {}).items())]
            for one in JOINS
        }
        return SourceRecord(record.external_id, {**(record.raw or {}), **own})


async def joined(api: Api, page_size: int, part: str | None = None) -> Joined:
    """Return the rows of all parts, or of one.

    Args:
        api: The server's interface.
        page_size: Rows a page.
        part: The part; ``None`` = all.

    Raises:
        ConnectorError: The server could not be asked, or a right is lacking.
    """
    found: dict[str, Mapping[str, Mapping[int, Any]]] = {}
    for one in JOINS:
        query = {**one.query, "part": part} if part else one.query

        async def ask(
            offset: int, limit: int, path: str = one.path, query: Mapping[str, str] = query
        ) -> tuple[list[Any], int]:
            return await api.page(path, limit=limit, offset=offset, query=query)

        rows: defaultdict[str, dict[int, Any]] = defaultdict(dict)
        async for cut in cuts(ask, page_size, Position()):
            for row in cut.rows:
                ref = key(row.get("part")) if isinstance(row, Mapping) else None
                if ref is not None and key(row.get("pk")) is not None:
                    rows[ref][row["pk"]] = {name: row.get(name) for name in one.keep}
        found[one.key] = rows
    return Joined(found)
