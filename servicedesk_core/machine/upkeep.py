"""Looks after the store itself: size, soundness, backup, restore, upgrade, and a place of its own."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from servicedesk_core.clock import SystemClock
from servicedesk_core.config import Secrets, load_settings, store_url
from servicedesk_core.domain.writing import UNFINISHED
from servicedesk_core.errors import StoreCorruptError, StoreMissingError, StoreOutdatedError
from servicedesk_core.ports import Clock
from servicedesk_core.store import Store, Tx, backup, location, outbox, restoring, sending
from servicedesk_core.store.connecting import parse
from servicedesk_core.store.faults import name_of
from servicedesk_core.store.schema import SCHEMA_VERSION

_SHOWN: Final = 1_000
"""Unfinished writes that are shown at most, the newest."""


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


@dataclass(frozen=True, slots=True)
class UnfinishedWrite:
    """A write that is neither at the vendor for certain nor given up.

    Attributes:
        id: Its number.
        connection: Where it goes.
        kind: What is written and how.
        label: What people call the target.
        state: Where it stands.
    """

    id: int
    connection: str
    kind: str
    label: str
    state: str


@dataclass(frozen=True, slots=True)
class StoreAdoption:
    """Whether a store may send, and what waits in it.

    Attributes:
        store: Its name.
        why: Why nothing is sent; ``None`` when sending is on.
        since: Since when.
        unfinished: Writes that are not finished, the oldest first.
        adopted: Whether it was adopted now.
    """

    store: str
    why: str | None
    since: datetime | None
    unfinished: tuple[UnfinishedWrite, ...]
    adopted: bool


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
    """Copy a store consistently while others use it; PostgreSQL through ``pg_dump``.

    Args:
        config: The configuration.
        target: A new file; ``None`` = beside the store (PostgreSQL: beside the configuration), named after the time.
        clock: The time.

    Raises:
        StoreError: There is no store, no ``pg_dump``, or the target cannot be written.
    """
    clock = clock or SystemClock()
    with _opened(config, clock) as store:
        made = backup.backup(store, target or _beside(config, store, clock))
    return StoreBackup(str(made), made.stat().st_size)


def _beside(config: Path, store: Store, clock: Clock) -> Path:
    stamp = f"{clock.now():%Y%m%dT%H%M%SZ}"
    if store.dialect == "postgresql":
        return config.absolute().parent / f"{store.url.database}.backup-{stamp}.dump"
    path = Path(str(store.url.database))
    return path.with_name(f"{path.name}.backup-{stamp}")


def restore(config: Path, source: Path, *, clock: Clock | None = None) -> restoring.StoreRestore:
    """Replace a SQLite store by a backup, after looking at all of it; what was there is kept beside it.

    Every write that was unfinished in the backup is in doubt afterwards, and nothing is sent until :func:`adopt`.

    Args:
        config: The configuration.
        source: The backup.
        clock: The time.

    Raises:
        StoreError: The backup is missing, damaged or newer than this program; the store is PostgreSQL or in use.
    """
    return restoring.restore(parse(_address(config)), source, now=(clock or SystemClock()).now())


def adoption(config: Path) -> StoreAdoption:
    """Return whether the store may send, and what is unfinished in it. Changes nothing but a doubt that is due.

    Raises:
        StoreError: There is no store, or it cannot be used.
    """
    with _writable(config, SystemClock()) as store:
        return store.read_blocking(lambda tx: _adoption(tx, store.name, adopted=False))


def adopt(config: Path, *, actor: str, clock: Clock | None = None) -> StoreAdoption:
    """Declare a restored or copied store the one that sends from now on.

    Args:
        config: The configuration.
        actor: Who decides it.
        clock: The time.

    Raises:
        StoreError: There is no store, or it cannot be used.
    """
    clock = clock or SystemClock()
    with _writable(config, clock) as store:

        def work(tx: Tx) -> StoreAdoption:
            is_off = not sending.sending_allowed(tx)
            if is_off:
                location.adopt(tx, store.url, actor=actor, now=clock.now())
            return _adoption(tx, store.name, adopted=is_off)

        return store.write_blocking(work)


def _adoption(tx: Tx, name: str, *, adopted: bool) -> StoreAdoption:
    off = sending.sending_off(tx)
    writes = outbox.recent(tx, states=tuple(UNFINISHED), limit=_SHOWN)
    unfinished = tuple(UnfinishedWrite(w.id, w.connection, w.kind, w.label, w.state.value) for w in reversed(writes))
    return StoreAdoption(name, off.why if off else None, off.at if off else None, unfinished, adopted)


def is_current(config: Path) -> bool:
    """Return whether there is a store with this program's schema: nothing to upgrade.

    Raises:
        StoreError: There is one that cannot be upgraded, or not be read.
    """
    try:
        with _opened(config, SystemClock()):
            return True
    except (StoreOutdatedError, StoreMissingError):
        return False


def upgrade(config: Path) -> StoreUpgrade:
    """Bring the store's schema up to date; a SQLite store is backed up first.

    Raises:
        StoreError: It is newer than this program, others work on it, or there is no room for the backup.
    """
    with Store.open(_address(config), clock=SystemClock(), migrate="always") as store:
        return StoreUpgrade(store.name, SCHEMA_VERSION)


def _opened(config: Path, clock: Clock) -> Store:
    return Store.open(_address(config), clock=clock, migrate="never", read_only=True)


def _writable(config: Path, clock: Clock) -> Store:
    address = _address(config)
    url = parse(address)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        message = f"There is no store at {name_of(url)}."
        raise StoreMissingError(message, hint="Restore a backup, or run `servicedesk sync`.")
    return Store.open(address, clock=clock, migrate="never")


def _address(config: Path) -> str:
    settings = load_settings(config)
    return store_url(settings, Secrets(directory=settings.directory))
