"""Pages of a query: rows by rising id, rendered as they are stored."""

from urllib.parse import quote

import orjson

from servicedesk_autotask.sandbox.entities import Entity
from servicedesk_autotask.sandbox.errors import VendorError
from servicedesk_autotask.sandbox.query.parse import Query
from servicedesk_autotask.sandbox.query.sql import Translator
from servicedesk_autotask.sandbox.store import Store


def read_cursor(token: str) -> tuple[int | None, int | None, int]:
    """Read a paging token: rows after an id, or before one, and the page size."""
    try:
        raw = orjson.loads(token)
        after, before = raw["nextIds"], raw["previousIds"]
        return (after[0] if after else None), (before[0] if before else None), int(raw["pageSize"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise VendorError("The paging token is not valid.") from error


def _address(base: str, size: int, search: str | None, *, after: int | None = None, before: int | None = None) -> str:
    token = {
        "pageSize": size,
        "previousIds": [] if before is None else [before],
        "nextIds": [] if after is None else [after],
    }
    address = f"{base}/query/next?paging={quote(orjson.dumps(token).decode(), safe='')}"
    return address if search is None else f"{address}&search={quote(search, safe='')}"


def count(store: Store, entity: Entity, query: Query) -> int:
    """Number of rows a query finds."""
    translator = Translator(store, entity.plural)
    where = translator.group(query.where)
    return store.count(entity.plural, where, translator.arguments)


def page(
    store: Store,
    entity: Entity,
    query: Query,
    *,
    base: str,
    search: str | None,
    cursor: tuple[int | None, int | None, int] | None = None,
    trailing: bool = False,
) -> bytes:
    """Render one page.

    Args:
        store: Rows.
        entity: What is asked for.
        query: Conditions, fields and page size.
        base: Address of the entity, for the addresses of other pages.
        search: The query as sent by GET; None after a POST.
        cursor: Place of the page, from a paging token.
        trailing: Announce a page after a full last one.
    """
    after, before, size = cursor or (None, None, query.size)
    translator = Translator(store, entity.plural)
    where, order = translator.group(query.where) + translator.narrow(query.where), "ASC"
    if after is not None:
        where += " AND id > ?"
        translator.arguments.append(after)
    elif before is not None:
        where, order = f"{where} AND id < ?", "DESC"
        translator.arguments.append(before)
    rows = store.db.execute(
        f'SELECT id, CAST(body AS BLOB) FROM "{entity.plural}" WHERE {where} ORDER BY id {order} LIMIT {size + 1}',  # noqa: S608
        translator.arguments,
    ).fetchall()
    more = len(rows) > size or (trailing and len(rows) == size)
    rows = rows[:size]
    if order == "DESC":
        rows.reverse()
        more = True
    first, last = (rows[0][0], rows[-1][0]) if rows else (None, None)
    details = {
        "count": len(rows),
        "requestCount": size,
        "prevPageUrl": _address(base, size, search, before=first) if rows and after is not None else None,
        "nextPageUrl": _address(base, size, search, after=last) if more and rows else None,
    }
    bodies = [body for _, body in rows] if query.fields is None else _narrowed(rows, query.fields)
    return b'{"items":[' + b",".join(bodies) + b'],"pageDetails":' + orjson.dumps(details) + b"}"


def _narrowed(rows: list[tuple[int, bytes]], names: tuple[str, ...]) -> list[bytes]:
    wanted = ("id", *(name for name in names if name != "id"))
    narrowed = []
    for _, body in rows:
        row = orjson.loads(body)
        kept = {name: row.get(name) for name in wanted}
        if "userDefinedFields" in row:
            kept["userDefinedFields"] = row["userDefinedFields"]
        narrowed.append(orjson.dumps(kept))
    return narrowed
