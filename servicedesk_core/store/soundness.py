"""Whether a store is sound, and what is known of its damage until somebody mends it.

To look at the whole of a store takes as long as reading it, so it is done where nobody waits: at a backup, at an
upgrade, and when it is asked for. What was found stays noted in the store, and whoever opens it is told.
"""

import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, delete, inspect, select
from sqlalchemy.engine import URL

from servicedesk_core.domain import STREAMS
from servicedesk_core.errors import StoreCorruptError, StoreError
from servicedesk_core.store import meta, schema
from servicedesk_core.store.codec import codec_of
from servicedesk_core.store.connecting import reader_engine, writer_engine
from servicedesk_core.store.faults import name_of, translated
from servicedesk_core.store.fields import from_us, to_us
from servicedesk_core.store.schema import RECORDS, metadata, store_meta

_log = logging.getLogger("servicedesk.store")

HINT: Final = (
    "Look at all of it: servicedesk store verify. Restore the newest good backup: servicedesk store restore FILE."
)

_KEY: Final = "damage"
_AT_ONCE: Final = 1_000
_NAMED: Final = 20
"""Problems that are told at most."""


@dataclass(frozen=True, slots=True)
class Damage:
    """What a look at the whole store found wrong.

    Attributes:
        at: When it was found.
        problems: What was found, for people.
    """

    at: datetime
    problems: tuple[str, ...]


def problems(tx: Connection) -> tuple[str, ...]:
    """Return what is wrong with a store, for people: pages and indexes (SQLite), tables, the hash of each record.

    Reads all of it; of a store with another schema, pages and indexes only.

    Args:
        tx: A read transaction.
    """
    found = pages(tx)
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
    return [line for line in tx.exec_driver_sql(f"PRAGMA {check}({_NAMED})").scalars() if line != "ok"]


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
    """Refuse a copy of a store that is damaged.

    Raises:
        StoreCorruptError: It is; nobody should keep it, or rely on it.
    """
    if found := problems_of_file(copy):
        raise damaged(found)


def damaged(found: tuple[str, ...]) -> StoreCorruptError:
    """Return the error of a copy that is damaged, as its store is."""
    message = f"The store is damaged: {_summed(found)}. No copy of it was kept, and no older one was deleted."
    return StoreCorruptError(message, hint=HINT, detail="; ".join(found))


def known(tx: Connection) -> Damage | None:
    """Return the damage that the last look at the whole store found."""
    value = meta.get(tx, _KEY)
    if value is None:
        return None
    told = json.loads(value)
    return Damage(from_us(told["at"]), tuple(told["problems"]))


def note(url: URL, found: tuple[str, ...], now: datetime) -> None:
    """Keep in a store what a look at it found; nothing, where it may not be written any more.

    Args:
        url: The store.
        found: What is wrong; empty = it is sound.
        now: When it was looked at.
    """
    engine = writer_engine(url)
    try:
        with translated(name_of(url)), engine.begin() as tx:
            put(tx, found, now)
    except StoreError as error:
        _log.warning("what a look at the store found could not be noted: %s", error.code)
    finally:
        engine.dispose()


def put(tx: Connection, found: tuple[str, ...], now: datetime) -> None:
    """Do :func:`note` in a transaction of the caller's."""
    if found:
        meta.put(tx, _KEY, json.dumps({"at": to_us(now), "problems": found}))
    else:
        tx.execute(delete(store_meta).where(store_meta.c.key == _KEY))


def told(damage: Damage) -> str:
    """Return known damage as a sentence."""
    return f"The store is damaged, as was seen on {damage.at:%Y-%m-%d %H:%M} UTC: {_summed(damage.problems)}."


def _summed(found: tuple[str, ...]) -> str:
    more = len(found) - 1
    return found[0] + (f", and {more}{' or more' * (len(found) >= _NAMED)} such" if more else "")


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
                if len(found) >= _NAMED:
                    return found[:_NAMED]
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
