"""The one place where a database's errors become the product's."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from servicedesk_core.errors import (
    NotFoundLocallyError,
    StoreBusyError,
    StoreCorruptError,
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
)


class _Fault(NamedTuple):
    """What a database's error means: the product's class, a sentence with ``{name}``, what to do."""

    kind: type[StoreError]
    message: str
    hint: str


_BUSY = _Fault(
    StoreBusyError,
    "The store {name} is locked by another process.",
    "Wait until the other command has finished, then run this one again.",
)
_FULL = _Fault(
    StoreFullError,
    "There is no room left for the store {name}.",
    "Free some disk space, then run the command again; what was committed is safe.",
)
_READ_ONLY = _Fault(
    StoreReadOnlyError,
    "The store {name} may not be written by this account.",
    "Check the permissions of the file and of its directory, or of the database role.",
)
_BESIDE = _Fault(
    StoreReadOnlyError,
    "The store {name} cannot be opened: also to read it, a file beside it must be written.",
    "Give this account the right to write in its folder; where that cannot be, copy the store and name the copy.",
)
_DAMAGED = _Fault(
    StoreCorruptError,
    "The store {name} is damaged, or is not a store at all.",
    "Restore the newest backup beside it, or name another store; the file was left as it is.",
)
_DISK = _Fault(
    StoreError,
    "The disk of the store {name} did not do what it was asked.",
    "Look at the disk, and at its connection where it is a network's; what was committed is safe.",
)
_NO_SCHEMA = _Fault(
    StoreError,
    "The search_path of the database role names no schema that is there, so the store {name} has no place.",
    "Correct it: ALTER ROLE … SET search_path = public",
)
_UNREACHABLE = _Fault(
    StoreError,
    "The store {name} cannot be reached.",
    "Check that the database server runs, and the host, port, database and role in the store's address.",
)


def _cut_off(limit: str) -> _Fault:
    message = f"The database server cut off what the store {{name}} was asked, by its limit {limit}."
    hint = f"Nothing was stored of it. Raise the limit for this role: ALTER ROLE … SET {limit} = 0"
    return _Fault(StoreError, message, hint)


_SQLITE: dict[int, _Fault] = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _BESIDE,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_IOERR: _DISK,
}

_POSTGRESQL: dict[str, _Fault] = {
    "55P03": _BUSY,  # lock not available
    "40001": _BUSY,  # serialization failure
    "40P01": _BUSY,  # deadlock detected
    "53100": _FULL,  # disk full
    "25006": _READ_ONLY,  # read-only transaction
    "42501": _READ_ONLY,  # insufficient privilege
    "XX001": _DAMAGED,  # data corrupted
    "XX002": _DAMAGED,  # index corrupted
    "3F000": _NO_SCHEMA,
    "57014": _cut_off("statement_timeout"),
    "25P03": _cut_off("idle_in_transaction_session_timeout"),
    "25P04": _cut_off("transaction_timeout"),
}

_OUT_OF_RANGE = "22003"
"""PostgreSQL's state for a number that does not fit."""


def name_of(url: URL) -> str:
    """Return how messages name a store: the file, or the address without its secrets."""
    if url.get_backend_name() == "sqlite":
        return url.database or ":memory:"
    return url.render_as_string()


def too_large(context: ExceptionContext) -> NotFoundLocallyError | StoreError | None:
    """Return what a number means that no database keeps; ``None`` for every other fault.

    A handler of an engine's errors: only there the statement is known, and SQLite's driver raises no error of its own.

    Args:
        context: What went wrong, and in which statement.
    """
    error = context.original_exception
    if not isinstance(error, OverflowError) and getattr(error, "sqlstate", None) != _OUT_OF_RANGE:
        return None
    if (context.statement or "").lstrip().upper().startswith(("SELECT", "DELETE")):
        return NotFoundLocallyError(
            "Nothing has so large a number.", hint="Name one that the list of such things shows."
        )
    return StoreError(
        "A number is larger than any that a store can keep; nothing was stored.",
        hint="Correct it where it comes from, then do the same again.",
    )


def translate(error: SQLAlchemyError | sqlite3.Error | OSError, name: str) -> StoreError:
    """Return the product's error for a database's; the database's own text goes to ``detail`` only when it is safe.

    Args:
        error: What the driver or SQLAlchemy raised.
        name: The store, see :func:`name_of`.
    """
    original = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if (fault := _fault(error, original)) is not None:
        return fault.kind(fault.message.format(name=name), hint=fault.hint, detail=_reason(original))
    return StoreError(
        f"The store {name} refused an operation ({_reason(original)}).",
        hint="Run `servicedesk doctor`; if the store verifies, report this as a fault of the program.",
    )


def _fault(error: BaseException, original: BaseException) -> _Fault | None:
    if isinstance(error, PoolTimeoutError):
        return _BUSY
    if isinstance(original, PermissionError):
        return _READ_ONLY
    if isinstance(original, sqlite3.Error):
        return _SQLITE.get(getattr(original, "sqlite_errorcode", 0) & 0xFF)
    if (known := _POSTGRESQL.get(getattr(original, "sqlstate", None) or "")) is not None:
        return known
    is_unreachable = type(original).__name__ in {"OperationalError", "ConnectionTimeout", "AdminShutdown"}
    return _UNREACHABLE if is_unreachable else None


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
