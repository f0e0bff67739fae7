"""Paging by id: ask for ids above the last one until a page comes short.

The vendor recommends it beside its own next-page addresses. It needs no state at the vendor, can go on after a restart,
and a page that was lost on the way is simply asked for again.
"""

import re
from bisect import bisect_left
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from operator import lt
from typing import Any

from servicedesk_autotask.api.client import Api, QueryPage, Row
from servicedesk_autotask.api.query import Condition, where
from servicedesk_core.errors import ProtocolError

LARGEST_ID = 2**63 - 1
_TRIES = 2
_TELLS_ONE_FROM_MANY = 3
_ONE_IN = 20
"""So many rows may have one whose id is odd; more mean that the page itself cannot be trusted."""
_WHOLE = re.compile(r"\s*-?[0-9]{1,19}\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class IdPage:
    """A page of rows by rising id.

    Attributes:
        rows: The rows as they came, doubled ones and ones without a usable id included.
        last_id: Highest id so far; ``None`` while none was seen.
        last: Whether the vendor has no more.
        requested: Rows asked for.
        vendor_count: Rows that the vendor says it sent.
    """

    rows: list[Row]
    last_id: int | None
    last: bool
    requested: int
    vendor_count: int | None


def whole_number(value: Any) -> int | None:
    """Return an id or a reference as a number, which may also come as text; ``None`` when it is none. 0 is a number."""
    if type(value) is int and -LARGEST_ID <= value <= LARGEST_ID:  # the usual one: this runs for every row
        return value
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_ID:
        return value
    return None


def row_id(row: Row) -> int | None:
    """Return the id of a row; ``None`` when it has no usable one."""
    return whole_number(row.get("id"))


async def id_pages(
    api: Api,
    entity: str,
    conditions: Sequence[Condition] = (),
    *,
    after: int | None = None,
    size: int,
    fields: Sequence[str] | None = None,
    reserved: bool = False,
) -> AsyncIterator[IdPage]:
    """Read all rows that meet the conditions.

    Args:
        api: The tenant's interface.
        entity: What to read.
        conditions: All must hold.
        after: Only ids above this one.
        size: Rows a page.
        fields: Fields wanted; ``None`` = all.
        reserved: Whether the quota's share for incremental work may be used.

    Yields:
        Pages; the last one says so.

    Raises:
        ProtocolError: The vendor repeats or shuffles pages, so that going on could lose rows.
        ConnectorError: A page could not be read.
    """
    last_id = after
    while True:
        bounded = list(conditions)
        if last_id is not None:
            bounded.append(where("id", "gt", last_id))
        elif not bounded:  # a query must have a condition
            bounded.append(where("id", "exist"))
        page = await _steady_page(api, entity, bounded, after=last_id, size=size, fields=fields, reserved=reserved)
        ids = _rising(page.rows, last_id)
        last = not page.rows or (len(page.rows) < size and not page.has_next)
        if ids:
            last_id = ids[-1]
        elif not last:
            raise ProtocolError(f"Autotask sent a page of {entity} on which no row has an id; it cannot be gone past.")
        yield IdPage(page.rows, last_id, last, size, page.vendor_count)
        if last:
            return


async def _steady_page(
    api: Api,
    entity: str,
    conditions: Sequence[Condition],
    *,
    after: int | None,
    size: int,
    fields: Sequence[str] | None,
    reserved: bool,
) -> QueryPage:
    """Return a page that can be trusted; one that can't is asked for once more."""
    fault = ""
    for _ in range(_TRIES):
        page = await api.query(entity, conditions, fields=fields, size=size, reserved=reserved)
        fault = _fault(page, after)
        if not fault:
            return page
    raise ProtocolError(
        f"Autotask answered a page of {entity} {fault}, twice.",
        hint="Nothing of it was kept. The pass goes on from the page before with the next sync.",
    )


def _fault(page: QueryPage, after: int | None) -> str:
    if page.vendor_count is not None and page.vendor_count != len(page.rows):
        return f"with {len(page.rows)} rows although it says {page.vendor_count}"
    ids = _ids(page.rows)
    odd = len(ids) - len(_rising(page.rows, after))
    if not odd or (len(ids) >= _TELLS_ONE_FROM_MANY and odd <= max(1, len(ids) // _ONE_IN)):
        return ""
    return "whose rows were there before" if after is not None and min(ids) <= after else "out of order"


def _ids(rows: Sequence[Row]) -> list[int]:
    """Return the usable ids, each once."""
    found: list[Any] = [row.get("id") for row in rows]
    if set(map(type, found)) == {int} and _is_rising(found) and found[0] >= -LARGEST_ID and found[-1] <= LARGEST_ID:
        return found
    return list(dict.fromkeys(number for row in rows if (number := row_id(row)) is not None))


def _is_rising(ids: Sequence[Any]) -> bool:
    return all(map(lt, ids, ids[1:]))


def _rising(rows: Sequence[Row], after: int | None) -> list[int]:
    """Return the ids above ``after`` that rise, without the few odd ones between them: the longest rising part."""
    ids = [number for number in _ids(rows) if after is None or number > after]
    if _is_rising(ids):
        return ids
    ends: list[int] = []  # the smallest id that a rising part of each length can end with
    places: list[int] = []
    for number in ids:
        place = bisect_left(ends, number)
        ends[place : place + 1] = [number]
        places.append(place)
    found: list[int] = []
    wanted = len(ends) - 1
    for number, place in zip(reversed(ids), reversed(places), strict=True):
        if place == wanted:
            found.append(number)
            wanted -= 1
    return found[::-1]
