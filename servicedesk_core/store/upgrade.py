"""Bringing a store's schema up to date, and refusing to when that is not safe."""

import logging
import os
import shutil
import sqlite3
import uuid
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import Column, Connection, Engine, MetaData, PrimaryKeyConstraint, String, Table, inspect, text
from sqlalchemy.engine import URL

from servicedesk_core.errors import (
    StoreCorruptError,
    StoreFullError,
    StoreMissingError,
    StoreOutdatedError,
    StoreVersionError,
)
from servicedesk_core.store import leases, meta, schema

log = logging.getLogger("servicedesk.store")

_MIGRATION_LOCK = 5_210_993_774
BACKUPS_KEPT = 3
SPARE_BYTES = 64 * 1024 * 1024
UPGRADE_HINT = "Run `servicedesk store upgrade` (with --yes where nobody can be asked)."
SCRIPTS = "servicedesk_core.store:migrations"
"""Where Alembic finds the migrations."""

_revision = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Alembic's own table, as it makes it."""


def bring_up_to_date(
    writer: Engine,
    reader: Engine,
    *,
    name: str,
    url: URL,
    migrate: Literal["auto", "never", "always"],
    read_only: bool,
    now: datetime,
) -> None:
    """Make sure that the store has this program's schema.

    Args:
        writer: Engine that may write.
        reader: Engine that may not.
        name: How messages name the store.
        url: Where it is.
        migrate: See :meth:`servicedesk_core.store.store.Store.open`.
        read_only: Whether a newer schema that still lets us read is good enough.
        now: Names the backup.

    Raises:
        StoreVersionError: The schema is newer, or older than the first migration.
        StoreOutdatedError: The schema is older, and may not be migrated now.
        StoreMissingError: There is nothing yet, and nothing may be made.
        StoreCorruptError: The database holds something else, or is damaged.
        StoreFullError: There is no room for the backup.
    """
    with reader.begin() as tx:
        version = schema_version(tx, name)
        if version == schema.SCHEMA_VERSION:
            return
        if version > schema.SCHEMA_VERSION and read_only and min_reader(tx) <= schema.SCHEMA_VERSION:
            return
        refuse_foreign(version, f"store {name}")
        others = leases.live(tx) if version else []
    if version == 0 and not read_only:
        migrate = "always"
    if not version and migrate == "never":
        message = f"There is no store at {name} yet: it is empty."
        hint = (
            "`servicedesk sync`, `warranty lookup`, `warranty import` or `definitions apply` makes it, "
            "where there is room."
        )
        raise StoreMissingError(message, hint=hint)
    if migrate == "never":
        raise StoreOutdatedError(_outdated(name, version), hint=UPGRADE_HINT)
    if version and others:
        held = ", ".join(f"{lease.name} by {lease.owner}, until {lease.expires_at:%H:%M:%SZ}" for lease in others)
        message = f"The store {name} must be upgraded, but other processes work on it ({held})."
        raise StoreOutdatedError(message, hint=f"Stop them first, then: {UPGRADE_HINT[0].lower()}{UPGRADE_HINT[1:]}")
    if version:
        _refuse_users(writer, reader, name, url)
        _save_first(name, url, version, migrate=migrate, now=now)
    with writer.begin() as tx:  # SQLite takes the write lock with it: the second of two finds the work done
        if tx.dialect.name == "postgresql":
            tx.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_MIGRATION_LOCK,))
        found = schema_version(tx, name)
        if found == 0:
            make(tx)
        elif found != schema.SCHEMA_VERSION:
            run_migrations(tx)
    log.info("store schema brought from %d to %d", version, schema.SCHEMA_VERSION)


