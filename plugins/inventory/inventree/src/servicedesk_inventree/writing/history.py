"""The history of stock: which movements it shows, by the mark in their notes."""

from collections.abc import Mapping
from typing import Final

from servicedesk_core.errors import NotFoundError
from servicedesk_core.hooks import (
    Clock,
    FindResult,
    Inconclusive,
    Known,
    ProvenAbsent,
    Write,
    looked_for,
    marks,
)
from servicedesk_inventree.api.client import Api, Row
from servicedesk_inventree.capabilities import RECEIVE
from servicedesk_inventree.meaning.values import key

_PATH = "stock/track/"
_CANARIES = 20
_AUDIT_SINCE = 566
"""From this version on the server keeps another history, at another address."""
ELSEWHERE: Final = (
    "This InvenTree server keeps its history of stock at an address that is not known here: a movement whose answer "
    "gets lost could not be found again, so none is sent."
)


class History:
    """Finds movements.

    Args:
        api: The server's interface.
        clock: The time.
        settle_s: Seconds after which what the history does not show was not done.
    """

    def __init__(self, api: Api, clock: Clock, settle_s: float) -> None:
        self._api = api
        self._clock = clock
        self._settle_s = settle_s

    async def is_kept(self) -> bool:
        """Return whether the server has the history that is known here."""
        return await self._api.api_version() < _AUDIT_SINCE

    async def entry(self, ref: str) -> Row | None:
        """Return one entry; ``None`` when there is none."""
        if not ref.isdigit():
            return None
        try:
            return await self._api.one(f"{_PATH}{ref}/")
        except NotFoundError:
            return None

    async def entry_of(self, write: Write) -> Row | None:
        """Return the entry that carries the mark of a write; ``None`` unless there is exactly one."""
        found = await self._marked(write.id)
        return found[0] if len(found) == 1 else None

    async def receipt_of(self, write: Write) -> str | None:
        """Return the first entry of what an order brought that carries the mark of a write, and names the order."""
        found = [str(row["pk"]) for row in await self._marked(write.id) if _order_in(row) == write.parent]
        return min(found, key=int, default=None)

    async def find(self, write: Write) -> FindResult:
        """Look for a movement whose fate is unknown.

        Raises:
            ConnectorError: The server could not be asked.
        """
        if not await self.is_kept():
            return Inconclusive(ELSEWHERE)
        search, canary = (
            (self._receipts, self._any_receipt) if write.kind == RECEIVE else (self._search, self._any_marked)
        )
        found = await looked_for(write, search, now=self._clock.now(), settle_s=self._settle_s, canary=canary)
        if write.kind == RECEIVE:
            return found
        if isinstance(found, ProvenAbsent) and not await self._exists(write.parent):
            # With an item its history is deleted, whether it was emptied or somebody did it.
            return Inconclusive("The stock item is gone, and its history with it.")
        return found

    async def _search(self, key: str, item: str | None) -> list[str]:
        """Return the entries that carry a mark, of whichever item: a movement may make a new one."""
        del item
        return [str(row["pk"]) for row in await self._marked(key)]

    async def _receipts(self, looked: str, order: str | None) -> list[str]:
        """Return the first entry that carries a mark: what comes of an order makes one for each item."""
        entry = await self.receipt_of(Write(looked, RECEIVE, parent=order))
        return [entry] if entry is not None else []

    async def _any_marked(self) -> Known | None:
        """Return a movement that carries any mark of ours."""
        return next((Known(mark, str(row.get("pk")), key(row.get("item"))) for row, mark in await self._marks()), None)

    async def _any_receipt(self) -> Known | None:
        """Return the first entry of a receipt of ours: the search finds nothing else of it."""
        for row, mark in await self._marks():
            order = _order_in(row)
            if order is not None and (ref := await self.receipt_of(Write(mark, RECEIVE, parent=order))) is not None:
                return Known(mark, ref, order)
        return None

    async def _marks(self) -> list[tuple[Row, str]]:
        """Return entries with marks of ours in them."""
        rows, _ = await self._api.page(_PATH, limit=_CANARIES, query={"search": marks.START})
        return [(row, mark) for row in rows if isinstance(row, Mapping) for mark in marks.marks_in(row.get("notes"))]

    async def _marked(self, write_id: str) -> list[Row]:
        rows = await self._api.rows(_PATH, {"search": write_id})
        return [row for row in rows if marks.carries_mark(row.get("notes"), write_id) and key(row.get("pk"))]

    async def _exists(self, item: str | None) -> bool:
        try:
            await self._api.one(f"stock/{item}/")
        except NotFoundError:
            return False
        return True


def _order_in(entry: Row) -> str | None:
    """Return the order that an entry of the history names."""
    deltas = entry.get("deltas")
    return key(deltas.get("purchaseorder")) if isinstance(deltas, Mapping) else None
