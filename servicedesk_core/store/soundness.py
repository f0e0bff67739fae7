"""Whether a store is sound.

To look at the whole of a store takes as long as reading it, so it is done where nobody waits: at a backup, at an
upgrade, and when it is asked for. What was found stays known; see :mod:`servicedesk_core.store.damage`.
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, inspect, select
from sqlalchemy.engine import URL

from servicedesk_core.domain import STREAMS
from servicedesk_core.errors import StoreCorruptError
from servicedesk_core.store import schema
from servicedesk_core.store.codec import codec_of
from servicedesk_core.store.connecting import reader_engine
from servicedesk_core.store.damage import HINT, MOST_NAMED, summed
from servicedesk_core.store.faults import translated
from servicedesk_core.store.schema import RECORDS, metadata

_AT_ONCE: Final = 1_000
_OF_AN_INDEX: Final = re.compile(r"(row \d|wrong # of entries|rowid not|non-unique entry).* index \w+")
"""What SQLite says of an index that does not agree with its table."""

_MENDED: Final = "only indexes are damaged: make a backup and restore it, which builds them anew"


def problems(tx: Connection) -> tuple[str, ...]:
    """Return what is wrong with a store, for people: pages and indexes (SQLite), tables, the hash of each record.

    Reads all of it; of a store with another schema, pages and indexes only.

    Args:
        tx: A read transaction.
    """
    found = pages(tx)
    if _is_in_indexes(found):
        return (*found, _MENDED)
    if not found and _is_of_this_schema(tx):
        present = set(inspect(tx).get_table_names())
        found = [f"table {name} is missing" for name in metadata.tables if name not in present] or records(tx)
    return tuple(found)


def pages(tx: Connection, *, quick: bool = False) -> list[str]:
    """Return what SQLite finds wrong with its own pages and indexes; PostgreSQL has no such look.

    Args:
        tx: Any transaction.
        quick: Leave out whether each index agrees with its table, which takes most of the time.
    """
    if tx.dialect.name != "sqlite":
        return []
    check = "quick_check" if quick else "integrity_check"
    return [line for line in tx.exec_driver_sql(f"PRAGMA {check}({MOST_NAMED})").scalars() if line != "ok"]


def _is_in_indexes(found: Sequence[str]) -> bool:
    """Whether what was found is wrong with indexes alone: what they are made of is all there."""
    return bool(found) and all(_OF_AN_INDEX.fullmatch(one) or one == _MENDED for one in found)


def has_new_indexes(path: Path, found: Sequence[str]) -> bool:
    """Build the indexes of a SQLite store anew that nobody else uses, and return so, where they alone are damaged.

    Args:
        path: The store.
        found: What is wrong with it.
    """
    if not _is_in_indexes(found):
        return False
    with closing(sqlite3.connect(path)) as store:
        store.execute("REINDEX")
    return True


def left_in(copy: Path, found: tuple[str, ...]) -> tuple[str, ...]:
    """Return what is wrong with a copy of a store once its indexes are sound, given what is wrong with it now."""
    return problems_of_file(copy) if has_new_indexes(copy, found) else found


def problems_of_file(path: Path) -> tuple[str, ...]:
    """Return what is wrong with a SQLite store that nobody else uses; see :func:`problems`."""
    engine = reader_engine(URL.create("sqlite", database=str(path)))
    try:
        with translated(str(path)), engine.begin() as tx:
            return problems(tx)
    except StoreCorruptError as error:
        return (f"it cannot be looked at any more ({error.detail})",)
    finally:
        engine.dispose()


def require_sound(copy: Path) -> None:
    """Refuse a copy of a store that is damaged, but for its indexes, which are built anew.

    Raises:
        StoreCorruptError: It is; nobody should keep it, or rely on it.
    """
    if found := left_in(copy, problems_of_file(copy)):
        raise damaged(found)


def damaged(found: tuple[str, ...]) -> StoreCorruptError:
    """Return the error of a copy that is damaged, as its store is."""
    message = f"The store is damaged: {summed(found)}. No copy of it was kept, and no older one was deleted."
    return StoreCorruptError(message, hint=HINT, detail="; ".join(found))


def _is_of_this_schema(tx: Connection) -> bool:
    return int(tx.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()) == schema.SCHEMA_VERSION


def records(tx: Connection) -> list[str]:
    """Return which records are not what their hash says: a bit that flips inside a text breaks no page.

    Args:
        tx: A transaction of a store with this program's schema.
    """
    found: list[str] = []
    with _any_text(tx):
        for stream, entity in STREAMS.items():
            codec, columns = codec_of(entity), RECORDS[stream].c
            query = select(
                columns.local_id, columns.row_hash, columns.external_id, *(columns[name] for name in codec.names)
            ).order_by(columns.local_id)
            after: Any = None
            while rows := tx.execute(
                (query if after is None else query.where(columns.local_id > after)).limit(_AT_ONCE)
            ).all():
                after = rows[-1][0]
                found += [
                    f"record {local_id} of {stream} is not what was stored"
                    for local_id, row_hash, *values in rows
                    if codec.hash_of(values) != row_hash
                ]
                if len(found) >= MOST_NAMED:
                    return found[:MOST_NAMED]
    return found


@contextmanager
def _any_text(tx: Connection) -> Iterator[None]:
    """Read texts of SQLite that are no UTF-8 any more, which would end the look."""
    connection = tx.connection.driver_connection
    if not isinstance(connection, sqlite3.Connection):
        yield
        return
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        connection.text_factory = str
