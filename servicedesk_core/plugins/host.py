"""Opens connections, keeps them apart, and closes them."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self

from servicedesk_core.config import DeskSettings, Secrets
from servicedesk_core.errors import PluginError, ServiceDeskError
from servicedesk_core.hooks.announcing import Announcer
from servicedesk_core.hooks.calling import DEFAULT_STEP_TIMEOUT_S
from servicedesk_core.hooks.capabilities import StreamCheck, VendorIdentity
from servicedesk_core.hooks.registration import Registry
from servicedesk_core.hooks.watchdog import Watchdog
from servicedesk_core.http.metering import MeteredLedger
from servicedesk_core.plugins import PluginCatalog
from servicedesk_core.plugins.assembling import Assembler
from servicedesk_core.plugins.connection import ConnectionTest, OpenConnection
from servicedesk_core.plugins.offering import offering
from servicedesk_core.ports import BudgetLedger, Clock
from servicedesk_core.redaction import Redactor
from servicedesk_core.store import Store, Tx, sources, state
from servicedesk_core.store.sources import Source

if TYPE_CHECKING:
    from servicedesk_core.http._backend import Transport

_log = logging.getLogger("servicedesk.plugins")


class Host:
    """The connections of one desk. Use it as an async context manager; it closes what it opened.

    Args:
        settings: The configuration.
        store: The desk's store; the host does not close it.
        clock: The time.
        ledger: Shares the vendors' quotas.
        redactor: Knows the secrets; shared with the log handlers.
        secrets: Resolves secret references.
        catalog: The plugins; by default those installed, without the disabled ones.
        step_timeout_s: Longest wait for one step of a hook.
        patience_s: Seconds after which code of a plugin that blocks is reported.
        transport: For tests: replaces the network.
    """

    def __init__(
        self,
        settings: DeskSettings,
        *,
        store: Store,
        clock: Clock,
        ledger: BudgetLedger,
        redactor: Redactor | None = None,
        secrets: Secrets | None = None,
        catalog: PluginCatalog | None = None,
        step_timeout_s: float = DEFAULT_STEP_TIMEOUT_S,
        patience_s: float = 10.0,
        transport: "Transport | None" = None,
    ) -> None:
        self.settings = settings
        self.redactor = redactor or Redactor()
        self.catalog = catalog or PluginCatalog.of(settings)
        self.ledger = MeteredLedger(ledger, clock)
        self._store = store
        self._clock = clock
        self._watchdog = Watchdog(patience_s=patience_s)
        self._registry = Registry()
        self._assembler = Assembler(
            settings,
            store=store,
            clock=clock,
            ledger=self.ledger,
            redactor=self.redactor,
            secrets=secrets or Secrets(directory=settings.directory, on_resolved=self.redactor.register),
            catalog=self.catalog,
            registry=self._registry,
            watchdog=self._watchdog,
            step_timeout_s=step_timeout_s,
            transport=transport,
        )
        self._open: dict[str, tuple[OpenConnection, AsyncExitStack]] = {}
        self._opening: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.announce = Announcer(self._registry)

    async def __aenter__(self) -> Self:
        for name, extension in self.catalog.extensions(self.settings.plugins.extensions).items():
            try:
                self._registry.register(f"extension {name}", extension)
            except PluginError as error:
                _log.warning("The extension %s is left out: %s", name, error)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    @property
    def requests_sent(self) -> int:
        """Requests sent over the connections that are open."""
        return sum(opened.requests_sent for opened, _ in self._open.values())

    async def aclose(self) -> None:
        """Close all connections, the last one first, whatever happens to one of them."""
        try:
            for name in reversed(list(self._open)):
                await self.close(name)
        finally:
            self._watchdog.close()

    async def close(self, name: str) -> None:
        """Close one connection, if it is open."""
        if entry := self._open.pop(name, None):
            await entry[1].aclose()

    async def open(self, name: str, *, offline: bool = False) -> OpenConnection:
        """Open a connection, or return it when it is open. A failure leaves the others alone.

        Args:
            name: Name in the configuration.
            offline: Only to map stored records again: no network, no tenant check, no block.

        Raises:
            SettingsError: There is no such connection, or its settings are wrong.
            SecretError: A secret cannot be resolved.
            UnknownConnectorError: Its connector is not installed.
            PluginError: Its connector cannot be used.
            TenantMismatchError: Another tenant stands behind it, or sandbox and live would mix.
            AuthenticationError: The vendor rejects the credentials, or did so before; nobody may try again until
                :meth:`test` succeeds.
            ConnectorError: The vendor cannot be asked, or the plugin failed.
        """
        async with self._opening[name]:
            if name not in self._open:
                self._open[name] = await self._opened(name, offline=offline, testing=False)
            return self._open[name][0]

    @asynccontextmanager
    async def unplugged(self, name: str) -> AsyncIterator[OpenConnection]:
        """Lend a connection for hooks that need no network; nothing is asked of the vendor, not even to log in.

        One that is open is lent as it is; else it is made for this once and never used for anything else.

        Args:
            name: Name in the configuration.

        Raises:
            SettingsError: There is no such connection, or its settings are wrong.
            SecretError: A secret cannot be resolved.
            UnknownConnectorError: Its connector is not installed.
            PluginError: Its connector cannot be used.
        """
        async with self._opening[name]:
            if name in self._open:
                yield self._open[name][0]
                return
            connection, stack = await self._opened(name, offline=True, testing=False)
            async with stack:
                yield connection

    async def who(self, name: str) -> tuple[Source, VendorIdentity | None]:
        """Ask which tenant stands behind a connection, whichever the store remembers, and store nothing.

        Args:
            name: Name in the configuration.

        Raises:
            ServiceDeskError: As :meth:`open`.
        """
        await self.close(name)
        connection, stack = await self._opened(name, offline=False, testing=True, whoever=True)
        async with stack:
            return connection.source, connection.identity

    def offering(self, *hooks: str) -> tuple[str, ...]:
        """Return the configured connections whose connectors implement all the hooks; opens none of them.

        A plugin that cannot be loaded offers nothing here; :meth:`open` says why.

        Args:
            hooks: Names of hooks.
        """
        return offering(self.catalog, self.settings, *hooks)

    async def open_all(
        self, names: Sequence[str] = ()
    ) -> tuple[dict[str, OpenConnection], dict[str, ServiceDeskError]]:
        """Open several connections, each for itself.

        Args:
            names: Which; empty = all of the configuration.

        Returns:
            The open ones, and the errors of the others, by name.
        """
        opened: dict[str, OpenConnection] = {}
        failed: dict[str, ServiceDeskError] = {}
        for name in names or self.settings.connections:
            try:
                opened[name] = await self.open(name)
            except ServiceDeskError as error:
                failed[name] = error
        return opened, failed

    async def test(self, name: str) -> ConnectionTest:
        """Ask the vendor harmlessly, even if the connection is blocked; success lifts the block.

        Args:
            name: Name in the configuration.

        Raises:
            ServiceDeskError: As :meth:`open`.
        """
        await self.close(name)
        connection, stack = await self._opened(name, offline=False, testing=True)
        async with stack:
            checks: tuple[StreamCheck, ...] = ()
            if connection.calls.implements("check_connection"):
                parts = {one.stream for one in connection.capabilities.streams if one.part_of is not None}
                asked = tuple(name for name in connection.streams if name not in parts)
                checks = await connection.calls.check_connection(asked)
            ahead_s, now = connection.http.vendor_time.ahead_s(), self._clock.now()
            await self._store.write(partial(_note_tested, source_id=connection.source.id, ahead_s=ahead_s, now=now))
            return ConnectionTest(
                connection=name,
                identity=connection.identity,
                checks=checks,
                was_blocked=connection.source.blocked_reason is not None,
                requests=connection.requests_sent,
                clock_ahead_s=ahead_s,
            )

    async def _opened(
        self, name: str, *, offline: bool, testing: bool, whoever: bool = False
    ) -> tuple[OpenConnection, AsyncExitStack]:
        async with AsyncExitStack() as stack:
            try:
                connection = await self._assembler.assembled(
                    name, stack, offline=offline, testing=testing, whoever=whoever
                )
            except ServiceDeskError as error:
                error.connection = error.connection or name
                raise
            return connection, stack.pop_all()
        raise AssertionError  # pragma: no cover  # an exit stack swallows nothing


def _note_tested(tx: Tx, source_id: int, ahead_s: float | None, now: datetime) -> None:
    sources.unblock(tx, source_id)
    if ahead_s is not None:
        state.put(tx, source_id, state.CLOCK_AHEAD, ahead_s, now)
