"""Names of what records refer to, looked up in batches."""

from collections.abc import Collection, Iterable
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from servicedesk_core.domain import STREAMS, plain_name
from servicedesk_core.store import bulk
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS
from servicedesk_core.store.schema import sources as source_table


@cache
def _name(stream: str) -> str | None:
    """Return the field that names a record of a stream."""
    return next((field for field in ("name", "title", "number") if field in STREAMS[stream].model_fields), None)


def name_sql(stream: str, alias: str = "") -> str | None:
    """Return SQL for what people call a record, or ``None`` for a stream whose records have no name.

    Args:
        stream: The stream.
        alias: Alias of its table, if any.
    """
    dot = f"{alias}." if alias else ""
    if stream == "contacts":
        return f"NULLIF(TRIM(COALESCE({dot}first_name, '') || ' ' || COALESCE({dot}last_name, '')), '')"
    column = _name(stream)
    return None if column is None else f"{dot}{column}"


def name_column(stream: str) -> ColumnElement[Any]:
    """Return the same as a column."""
    table = RECORDS[stream].c
    if stream == "contacts":
        whole = func.trim(func.coalesce(table.first_name, "") + " " + func.coalesce(table.last_name, ""))
        return func.nullif(whole, "")
    return table[str(_name(stream))]


class Names:
    """Collects references first, then answers with one query for each source and stream."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx
        self._wanted: dict[tuple[int, str], set[str]] = {}
        self._known: dict[tuple[int, str], dict[str, str]] = {}

    def want(self, source_id: int, stream: str, ref: str | None) -> None:
        """Say that a name will be asked for."""
        if ref is not None:
            self._wanted.setdefault((source_id, stream), set()).add(ref)

    def of(self, source_id: int, stream: str, ref: str | None) -> str | None:
        """Return the name, or ``None`` when the record is not there or has none."""
        if ref is None:
            return None
        key = (source_id, stream)
        if key not in self._known:
            self._known[key] = self._look_up(*key)
        return self._known[key].get(ref)

    def all_of(self, source_id: int) -> dict[str, dict[str, str]]:
        """Return the names of everything wanted of one source, by stream and id."""
        return {stream: self._look_up(i, stream) for i, stream in self._wanted if i == source_id}

    def _look_up(self, source_id: int, stream: str) -> dict[str, str]:
        name = name_sql(stream)
        if name is None:
            return {}
        query = f"SELECT external_id, {name} FROM {stream} WHERE source_id = {{source}} AND external_id IN {{values}}"  # noqa: S608
        rows = bulk.select_in(self._tx, query, source_id, self._wanted.get((source_id, stream), ()))
        return {ref: text for ref, text in rows if text is not None}


class Meant(NamedTuple):
    """A record that a person may mean.

    Attributes:
        source_id: Its source.
        external_id: The vendor's id.
        name: What people call it.
        is_gone: Whether the vendor has it no more.
    """

    source_id: int
    external_id: str
    name: str | None
    is_gone: bool


def meant(tx: Connection, stream: str, word: str, *seen: ColumnElement[bool], begins: bool = False) -> list[Meant]:
    """Return the records that a person may mean by a word: their id or name, in any case and spelling of letters.

    Args:
        tx: Any transaction.
        stream: What they are.
        word: Id or name.
        seen: Only those of which this is true; another one hides none of them.
        begins: Where the vendor has none that is called so, also those whose name begins so.
    """
    return _meant(_called(tx, stream, seen), word, begins=begins)


def _called(tx: Connection, stream: str, seen: Iterable[ColumnElement[bool]]) -> list[tuple[Meant, str]]:
    table = RECORDS[stream].c
    query = select(table.source_id, table.external_id, name_column(stream), table.gone_at.is_not(None)).where(*seen)
    found = [Meant(*row) for row in tx.execute(query.order_by(table.external_id))]
    return [(one, plain_name(one.name or "").casefold()) for one in found]


def _meant(called: list[tuple[Meant, str]], word: str, *, begins: bool) -> list[Meant]:
    plain = plain_name(word)
    folded = plain.casefold()
    exact = [one for one, name in called if one.external_id in {word, plain} or (name and name == folded)]
    if not begins or any(not one.is_gone for one in exact):
        return exact
    return [one for one, name in called if one in exact or (folded and name.startswith(folded))]


def meant_each(
    tx: Connection, stream: str, words: Collection[str], *, also: str | None = None
) -> dict[str, list[Meant]]:
    """Return what each of several words means, as :func:`meant` does, with one query.

    Args:
        tx: Any transaction.
        stream: What they are.
        words: Ids or names.
        also: A field by which they are known too, such as that of an address.
    """
    if not words:
        return {}
    table = RECORDS[stream].c
    columns = (table.source_id, table.external_id, name_column(stream), table.gone_at.is_not(None))
    by: dict[str, list[Meant]] = {}
    for *known, other in tx.execute(select(*columns, table[also or "external_id"]).order_by(table.external_id)):
        one = Meant(*known)
        for key in {one.external_id, plain_name(one.name or "").casefold(), (other or "").casefold()} - {""}:
            by.setdefault(key, []).append(one)
    return {word: [*dict.fromkeys(by.get(word, []) + by.get(plain_name(word).casefold(), []))] for word in words}


def refers(
    tx: Connection,
    source: ColumnElement[int],
    ref: ColumnElement[Any],
    stream: str,
    words: Collection[str],
    *,
    begins: bool = False,
    connection: str | None = None,
    scope: Scope | None = None,
) -> ColumnElement[bool]:
    """Return that a reference holds one of some ids, or the id of something with one of the names.

    Args:
        tx: Any transaction.
        source: Column with the source of the record that refers.
        ref: Its reference.
        stream: What it refers to.
        words: Ids or names; see :func:`meant`. The empty text = it refers to nothing.
        begins: See there.
        connection: Only what is of this connection is looked through.
        scope: Only what it lets somebody hear of is looked through.
    """
    table = RECORDS[stream].c
    seen: list[ColumnElement[bool]] = []
    if connection is not None:
        seen.append(table.source_id.in_(select(source_table.c.id).where(source_table.c.name == connection)))
    if scope is not None:
        sight = Sight(tx, scope)
        seen += [table.source_id == sight.source_id, sight.nameable(stream)]
    named = [word for word in words if word]
    called = _called(tx, stream, seen) if named else []
    ids: dict[int, dict[str, None]] = {}
    for one in (one for word in named for one in _meant(called, word, begins=begins)):
        if one.external_id not in named:
            ids.setdefault(one.source_id, {})[one.external_id] = None
    found = or_(
        *((ref.in_(named),) if named else ()),
        *((ref.is_(None),) if "" in words else ()),
        *(and_(source == source_id, ref.in_(list(refs))) for source_id, refs in ids.items()),
    )
    if not ids or "" in words:
        return found
    every = dict.fromkeys(chain(named, *ids.values()))
    return and_(ref.in_(list(every)), found)  # databases look up one list in an index, and no alternatives


def find(
    tx: Connection,
    source_id: int,
    stream: str,
    word: str,
    *,
    begins: bool = False,
    seen: ColumnElement[bool] | None = None,
) -> list[str]:
    """Return the ids of live records that a person may mean by a word: its id, else its name in any case of letters.

    See :func:`meant`.
    """
    of_source = RECORDS[stream].c.source_id == source_id
    found = meant(tx, stream, word, of_source, *(() if seen is None else (seen,)), begins=begins)
    ids = [one.external_id for one in found if not one.is_gone]
    exact = [external_id for external_id in ids if external_id in {word, plain_name(word)}]
    return exact or ids[:20]


def known(
    tx: Connection, source_id: int, stream: str, limit: int = 5_000, *, seen: ColumnElement[bool] | None = None
) -> list[str]:
    """Return the names of live records, to say which one is near; with ``seen`` only those of which that is true."""
    table = RECORDS[stream].c
    query = select(name_column(stream)).where(table.source_id == source_id, table.gone_at.is_(None))
    if seen is not None:
        query = query.where(seen)
    return [name for name in tx.execute(query.limit(limit)).scalars() if name]
