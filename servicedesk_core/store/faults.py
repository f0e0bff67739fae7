"""The one place where a database's errors become the product's."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from servicedesk_core.errors import (
    StoreBusyError,
    StoreCorruptError,
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
)

_SQLITE: dict[int, type[StoreError]] = {
    sqlite3.SQLITE_BUSY: StoreBusyError,
    sqlite3.SQLITE_LOCKED: StoreBusyError,
    sqlite3.SQLITE_FULL: StoreFullError,
    sqlite3.SQLITE_READONLY: StoreReadOnlyError,
    sqlite3.SQLITE_PERM: StoreReadOnlyError,
    sqlite3.SQLITE_CORRUPT: StoreCorruptError,
    sqlite3.SQLITE_NOTADB: StoreCorruptError,
}

_POSTGRESQL: dict[str, type[StoreError]] = {
    "55P03": StoreBusyError,  # lock not available
    "40001": StoreBusyError,  # serialization failure
    "40P01": StoreBusyError,  # deadlock detected
    "53100": StoreFullError,  # disk full
    "25006": StoreReadOnlyError,  # read-only transaction
    "42501": StoreReadOnlyError,  # insufficient privilege
    "XX001": StoreCorruptError,  # data corrupted
    "XX002": StoreCorruptError,  # index corrupted
}

_WORDS: dict[type[StoreError], tuple[str, str]] = {
    StoreBusyError: (
        "The store {name} is locked by another process.",
        "Wait until the other command has finished, then run this one again.",
    ),
    StoreFullError: (
        "There is no room left for the store {name}.",
        "Free some disk space, then run the command again; what was committed is safe.",
    ),
    StoreReadOnlyError: (
        "The store {name} may not be written by this account.",
        "Check the permissions of the file and of its directory, or of the database role.",
    ),
    StoreCorruptError: (
        "The store {name} is damaged, or is not a store at all.",
        "Restore the newest backup beside it, or name another store; the file was left as it is.",
    ),
}

_UNREACHABLE_HINT = "Check that the database server runs, and the host, port, database and role in the store's address."


def name_of(url: URL) -> str:
    """Return how messages name a store: the file, or the address without its password."""
    if url.get_backend_name() == "sqlite":
        return url.database or ":memory:"
    return url.render_as_string(hide_password=True)


def _kind(error: BaseException) -> type[StoreError] | None:
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        return _SQLITE.get(code & 0xFF) if code is not None else None
    state = getattr(error, "sqlstate", None)
    return _POSTGRESQL.get(state) if state else None


def translate(error: SQLAlchemyError | sqlite3.Error | OSError, name: str) -> StoreError:
    """Return the product's error for a database's; the database's own text goes to ``detail`` only when it is safe.

    Args:
        error: What the driver or SQLAlchemy raised.
        name: The store, see :func:`name_of`.
    """
    original = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    kind = _kind(original)
    if kind is not None:
        message, hint = _WORDS[kind]
        return kind(message.format(name=name), hint=hint, detail=_reason(original))
    if isinstance(error, PoolTimeoutError):
        message, hint = _WORDS[StoreBusyError]
        return StoreBusyError(message.format(name=name), hint=hint)
    if isinstance(original, PermissionError):
        message, hint = _WORDS[StoreReadOnlyError]
        return StoreReadOnlyError(message.format(name=name), hint=hint)
    if _is_unreachable(original):
        return StoreError(f"The store {name} cannot be reached.", hint=_UNREACHABLE_HINT, detail=_reason(original))
    return StoreError(
        f"The store {name} refused an operation ({_reason(original)}).",
        hint="Run `servicedesk doctor`; if the store verifies, report this as a fault of the program.",
    )


def _is_unreachable(error: BaseException) -> bool:
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CANTOPEN
    return type(error).__name__ in {"OperationalError", "ConnectionTimeout", "AdminShutdown"}


def _reason(error: BaseException) -> str:
    """Name the kind of fault without the statement, its parameters or any row."""
    code = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Raise every database error inside the block as a :class:`StoreError`."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, PermissionError) as error:
        raise translate(error, name) from error