def schema_version(tx: Connection, name: str) -> int:
    """Return the number of the newest migration that was applied; 0 for an empty database.

    Raises:
        StoreCorruptError: The database holds tables that are not a store's.
    """
    tables: Sequence[str] = inspect(tx).get_table_names()
    if "alembic_version" in tables and "store_meta" in tables:
        return int(tx.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
    if tables:
        message = f"The database {name} holds something else than a store."
        raise StoreCorruptError(message, hint="Name an empty database, or a file that does not exist yet.")
    return 0


def min_reader(tx: Connection) -> int:
    """Return the oldest schema version whose programs can still read this store."""
    return int(tx.execute(text("SELECT value FROM store_meta WHERE key = 'min_reader'")).scalar_one())


def refuse_foreign(version: int, what: str) -> None:
    """Refuse a schema that this program can neither use nor bring up to date; 0 is an empty database.

    Raises:
        StoreVersionError: It is newer, or older than the first migration.
    """
    if version > schema.SCHEMA_VERSION:
        message = f"The {what} was written by a newer version of this program (schema {version})."
        hint = f"Upgrade this program; it knows schemas up to {schema.SCHEMA_VERSION}. Nothing was touched."
        raise StoreVersionError(message, hint=hint)
    if 0 < version < schema.FIRST_VERSION:
        message = f"The {what} has schema {version}, which this version of the program cannot bring up to date."
        hint = (
            "Nothing was touched. What vendors hold can be pulled again: name a new file, or an empty database, as "
            "[desk] store. What only this store holds, such as claims, writes and the audit trail, can be exported "
            "with the version of the program that wrote it."
        )
        raise StoreVersionError(message, hint=hint)


def make(tx: Connection) -> None:
    """Make a store in an empty database: the tables that the migrations make, without their time and memory."""
    schema.metadata.create_all(tx, checkfirst=False)
    _revision.create(tx)
    tx.execute(_revision.insert(), {"version_num": f"{schema.SCHEMA_VERSION:04d}"})
    _finish(tx)


def run_migrations(tx: Connection, target: str = "head") -> None:
    """Apply the migrations that the store lacks, in the caller's transaction."""
    from alembic import command  # noqa: PLC0415  # slow to import and seldom needed
    from alembic.config import Config  # noqa: PLC0415

    from servicedesk_core.store import views  # noqa: PLC0415  # needed by nothing else here

    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.attributes["connection"] = tx
    views.drop(tx)
    command.upgrade(config, target)
    _finish(tx)


def _finish(tx: Connection) -> None:
    from servicedesk_core.store import views  # noqa: PLC0415  # see above

    views.create(tx)
    meta.put(tx, "min_reader", str(schema.MIN_READER))
    meta.put(tx, "views_version", str(views.VIEWS_VERSION))


def _outdated(name: str, version: int) -> str:
    return f"The store {name} has schema {version}; this program needs {schema.SCHEMA_VERSION}."


def _save_first(name: str, url: URL, version: int, *, migrate: str, now: datetime) -> None:
    if url.get_backend_name() == "postgresql":
        if migrate != "always":
            hint = f"Take a dump of the database first. {UPGRADE_HINT}"
            raise StoreOutdatedError(_outdated(name, version), hint=hint)
        return
    path = Path(str(url.database))
    need = 2 * path.stat().st_size + SPARE_BYTES
    if shutil.disk_usage(path.parent).free < need:
        message = f"There is too little room beside the store {name} to back it up and upgrade it."
        raise StoreFullError(message, hint=f"Free {need // 1_000_000:,} MB. {UPGRADE_HINT}")
    from servicedesk_core.store import soundness  # noqa: PLC0415  # it reads every table, and is seldom needed

    stamp = now.strftime("%Y%m%dT%H%M%S%f")
    copy_file(path, path.with_name(f"{path.name}.backup-{version}-{stamp}"), check=soundness.require_sound)
    prune_backups(path, keep=BACKUPS_KEPT)


def _refuse_users(writer: Engine, reader: Engine, name: str, url: URL) -> None:
    """Refuse while another process has the store open: an older program must not write into a newer schema."""
    reader.dispose()
    if url.get_backend_name() == "sqlite":
        writer.dispose()
        is_used = is_open_elsewhere(Path(str(url.database)))
    else:
        with writer.begin() as tx:
            is_used = bool(
                tx.exec_driver_sql(
                    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
                    "AND application_name = 'servicedesk' AND pid <> pg_backend_pid() LIMIT 1"
                ).first()
            )
    if is_used:
        message = f"The store {name} must be upgraded, but another process has it open."
        raise StoreOutdatedError(
            message, hint=f"Stop it first (a service, a sync, a program). Nothing was touched. Then: {UPGRADE_HINT}"
        )


def is_open_elsewhere(path: Path) -> bool:
    """Whether any other connection has a SQLite store open; our own ones must be closed.

    Whoever has a store in WAL mode open holds a shared lock on it, and only the last one may leave that mode.

    Raises:
        sqlite3.Error: The file is damaged, may not be written, or is no database.
    """
    with closing(sqlite3.connect(path, timeout=0)) as alone:
        try:
            alone.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                return True
            raise
        alone.execute("PRAGMA journal_mode = WAL")
    return False


def copy_file(
    source: Path, target: Path, *, is_still: bool = False, check: Callable[[Path], object] | None = None
) -> None:
    """Copy a SQLite store consistently while others may use it; the copy is its owner's only.

    It gets its name when it is complete: whatever goes wrong, no half file is left.

    Args:
        source: The store.
        target: Where to; must not exist.
        is_still: Whether nobody writes to the source; then it may lie where nothing can be written.
        check: Looks at the copy before it gets its name, and may refuse it.

    Raises:
        sqlite3.Error: It could not be read, or there was no room.
        OSError: It could not be put in place.
    """
    half = target.with_name(f".{target.name}.{uuid.uuid4().hex}.half")
    try:
        os.close(os.open(half, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        how = "immutable=1" if is_still else "mode=ro"
        address = f"{source.absolute().as_uri()}?{how}"
        with closing(sqlite3.connect(address, uri=True)) as read, closing(sqlite3.connect(half)) as write:
            read.backup(write)
        with half.open("rb+") as file:
            os.fsync(file.fileno())
        if check is not None:
            check(half)
        half.rename(target)
    finally:
        for name in (half, *(half.with_name(half.name + end) for end in ("-journal", "-wal", "-shm"))):
            name.unlink(missing_ok=True)


def prune_backups(store: Path, *, keep: int) -> list[Path]:
    """Delete all but the newest ``keep`` backups that upgrades left beside a store; return the deleted ones."""
    backups = sorted(store.parent.glob(f"{store.name}.backup-*-*"), key=lambda p: p.name.rsplit("-", 1)[1])
    old = backups[: max(0, len(backups) - keep)]
    for path in old:
        path.unlink()
    return old
