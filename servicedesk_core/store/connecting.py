"""From a store's address to two engines: one that writes, one that only reads."""

import os
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import unquote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool
from sqlalchemy.util import immutabledict

from servicedesk_core.errors import SettingsError, StoreError, StoreMissingError, StoreReadOnlyError
from servicedesk_core.redaction import Redactor
from servicedesk_core.store.faults import too_large

Dialect = Literal["sqlite", "postgresql"]

BUSY_TIMEOUT_S = 30.0
"""How long a statement waits for another process's lock."""

CONNECT_TIMEOUT_S = 10
"""How long a database server is waited for."""

DURABLE = "servicedesk_durable"
"""Execution option of a transaction whose commit must outlast a loss of power."""

PATIENCE_S = "servicedesk_patience_s"
"""Execution option of a transaction that waits for another process's lock for so many seconds only."""

READS_ONLY = "servicedesk_reads_only"
"""Execution option of transactions in which nothing changes."""

READERS = 4
"""Reading connections, and threads, of one store."""

_SETTINGS: Final = """
SELECT set_config('client_encoding', 'UTF8', false), set_config('DateStyle', 'ISO, YMD', false),
  set_config('IntervalStyle', 'postgres', false), set_config('extra_float_digits', '1', false),
  set_config('standard_conforming_strings', 'on', false), set_config('default_transaction_read_only', 'off', false),
  set_config('default_transaction_isolation', 'read committed', false)
"""

_SQLITE: Final = "sqlite:///"
_SAYS_WHERE: Final = frozenset({"host", "hostaddr", "port", "user", "dbname", "sslmode", "service"})
"""Parameters of PostgreSQL that are shown."""


class StoreURL(URL):
    """Where a store is; its text names host, database and user, and holds no secret wherever one stands."""

    def render_as_string(self, hide_password: bool = True) -> str:  # noqa: FBT001, FBT002  # SQLAlchemy's own
        """Return the address as text.

        Args:
            hide_password: Leave out the password, and every parameter but those that only say where the store is.
        """
        if not hide_password:
            return super().render_as_string(hide_password=False)
        query = {name: value for name, value in self.query.items() if name in _SAYS_WHERE}
        shown = self._replace(password=None, query=immutabledict(query))
        return Redactor().text(URL.render_as_string(shown, hide_password=False))


def parse(url: str) -> StoreURL:
    """Read a store's address.

    Args:
        url: ``sqlite:///path``, where ``%20`` stands for a blank and so on, or
            ``postgresql+psycopg://user:password@host/database``.

    Raises:
        SettingsError: It is neither.
    """
    hint = "Write sqlite:///servicedesk.db, or postgresql+psycopg://user@host/database."
    if url.startswith(_SQLITE):
        path, mark, _ = url.removeprefix(_SQLITE).partition("?")
        if mark:
            message = "The address of a SQLite store has no parameters."
            raise SettingsError(message, hint="Leave out what follows the question mark; one in a path is written %3F.")
        parsed = URL.create("sqlite", database=unquote(path, errors="surrogateescape"))
    else:
        try:
            parsed = make_url(url)
        except (ArgumentError, ValueError):  # its text may hold the address
            message = "The store's address is not understood."
            raise SettingsError(message, hint=hint) from None
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        if "@" in f"{parsed.host}{parsed.database}":
            message = "The store's address has more than one @."
            raise SettingsError(message, hint="In a user's name or a password write it %40.")
        return StoreURL._make(parsed.set(drivername="postgresql+psycopg"))
    if backend != "sqlite" or not parsed.database or parsed.database == ":memory:" or "\0" in parsed.database:
        message = f"A store of kind {parsed.drivername!r} is not supported."
        raise SettingsError(message, hint=hint)
    return StoreURL._make(parsed)


def dialect_of(url: URL) -> Dialect:
    """Return which of the two databases an address means."""
    return "sqlite" if url.get_backend_name() == "sqlite" else "postgresql"


def prepare_file(url: URL, *, read_only: bool) -> None:
    """Create a SQLite store's file for its owner only, so that no other account can ever read it.

    Raises:
        StoreMissingError: It does not exist and may not be created.
        StoreError: It is no file, its directory does not exist, or nothing can be created there.
        StoreReadOnlyError: The directory may not be written.
    """
    path = Path(str(url.database))
    try:
        place = path.resolve()  # a link leads elsewhere
        if place.is_file():
            return
        if place.exists():
            message = f"The store {path} is a folder, or something else that is no file."
            raise StoreError(message, hint="Name a file, which may be a new one, in `store` in the configuration.")
        if read_only:
            message = f"There is no store at {path}."
            hint = (
                "`servicedesk sync`, `warranty lookup`, `warranty import` or `definitions apply` makes it; "
                "or correct `store`."
            )
            raise StoreMissingError(message, hint=hint)
        if not place.parent.is_dir():
            message = f"The directory of the store {path} does not exist."
            raise StoreError(message, hint=f"Create {place.parent}, or correct `store` in the configuration.")
        os.close(os.open(place, os.O_CREAT | os.O_RDWR, 0o600))
    except PermissionError as error:
        message = f"The store {path} cannot be created in its directory."
        raise StoreReadOnlyError(message, hint="Give this account the right to write there.") from error
    except (OSError, RuntimeError) as error:  # the latter for links in a circle
        message = (
            f"The store {path} cannot be created there ({getattr(error, 'strerror', None) or 'links in a circle'})."
        )
        raise StoreError(message, hint="Name a file in a folder that you may write to, in `store`.") from error


