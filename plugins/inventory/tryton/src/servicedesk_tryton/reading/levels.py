"""The stream of stock levels: place after place, or where something moved."""

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from servicedesk_core.hooks import Page, PullMode, PullRequest, SourceRecord, source_record
from servicedesk_tryton.api.client import Api
from servicedesk_tryton.api.site import Company, Site
from servicedesk_tryton.api.wire import Row, key, newest, since
from servicedesk_tryton.reading.position import Position, read_position
from servicedesk_tryton.reading.shelves import Shelf, Shelves

_REF: Final = re.compile(r"([1-9]\d{0,17})-([1-9]\d{0,17})(?:-([1-9]\d{0,17}))?")
_STAMPS: Final = ("create_date", "write_date")
_MOVED: Final = ("product", "from_location", "to_location", "lot.id", *_STAMPS)
_MOVES_A_PAGE: Final = 1000

Touched = dict[int, dict[int, set[str]]]
"""By place and product: the ids of levels that may have changed."""


class Levels:
    """Reads levels.

    Args:
        api: The interface.
        site: What is known of the installation.
        page_size: Products a page.
    """

    def __init__(self, api: Api, site: Site, page_size: int) -> None:
        self._api = api
        self._site = site
        self._shelves = Shelves(api)
        self._page_size = page_size

    async def pull(self, request: PullRequest) -> AsyncIterator[Page]:
        """Read all levels, or those at the places between which something moved.

        Raises:
            CursorError: The position is not understood.
            ConnectorError: The server could not be asked.
        """
        at = read_position(request.resume)
        company = await self._site.company()
        shelves = [Shelf(ref, name) for ref, name in sorted((await self._site.places()).items())]
        size = min(request.page_size or self._page_size, self._page_size)
        if request.mode is PullMode.INCREMENTAL and request.since is not None:
            pages = self._changed(company, shelves, at, size, request.since)
        else:
            pages = self._all(company, shelves, at, size, only_ids=request.mode is PullMode.RECONCILE)
        async for page in pages:
            yield page

    async def named(self, refs: Sequence[str]) -> dict[str, SourceRecord]:
        """Return levels by id; one of nothing is not there.

        Raises:
            ConnectorError: The server could not be asked.
        """
        company, places = await self._site.company(), await self._site.places()
        wanted: defaultdict[int, set[int]] = defaultdict(set)
        for ref in refs:
            if (found := split(ref)) is not None and found[0] in places:
                wanted[found[0]].add(found[1])
        records: dict[str, SourceRecord] = {}
        for place, products in wanted.items():
            rows = await self._shelves.levels(company, Shelf(place, places[place]), sorted(products))
            records |= {str(row["ref"]): source_record(row, "ref") for row in rows}
        return {ref: records[ref] for ref in refs if ref in records}

    async def _all(
        self, company: Company, shelves: Sequence[Shelf], at: Position, size: int, *, only_ids: bool
    ) -> AsyncIterator[Page]:
        # What moves from now on is read by the next run, which begins at the newest move of before.
        until = at.until or await self._newest_move(company)
        for shelf in shelves:
            if shelf.id < at.place:
                continue
            last = at.last if shelf.id == at.place else 0
            while rows := await self._shelves.products(company, shelf, last, size):
                ids = [ref for row in rows if (ref := key(row.get("id"))) is not None]
                levels = await self._shelves.levels(company, shelf, ids, rows)
                last = max(ids)
                yield _page(levels, Position(shelf.id, last, until), size, only_ids=only_ids)
        yield _page((), Position(until=until), size, is_last=True)

    async def _changed(
        self, company: Company, shelves: Sequence[Shelf], at: Position, size: int, bound: datetime
    ) -> AsyncIterator[Page]:
        until, touched = await self._touched(company, bound)
        until = at.until or until
        for shelf in shelves:
            if shelf.id < at.place:
                continue
            last = at.last if shelf.id == at.place else 0
            ids = sorted(ref for ref in touched.get(shelf.id, {}) if ref > last)
            for begin in range(0, len(ids), size):
                some = ids[begin : begin + size]
                levels = await self._shelves.levels(company, shelf, some)
                there = {str(row["ref"]) for row in levels}
                asked = {ref for one in some for ref in touched[shelf.id][one]}
                yield _page(levels, Position(shelf.id, some[-1], until), size, gone=sorted(asked - there))
        yield _page((), Position(until=until), size, is_last=True)

    async def _touched(self, company: Company, bound: datetime) -> tuple[datetime | None, Touched]:
        """Return the newest change of moves, and which levels moves changed since an instant."""
        touched: defaultdict[int, defaultdict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        stamps: list[datetime] = []
        fields = _MOVED if "stock.lot" in company.models else [name for name in _MOVED if name != "lot.id"]
        last = 0
        while moves := await self._api.rows(
            "stock.move", [["OR", *since(bound, "")], ["id", ">", last]], fields, company.context, limit=_MOVES_A_PAGE
        ):
            for move in moves:
                product, lot = key(move.get("product")) or 0, move.get("lot.")
                for place in (key(move.get("from_location")) or 0, key(move.get("to_location")) or 0):
                    touched[place][product].add(f"{place}-{product}")
                    if isinstance(lot, dict):
                        touched[place][product].add(f"{place}-{product}-{lot.get('id')}")
            stamps += [stamp for move in moves if (stamp := newest([move])) is not None]
            last = max(key(move.get("id")) or 0 for move in moves)
        return max(stamps, default=None), {place: dict(products) for place, products in touched.items()}

    async def _newest_move(self, company: Company) -> datetime | None:
        found: list[Row] = []
        for order in (("write_date", "DESC NULLS LAST"), ("create_date", "DESC")):
            found += await self._api.rows("stock.move", [], _STAMPS, company.context, limit=1, order=(order,))
        return newest(found)


def split(ref: str | None) -> tuple[int, int, int | None] | None:
    """Return place, product and lot of our id of a level; ``None`` when it is none."""
    found = _REF.fullmatch(ref or "")
    return None if found is None else (int(found[1]), int(found[2]), int(found[3]) if found[3] else None)


def _page(
    rows: Iterable[Row], after: Position, size: int, *, only_ids: bool = False, is_last: bool = False, gone: Any = ()
) -> Page:
    records = [source_record(row, "ref") for row in rows]
    return Page(
        records=[SourceRecord(one.external_id, None) for one in records] if only_ids else records,
        resume=None if is_last else after.text(),
        last=is_last,
        max_stamp=after.until,
        requested=size,
        gone=gone,
    )
