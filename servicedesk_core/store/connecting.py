"""From a store's address to two engines: one that writes, one that only reads."""

import os
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from servicedesk_core.errors import SettingsError, StoreError, StoreMissingError, StoreReadOnlyError

Dialect = Literal["sqlite", "postgresql"]

BUSY_TIMEOUT_S = 30.0
"""How long a statement waits for another process's lock."""

CONNECT_TIMEOUT_S = 10
"""How long a database server is waited for."""

DURABLE = "servicedesk_durable"
"""Execution option of a transaction whose commit must outlast a loss of power."""

READERS = 4
"""Reading connections, and threads, of one store."""


def parse(url: str) -> URL:
    """Read a store's address.

    Args:
        url: ``sqlite:///path`` or ``postgresql+psycopg://user:password@host/database``.

    Raises:
        SettingsError: It is neither.
    """
    hint = "Write sqlite:///servicedesk.db, or postgresql+psycopg://user@host/database."
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        message = "The store's address is not understood."
        raise SettingsError(message, hint=hint) from error
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite" or not parsed.database or parsed.database == ":memory:":
        message = f"A store of kind {parsed.drivername!r} is not supported."
        raise SettingsError(message, hint=hint)
    return parsed


def dialect_of(url: URL) -> Dialect:
    """Return which of the two databases an address means."""
    return "sqlite" if url.get_backend_name() == "sqlite" else "postgresql"


def prepare_file(url: URL, *, read_only: bool) -> None:
    """Create a SQLite store's file for its owner only, so that no other account can ever read it.

    Raises:
        StoreMissingError: It does not exist and may not be created.
        StoreError: Its directory does not exist.
        StoreReadOnlyError: The directory may not be written.
    """
    path = Path(str(url.database))
    if path.exists():
        return
    if read_only:
        message = f"There is no store at {path}."
        hint = "`servicedesk sync`, `warranty lookup` or `warranty import` makes it; or correct `store`."
        raise StoreMissingError(message, hint=hint)
    if not path.parent.is_dir():
        message = f"The directory of the store {path} does not exist."
        raise StoreError(message, hint=f"Create {path.parent}, or correct `store` in the configuration.")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except PermissionError as error:
        message = f"The store {path} cannot be created in its directory."
        raise StoreReadOnlyError(message, hint="Give this account the right to write there.") from error


def writer_engine(url: URL) -> Engine:
    """Return the engine of the one writer thread."""
    if dialect_of(url) == "postgresql":
        engine = create_engine(_patient(url), pool_size=1, max_overflow=0, pool_pre_ping=True)
        event.listen(engine, "begin", _wait_for_the_disk)
        return engine
    return _sqlite_engine(url, begin="BEGIN IMMEDIATE", read_only=False)


def reader_engine(url: URL) -> Engine:
    """Return the engine of the readers: every transaction is one consistent, read-only snapshot."""
    if dialect_of(url) == "postgresql":
        return create_engine(
            _patient(url),
            pool_size=READERS,
            max_overflow=0,
            pool_pre_ping=True,
            isolation_level="REPEATABLE READ",
        ).execution_options(postgresql_readonly=True)
    return _sqlite_engine(url, begin="BEGIN", read_only=True)


def _patient(url: URL) -> URL:
    """Limit how long PostgreSQL is waited for, unless the address says so itself."""
    defaults = {
        "connect_timeout": str(CONNECT_TIMEOUT_S),
        "application_name": "servicedesk",
        "options": f"-c lock_timeout={round(BUSY_TIMEOUT_S * 1000)}",
    }
    return url.update_query_dict({name: value for name, value in defaults.items() if name not in url.query})


def _is_durable(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get(DURABLE))


def _wait_for_the_disk(connection: Connection) -> None:
    if _is_durable(connection):  # whatever the server's own setting
        connection.exec_driver_sql("SET LOCAL synchronous_commit TO on")


def _sqlite_engine(url: URL, *, begin: str, read_only: bool) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=READERS if read_only else 1,
        max_overflow=0,
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False, "cached_statements": 256},
    )

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        for pragma in _pragmas(read_only=read_only):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        if not read_only:  # cannot be said inside a transaction
            level = "FULL" if _is_durable(connection) else "NORMAL"
            connection.exec_driver_sql(f"PRAGMA synchronous = {level}")
        connection.exec_driver_sql(begin)

    return engine


def _pragmas(*, read_only: bool) -> tuple[str, ...]:
    common = ("temp_store = MEMORY",)
    if read_only:  # each reader has a cache of its own, and the system keeps the file's pages anyway
        return (*common, "cache_size = -8192", "query_only = ON")
    return (
        *common,
        "cache_size = -32768",
        "journal_mode = WAL",
        "wal_autocheckpoint = 4000",  # 16 MB: a page that many commits touch is moved from log to file once
        "journal_size_limit = 67108864",
    )