def writer_engine(url: URL) -> Engine:
    """Return the engine of the one writer thread."""
    if dialect_of(url) == "postgresql":
        engine = _engine(_patient(url), pool_size=1, max_overflow=0, pool_pre_ping=True)
        event.listen(engine, "connect", _settle, insert=True)
        event.listen(engine, "begin", _settle_transaction)
        return engine
    return _sqlite_engine(url, begin="BEGIN IMMEDIATE", read_only=False)


def reader_engine(url: URL) -> Engine:
    """Return the engine of the readers: every transaction is one consistent, read-only snapshot."""
    if dialect_of(url) == "postgresql":
        engine = _engine(
            _patient(url),
            pool_size=READERS,
            max_overflow=0,
            pool_pre_ping=True,
            isolation_level="REPEATABLE READ",
        )
        event.listen(engine, "connect", _settle, insert=True)
        return engine.execution_options(postgresql_readonly=True, **{READS_ONLY: True})
    return _sqlite_engine(url, begin="BEGIN", read_only=True).execution_options(**{READS_ONLY: True})


def _engine(url: URL, **options: Any) -> Engine:
    engine = create_engine(url, **options)
    event.listen(engine, "handle_error", too_large)
    return engine


def _patient(url: URL) -> URL:
    """Limit how long PostgreSQL is waited for, unless the address says so itself."""
    defaults = {
        "connect_timeout": str(CONNECT_TIMEOUT_S),
        "application_name": "servicedesk",
        "options": f"-c lock_timeout={round(BUSY_TIMEOUT_S * 1000)}",
    }
    return url.update_query_dict({name: value for name, value in defaults.items() if name not in url.query})


def _settle(connection: Any, _record: Any) -> None:
    """Set what the program relies on, whatever the server, the role or the database has set.

    Raises:
        StoreError: The database cannot hold every character.
    """
    try:
        _require_utf8(connection)
        connection.autocommit = True
        connection.execute(_SETTINGS)
        connection.autocommit = False
    except BaseException:
        connection.close()
        raise


def _require_utf8(connection: Any) -> None:
    encoding, database = connection.info.parameter_status("server_encoding"), connection.info.dbname
    if encoding != "UTF8":
        message = f"The database {database} has the encoding {encoding}; a store needs UTF8."
        make = f"CREATE DATABASE {database}_utf8 ENCODING 'UTF8' TEMPLATE template0"
        raise StoreError(message, hint=f"Make another one, then name it in `store`: {make}")


def _is_durable(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get(DURABLE))


def _patience_ms(connection: Connection) -> int:
    return round(float(connection.get_execution_options().get(PATIENCE_S, BUSY_TIMEOUT_S)) * 1000)


def _settle_transaction(connection: Connection) -> None:
    if _is_durable(connection):  # whatever the server's own setting
        connection.exec_driver_sql("SET LOCAL synchronous_commit TO on")
    if PATIENCE_S in connection.get_execution_options():
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_patience_ms(connection)}")


def _sqlite_engine(url: URL, *, begin: str, read_only: bool) -> Engine:
    engine = _engine(
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
            if connection.info.get(DURABLE) != level:  # the database keeps it from one transaction to the next
                connection.exec_driver_sql(f"PRAGMA synchronous = {level}")
                connection.info[DURABLE] = level
            patience_ms = _patience_ms(connection)
            if connection.info.setdefault(PATIENCE_S, round(BUSY_TIMEOUT_S * 1000)) != patience_ms:
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {patience_ms}")
                connection.info[PATIENCE_S] = patience_ms
        connection.exec_driver_sql(begin)

    return engine


def _pragmas(*, read_only: bool) -> tuple[str, ...]:
    common = ("temp_store = MEMORY",)
    if read_only:  # each reader has a cache of its own, and the system keeps the file's pages anyway
        return (*common, "cache_size = -8192", "query_only = ON")
    return (
        *common,
        "cache_size = -8192",
        "journal_mode = WAL",
        "wal_autocheckpoint = 4000",  # 16 MB: a page that many commits touch is moved from log to file once
        "journal_size_limit = 67108864",
    )
