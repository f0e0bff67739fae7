"""Paging by id: ask for ids above the last one until a page comes short.

The vendor recommends it beside its own next-page addresses. It needs no state at the vendor, can go on after a restart,
and a page that was lost on the way is simply asked for again.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from servicedesk_autotask.api.client import Api, QueryPage, Row
from servicedesk_autotask.api.query import Condition, where
from servicedesk_core.errors import ProtocolError

_TRIES = 2


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


def row_id(row: Row) -> int | None:
    """Return the id of a row, which may also come as text; ``None`` when it has no usable one. 0 is an id."""
    value = row.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal():
        return int(value)
    return None


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
        ids = [number for row in page.rows if (number := row_id(row)) is not None]
        last = not page.rows or (len(page.rows) < size and not page.has_next)
        if ids:
            last_id = ids[-1] if last_id is None else max(last_id, ids[-1])
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
    highest = after
    seen: set[int] = set()
    for row in page.rows:
        number = row_id(row)
        if number is None or number in seen:
            continue
        if highest is not None and number <= highest:
            return "whose rows were there before" if after is not None and number <= after else "out of order"
        highest = number
        seen.add(number)
    return ""
