"""The desk's own database: one writer thread, a few readers, transactions as functions."""

import asyncio
import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Literal, Self, TypeVar

from sqlalchemy import Connection

from servicedesk_core.errors import StoreError
from servicedesk_core.ports import Clock
from servicedesk_core.store import damage, leases, location
from servicedesk_core.store.connecting import (
    DURABLE,
    PATIENCE_S,
    READERS,
    Dialect,
    StoreURL,
    dialect_of,
    parse,
    prepare_file,
    reader_engine,
    writer_engine,
)
from servicedesk_core.store.faults import name_of, translated
from servicedesk_core.store.leases import Fence
from servicedesk_core.store.upgrade import bring_up_to_date

_log = logging.getLogger("servicedesk.store")

T = TypeVar("T")
Tx = Connection
"""An open transaction."""

Work = Callable[[Tx], T]
Migrate = Literal["auto", "never", "always"]


def lent(tx: Tx, kind: type[T]) -> T | None:
    """Return what of a type the store of a read was lent; ``None`` = nothing."""
    found: T | None = tx.get_execution_options().get(_lent(kind))
    return found


def _lent(kind: type) -> str:
    return f"lent {kind.__module__}.{kind.__qualname__}"


class Store:
    """An open store. Make one with :meth:`open`; close it with :meth:`close` or :meth:`aclose`.

    A transaction is a function over a connection, so that a caller composes exactly what belongs together and no
    transaction can span an ``await``. Writes of this process run one after the other on one thread, each in a
    transaction that takes the write lock at its start.

    Attributes:
        url: Where the store is; its text holds no secret.
        name: How messages name the store.
        dialect: Which database it is.
        clock: Where the time comes from.
        read_only: Whether writing is refused.
    """

    def __init__(self, url: StoreURL, clock: Clock, *, read_only: bool) -> None:
        self.url = url
        self.name = name_of(url)
        self.dialect: Dialect = dialect_of(url)
        self.clock = clock
        self.read_only = read_only
        self._writer = writer_engine(url)
        self._durable = self._writer.execution_options(**{DURABLE: True})
        self._reader = reader_engine(url)
        self._writes = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
        self._reads = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        self._inside = threading.local()
        self._closed = False
        self._process = os.getpid()

    @classmethod
    def open(cls, url: str, *, clock: Clock, migrate: Migrate = "auto", read_only: bool = False) -> Self:
        """Open a store, creating a new one where there is none. Blocks.

        Args:
            url: ``sqlite:///path`` or ``postgresql+psycopg://…``.
            clock: Where the time comes from.
            migrate: What to do with a store of an older schema. ``auto``: migrate a SQLite store after a backup when
                no other process works on it; ``never``: refuse; ``always``: migrate (PostgreSQL: without a backup).
            read_only: Refuse every write, and never create or migrate.

        Raises:
            SettingsError: The address is not understood.
            StoreVersionError: The schema is newer, or too old to be migrated.
            StoreOutdatedError: The schema is older, and may not be migrated now.
            StoreError: The store cannot be reached, is locked, full, read-only or damaged.
        """
        parsed = parse(url)
        if dialect_of(parsed) == "sqlite":
            prepare_file(parsed, read_only=read_only)
        store = cls(parsed, clock, read_only=read_only)
        try:
            with translated(store.name):
                bring_up_to_date(
                    store._writer,
                    store._reader,
                    name=store.name,
                    url=parsed,
                    migrate="never" if read_only else migrate,
                    read_only=read_only,
                    now=clock.now(),
                )
                with store._reader.begin() as tx:
                    is_settled, found = read_only or location.is_settled(tx, parsed), damage.known(tx)
                if not is_settled:
                    location.settle(store._writer, parsed, clock.now())
                if found:
                    _log.warning("%s %s", damage.told(found), damage.HINT)
        except BaseException:
            store.close()
            raise
        return store

    async def write(
        self, work: Work[T], *, fence: Fence | None = None, durable: bool = False, patience_s: float | None = None
    ) -> T:
        """Run ``work`` in one write transaction on the writer thread; commit when it returns.

        A cancelled caller still waits until the transaction has ended, so that nothing is in flight afterwards.

        Args:
            work: What to do; its exceptions roll back and reach the caller.
            fence: A lease that must still be held; verified inside the transaction.
            durable: Return only when a loss of power cannot undo it, for whoever acts outside the store on it. Without
                it, SQLite may forget the last commits then, never a part of one.
            patience_s: How long another process's lock is waited for; ``None`` = as long as usual.

        Raises:
            LeaseLostError: The lease was lost.
            StoreError: See :mod:`servicedesk_core.store.faults`.
        """
        self._refuse_fork()
        return await self._await(
            self._writes, partial(self._write, work, fence, durable=durable, patience_s=patience_s)
        )

    async def read(self, work: Work[T]) -> T:
        """Run ``work`` on a consistent read-only snapshot, on a reader thread.

        Raises:
            StoreError: See :mod:`servicedesk_core.store.faults`.
        """
        self._refuse_fork()
        return await self._await(self._reads, partial(self._read, work))

    def write_blocking(self, work: Work[T], *, fence: Fence | None = None) -> T:
        """Do :meth:`write` for a synchronous caller."""
        self._refuse_nesting()
        return self._writes.submit(self._write, work, fence).result()

    def read_blocking(self, work: Work[T]) -> T:
        """Do :meth:`read` for a synchronous caller."""
        self._refuse_nesting()
        return self._reads.submit(self._read, work).result()

    def lend(self, what: T) -> T:
        """Let every read of this process find something, and return it, or what was lent of the same type before.

        Args:
            what: What is lent: it must bear that several threads use it.
        """
        name = _lent(type(what))
        lent: T = self._reader.get_execution_options().get(name, what)
        self._reader.update_execution_options(**{name: lent})
        return lent

    async def aclose(self) -> None:
        """Close the store; waits for the transaction that runs."""
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """Close the store; waits for the transaction that runs."""
        self._closed = True
        if os.getpid() != self._process:  # the connections and threads are the parent's: closing them would break it
            self._writer.dispose(close=False)
            self._reader.dispose(close=False)
            return
        self._writes.shutdown(wait=True)
        self._reads.shutdown(wait=True)
        self._writer.dispose()
        self._reader.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"Store({self.name!r})"

    def _write(
        self, work: Work[T], fence: Fence | None, *, durable: bool = False, patience_s: float | None = None
    ) -> T:
        if self.read_only:
            message = f"The store {self.name} was opened for reading only."
            raise StoreError(message, hint="Use a command that may write.")
        engine = self._durable if durable else self._writer
        if patience_s is not None:
            engine = engine.execution_options(**{PATIENCE_S: patience_s})
        self._inside.transaction = True
        try:
            with translated(self.name), engine.begin() as tx:
                if fence is not None:
                    leases.verify(tx, fence)
                return work(tx)
        finally:
            self._inside.transaction = False

    def _read(self, work: Work[T]) -> T:
        self._inside.transaction = True
        try:
            with translated(self.name), self._reader.begin() as tx:
                return work(tx)
        finally:
            self._inside.transaction = False

    async def _await(self, pool: ThreadPoolExecutor, job: Callable[[], T]) -> T:
        future = asyncio.get_running_loop().run_in_executor(pool, job)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await asyncio.wait([future])
            if not future.cancelled():
                future.exception()  # looked at, else asyncio prints it as forgotten
            raise

    def _refuse_fork(self) -> None:
        if os.getpid() != self._process:
            message = f"The store {self.name} was opened before this process was forked, and belongs to its parent."
            raise StoreError(message, hint="Open the desk in each worker, after the fork.")

    def _refuse_nesting(self) -> None:
        self._refuse_fork()
        if getattr(self._inside, "transaction", False):
            message = "a transaction was asked for inside a transaction"
            raise RuntimeError(message)
