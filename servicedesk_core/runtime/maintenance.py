"""Looks after the store itself: size, soundness, backup, upgrade."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from servicedesk_core.clock import SystemClock
from servicedesk_core.config import Secrets, load_settings, store_url
from servicedesk_core.errors import StoreCorruptError, StoreError, StoreFullError, UnsupportedError
from servicedesk_core.ports import Clock
from servicedesk_core.store import Store, records, sources
from servicedesk_core.store.backup import copy_file
from servicedesk_core.store.upgrade import schema_version

_SQLITE = "sqlite:///"
_PROBLEMS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class StoreSize:
    """How large a store is.

    Attributes:
        store: Its name.
        bytes: What it takes, with its write-ahead log.
        free_bytes: Room left beside it; ``None`` for a server.
        rows: Live records by stream.
    """

    store: str
    bytes: int
    free_bytes: int | None
    rows: dict[str, int]


@dataclass(frozen=True, slots=True)
class StoreVerdict:
    """Whether a store is sound.

    Attributes:
        sound: Whether nothing was found.
        problems: What was found.
    """

    sound: bool
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoreBackup:
    """A copy of a store.

    Attributes:
        path: Where it is.
        bytes: Its size.
    """

    path: str
    bytes: int


@dataclass(frozen=True, slots=True)
class StoreUpgrade:
    """A change of a store's schema.

    Attributes:
        before: Version of the schema before; 0 = there was no store.
        after: Version now.
    """

    before: int
    after: int


def size(config: Path, *, clock: Clock | None = None) -> StoreSize:
    """Return how large the store is.

    Raises:
        ServiceDeskError: There is no configuration, or no store that can be read.
    """
    url = _url(config)
    path = _file(url)
    with Store.open(url, clock=clock or SystemClock(), migrate="never", read_only=True) as store:
        rows = store.read_blocking(_rows)
        taken = sum(part.stat().st_size for part in _parts(path)) if path else store.read_blocking(_server_bytes)
        return StoreSize(store.name, taken, shutil.disk_usage(path.parent).free if path else None, rows)


def verify(config: Path, *, clock: Clock | None = None) -> StoreVerdict:
    """Check the store's structure and indexes; a damaged SQLite file is described rather than raised.

    Raises:
        ServiceDeskError: There is no configuration, or no store.
    """
    url = _url(config)
    path = _file(url)
    try:
        with Store.open(url, clock=clock or SystemClock(), migrate="never", read_only=True) as store:
            problems = store.read_blocking(_sqlite_problems) if path else ()
    except StoreCorruptError as error:
        problems = (error.message,)
    return StoreVerdict(not problems, problems)


def backup(config: Path, target: Path | None = None, *, clock: Clock | None = None) -> StoreBackup:
    """Copy a SQLite store consistently while others use it.

    Args:
        config: The configuration.
        target: A new file; ``None`` = beside the store, named after the time.
        clock: The time.

    Raises:
        UnsupportedError: The store is a PostgreSQL database.
        StoreError: There is no store, the target exists, or there is no room.
    """
    clock = clock or SystemClock()
    url = _url(config)
    path = _file(url)
    if path is None:
        raise UnsupportedError("A PostgreSQL store is backed up by its own tools.", hint="Use pg_dump.")
    Store.open(url, clock=clock, migrate="never", read_only=True).close()  # there is one, and it is a store
    target = target or path.with_name(f"{path.name}.backup-{clock.now():%Y%m%dT%H%M%SZ}")
    if shutil.disk_usage(target.absolute().parent).free < sum(part.stat().st_size for part in _parts(path)):
        raise StoreFullError(f"There is no room for a backup in {target.parent}.", hint="Name a file on another disk.")
    try:
        copy_file(path, target)
    except FileExistsError:
        raise StoreError(f"{target} exists already.", hint="Name a new file.") from None
    except (OSError, sqlite3.Error) as error:
        target.unlink(missing_ok=True)
        raise StoreError(f"The backup failed ({error}).", hint="Check the folder, then try again.") from error
    return StoreBackup(str(target), target.stat().st_size)


def upgrade(config: Path, *, clock: Clock | None = None) -> StoreUpgrade:
    """Bring the store's schema up to date; a SQLite store is backed up first.

    Raises:
        StoreError: It is newer than this program, others work on it, or there is no room for the backup.
    """
    url = _url(config)
    path = _file(url)
    before = _version(path) if path else None
    with Store.open(url, clock=clock or SystemClock(), migrate="always") as store:
        after = store.read_blocking(lambda tx: schema_version(tx, store.name))
    return StoreUpgrade(after if before is None else before, after)


def _url(config: Path) -> str:
    settings = load_settings(config)
    return store_url(settings, Secrets(directory=settings.directory))


def _file(url: str) -> Path | None:
    return Path(url.removeprefix(_SQLITE).partition("?")[0]) if url.startswith(_SQLITE) else None


def _parts(path: Path) -> list[Path]:
    return [part for part in (path, Path(f"{path}-wal"), Path(f"{path}-shm")) if part.exists()]


def _rows(tx: Connection) -> dict[str, int]:
    total: dict[str, int] = {}
    for source in sources.all(tx):
        for stream, count in records.counts(tx, source.id).items():
            total[stream] = total.get(stream, 0) + count
    return {stream: count for stream, count in total.items() if count}


def _server_bytes(tx: Connection) -> int:
    return int(tx.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def _sqlite_problems(tx: Connection) -> tuple[str, ...]:
    found = [str(row[0]) for row in tx.execute(text(f"PRAGMA integrity_check({_PROBLEMS_SHOWN})"))]
    return () if found == ["ok"] else tuple(found)


def _version(path: Path) -> int:
    """Return the schema of a store that may be too old to be opened."""
    if not path.exists() or not path.stat().st_size:
        return 0
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.DatabaseError:
            return 0  # opening it says what it is
    return int(row[0]) if row else 0
