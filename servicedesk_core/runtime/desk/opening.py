"""How a desk begins and ends: settings, store, connections, and what stands on them."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack
from zoneinfo import ZoneInfo

from servicedesk_core.clock import SystemClock
from servicedesk_core.config import (
    DEFAULT_FILE,
    DeskSettings,
    Secrets,
    SecretSource,
    load_settings,
    parse_settings,
    store_url,
)
from servicedesk_core.plugins.host import Host
from servicedesk_core.ports import Clock
from servicedesk_core.redaction import Redactor
from servicedesk_core.runtime.auditing import AuditTrail
from servicedesk_core.runtime.claims import Claims
from servicedesk_core.runtime.quarantine import Quarantine
from servicedesk_core.runtime.tickets import DeskTickets
from servicedesk_core.runtime.warranty import Warranty
from servicedesk_core.runtime.writes import Writes
from servicedesk_core.runtime.writes.checking import WriteChecks
from servicedesk_core.store import Store
from servicedesk_core.store.budgets import StoreLedger
from servicedesk_core.store.schema import SCHEMA_VERSION
from servicedesk_core.store.store import Migrate


class DeskOptions(TypedDict, total=False):
    """What :class:`ServiceDesk` may be given beside its settings; explained there."""

    store: Store | str | None
    secrets: SecretSource | None
    redactor: Redactor | None
    clock: Clock | None
    read_only: bool
    migrate: Migrate


_WHILE_OPEN = frozenset({"_store", "_host", "writes", "claims", "tickets", "warranty", "audit", "quarantine"})


class OpenDesk:
    """What every part of a desk stands on; see :class:`servicedesk_core.runtime.desk.ServiceDesk`."""

    def __init__(
        self,
        settings: DeskSettings | Mapping[str, Any],
        *,
        store: Store | str | None = None,
        secrets: SecretSource | None = None,
        redactor: Redactor | None = None,
        clock: Clock | None = None,
        read_only: bool = False,
        migrate: Migrate = "auto",
    ) -> None:
        self.settings = settings if isinstance(settings, DeskSettings) else parse_settings(settings)
        self.redactor = redactor or Redactor()
        self._clock = clock or SystemClock()
        self._wanted = store
        self._secrets = Secrets(source=secrets, directory=self.settings.directory, on_resolved=self.redactor.register)
        self._read_only = read_only
        self._migrate: Migrate = migrate
        self._stack: AsyncExitStack | None = None

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Say what is missing: what stands on the store is there while the desk is open."""
            unopened = ": open the desk first, `async with ServiceDesk(…) as desk:`" if name in _WHILE_OPEN else ""
            msg = f"{type(self).__name__!r} object has no attribute {name!r}{unopened}"
            raise AttributeError(msg, name=name, obj=self)

    @classmethod
    def open(cls, path: Path | str = DEFAULT_FILE, **options: Unpack[DeskOptions]) -> Self:
        """Return the desk that a configuration file describes, to be used as an async context manager.

        Args:
            path: The file.
            options: See the class.

        Raises:
            SettingsError: The file is missing or wrong; all problems at once.
        """
        return cls(load_settings(path), **options)

    @classmethod
    def migrate(cls, path: Path | str = DEFAULT_FILE, *, secrets: SecretSource | None = None) -> int:
        """Make the store, or bring it to this program's schema; one process does it at a time. Blocks.

        Call it once where a program is deployed, and open the desks of its workers with ``migrate="never"``.

        Args:
            path: The configuration.
            secrets: See the class.

        Returns:
            The version of the schema.

        Raises:
            StoreVersionError: The store is newer, too old to be migrated, or another process has it open.
            StoreFullError: There is no room for the backup.
        """
        settings = load_settings(path)
        url = store_url(settings, Secrets(source=secrets, directory=settings.directory))
        with Store.open(url, clock=SystemClock(), migrate="always"):
            return SCHEMA_VERSION

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            self._store = await self._open_store(stack)
            ledger = StoreLedger(self._store)
            stack.push_async_callback(ledger.aclose)
            host = Host(
                self.settings,
                store=self._store,
                clock=self._clock,
                ledger=ledger,
                redactor=self.redactor,
                secrets=self._secrets,
            )
            self._host = await stack.enter_async_context(host)
            self.writes = Writes(self._store, self._clock, self.settings, host.open, WriteChecks(host))
            self.claims = Claims(self._store, self._clock, self.settings, host, self.writes)
            zone = ZoneInfo(self.settings.desk.timezone)
            self.tickets = DeskTickets(self._store, self._clock, zone, self.writes)
            self.warranty = Warranty(self._store, self._clock, self.settings, host, self.writes)
            self.audit = AuditTrail(self._store, self._clock)
            self.quarantine = Quarantine(self._store)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close connections and store; a second call does nothing."""
        stack, self._stack = self._stack, None
        if stack is not None:
            await stack.aclose()

    @property
    def store(self) -> Store:
        """The desk's own database; private to the core, like the room it belongs to."""
        return self._store

    @property
    def clock(self) -> Clock:
        """Where the time comes from."""
        return self._clock

    @property
    def secrets(self) -> Secrets:
        """Resolves secret references."""
        return self._secrets

    async def _open_store(self, stack: AsyncExitStack) -> Store:
        if isinstance(self._wanted, Store):
            return self._wanted
        url = self._wanted or store_url(self.settings, self._secrets)
        opening = partial(Store.open, url, clock=self._clock, migrate=self._migrate, read_only=self._read_only)
        store = await asyncio.to_thread(opening)
        stack.push_async_callback(store.aclose)
        return store
