"""Looks after the store itself: size, soundness, backup, upgrade."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from servicedesk_core.clock import SystemClock
from servicedesk_core.config import Secrets, load_settings, store_url
from servicedesk_core.errors import StoreCorruptError
from servicedesk_core.ports import Clock
from servicedesk_core.store import Store, backup
from servicedesk_core.store.schema import SCHEMA_VERSION


@dataclass(frozen=True, slots=True)
class StoreSize:
    """How large a store is.

    Attributes:
        store: Its name.
        bytes: What it takes, with the write-ahead log of SQLite.
        reusable_bytes: Room inside it.
        disk_free_bytes: Room left beside it; ``None`` for a server.
        rows: Rows by table, estimated on PostgreSQL.
    """

    store: str
    bytes: int
    reusable_bytes: int
    disk_free_bytes: int | None
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
    """A store that was brought up to date.

    Attributes:
        store: Its name.
        schema: Version of its schema now.
    """

    store: str
    schema: int


def size(config: Path) -> StoreSize:
    """Return how large the store is.

    Raises:
        ServiceDeskError: There is no configuration, or no store that can be read.
    """
    with _opened(config, SystemClock()) as store:
        found = backup.size(store)
        path = Path(str(store.url.database)) if store.dialect == "sqlite" else None
        free = shutil.disk_usage(path.parent).free if path else None
        rows = {name: count for name, count in found.rows.items() if count}
        return StoreSize(store.name, found.total_bytes, found.free_bytes, free, rows)


def verify(config: Path) -> StoreVerdict:
    """Look at the whole store; one that is too damaged to be opened is part of the answer.

    Raises:
        ServiceDeskError: There is no configuration, or no store.
    """
    try:
        with _opened(config, SystemClock()) as store:
            problems = backup.verify(store).problems
    except StoreCorruptError as error:
        problems = (error.message,)
    return StoreVerdict(not problems, problems)


def make_backup(config: Path, target: Path | None = None, *, clock: Clock | None = None) -> StoreBackup:
    """Copy a SQLite store consistently while others use it.

    Args:
        config: The configuration.
        target: A new file; ``None`` = beside the store, named after the time.
        clock: The time.

    Raises:
        StoreError: There is no store, it is PostgreSQL, or the target cannot be written.
    """
    clock = clock or SystemClock()
    with _opened(config, clock) as store:
        path = Path(str(store.url.database))
        made = backup.backup(store, target or path.with_name(f"{path.name}.backup-{clock.now():%Y%m%dT%H%M%SZ}"))
    return StoreBackup(str(made), made.stat().st_size)


def upgrade(config: Path) -> StoreUpgrade:
    """Bring the store's schema up to date; a SQLite store is backed up first.

    Raises:
        StoreError: It is newer than this program, others work on it, or there is no room for the backup.
    """
    settings = load_settings(config)
    url = store_url(settings, Secrets(directory=settings.directory))
    with Store.open(url, clock=SystemClock(), migrate="always") as store:
        return StoreUpgrade(store.name, SCHEMA_VERSION)


def _opened(config: Path, clock: Clock) -> Store:
    settings = load_settings(config)
    url = store_url(settings, Secrets(directory=settings.directory))
    return Store.open(url, clock=clock, migrate="never", read_only=True)
