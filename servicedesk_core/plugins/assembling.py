"""Puts one connection together: settings, source, network, connector and what it is given; then opens it."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.config import DeskSettings, Secrets, connector_settings, network_of
from servicedesk_core.config.choosing import connection_of
from servicedesk_core.errors import AuthenticationError, SettingsError
from servicedesk_core.hooks.boundary import Origin
from servicedesk_core.hooks.calling import Caller
from servicedesk_core.hooks.calls import ConnectorCalls
from servicedesk_core.hooks.capabilities import Capabilities
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.hooks.context import ConnectorContext
from servicedesk_core.hooks.registration import Registry
from servicedesk_core.hooks.watchdog import Watchdog
from servicedesk_core.http import HttpFactory
from servicedesk_core.http.metering import MeteredLedger
from servicedesk_core.plugins import LoadedConnector, PluginCatalog
from servicedesk_core.plugins.connection import OpenConnection
from servicedesk_core.plugins.opening import ConnectionLog, Life, blocking_runner
from servicedesk_core.ports import Clock
from servicedesk_core.redaction import Redactor
from servicedesk_core.store import Store, sources
from servicedesk_core.store.sources import Source
from servicedesk_core.store.state import StoreState
from servicedesk_core.store.tokens import StoreTokens

if TYPE_CHECKING:
    from servicedesk_core.http._backend import Transport

OPEN_TIMEOUT_S = 900.0
"""Longest wait for a connector to open or close."""


class Assembler:
    """Makes the connections of one desk.

    Args:
        settings: The configuration.
        store: The desk's store.
        clock: The time.
        ledger: Shares the vendors' quotas.
        redactor: Knows the secrets.
        secrets: Resolves secret references.
        catalog: The plugins.
        registry: The connectors of open connections.
        watchdog: Reports code of a plugin that blocks.
        step_timeout_s: Longest wait for one step of a hook.
        transport: For tests: replaces the network.
    """

    def __init__(
        self,
        settings: DeskSettings,
        *,
        store: Store,
        clock: Clock,
        ledger: MeteredLedger,
        redactor: Redactor,
        secrets: Secrets,
        catalog: PluginCatalog,
        registry: Registry,
        watchdog: Watchdog,
        step_timeout_s: float,
        transport: "Transport | None",
    ) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._ledger = ledger
        self._redactor = redactor
        self._secrets = secrets
        self._catalog = catalog
        self._registry = registry
        self._watchdog = watchdog
        self._step_timeout_s = step_timeout_s
        self._transport = transport

    async def assembled(
        self, name: str, stack: AsyncExitStack, *, offline: bool, testing: bool, whoever: bool = False
    ) -> OpenConnection:
        """Return an open connection, and leave to the stack what closes it.

        Args:
            name: Name in the configuration.
            stack: Closes what was opened, also when this fails half-way.
            offline: Without a network: nothing is asked of the vendor.
            testing: Although the connection is blocked, and without watching the vendor's own count of requests.
            whoever: Whichever tenant stands behind it; nothing of that is stored.

        Raises:
            ServiceDeskError: As :meth:`servicedesk_core.plugins.host.Host.open`.
        """
        settings = connection_of(self._settings, name)
        loaded = self._catalog.connector(settings.connector, directory=self._settings.directory)
        origin = Origin(name, loaded.id, loaded.distribution, self._redactor.text)
        own_settings = connector_settings(self._settings, name, loaded.connector.Settings, self._secrets)
        source = await self._source(name, blocked_is_fine=offline or testing)
        http = HttpFactory(
            connection=name,
            ledger=self._ledger,
            clock=self._clock,
            grants=frozenset(settings.writes),
            redactor=self._redactor,
            network=network_of(self._settings, self._secrets),
            transport=self._transport,
        )
        stack.push_async_callback(http.aclose)
        life = Life(origin, watchdog=self._watchdog, timeout_s=min(self._step_timeout_s, OPEN_TIMEOUT_S))
        instance = life.make(loaded.connector, self.context(name, own_settings, source, http))
        calls = self._register(name, instance, origin, source, stack)
        capabilities = calls.describe_capabilities()
        _refuse_unknown_streams(settings.streams, capabilities, loaded, self._settings.where, name)
        stack.push_async_callback(life.close, instance)
        try:
            await life.open(instance, offline=offline)
        except AuthenticationError as error:
            await self._authentication_failed(source, error)
            raise
        identity = None
        if not offline and calls.implements("vendor_identity"):
            identity = found = await calls.vendor_identity()
            if not whoever:
                source = await self._store.write(lambda tx: sources.remember_identity(tx, source, found))
        if not offline and not testing and calls.implements("usage"):
            for key in http.accounts:
                self._ledger.watch(key, calls.usage)
            stack.callback(self._ledger.forget, calls.usage)
        return OpenConnection(name, settings, source, calls, capabilities, identity, http)

    async def _authentication_failed(self, source: Source, error: AuthenticationError) -> None:
        """Record that the vendor rejected the credentials: every process stops using the connection.

        Args:
            source: The connection.
            error: What the vendor said.
        """
        reason = self._redactor.text(error.message)
        await self._store.write(lambda tx: sources.block(tx, source.id, reason, self._clock.now()))

    async def _source(self, name: str, *, blocked_is_fine: bool) -> Source:
        settings = self._settings.connections[name]
        source = await self._store.write(
            lambda tx: sources.ensure(tx, name, settings.connector, settings.environment, self._clock.now())
        )
        if source.blocked_reason is not None and not blocked_is_fine:
            raise AuthenticationError(
                f"The connection was stopped: {source.blocked_reason}",
                hint=f'Correct the credentials, then run "servicedesk connections test {name}"; where a person allows '
                f'the access in a browser, "servicedesk connections authorize {name}". '
                "Until then nothing is sent, so that the account is not locked.",
                connection=name,
            )
        return source

    def context(self, name: str, own: Any, source: Source, http: HttpFactory) -> ConnectorContext[Any]:
        """Return what a connector is given."""
        settings = self._settings.connections[name]
        return ConnectorContext(
            connection=name,
            settings=own,
            environment=settings.environment,
            mapping=settings.mapping,
            streams=settings.streams,
            budget=settings.budget,
            http=http,
            clock=self._clock,
            log=ConnectionLog(name, self._redactor),
            state=StoreState(self._store, source.id),
            tokens=StoreTokens(self._store, source.id),
            run_blocking=blocking_runner(name, self._watchdog),
        )

    def _register(
        self, name: str, instance: AnyConnector, origin: Origin, source: Source, stack: AsyncExitStack
    ) -> ConnectorCalls:
        registered = self._registry.register(name, instance, connection=name)
        stack.callback(self._registry.unregister, name)
        return ConnectorCalls(
            Caller(
                registered,
                origin,
                watchdog=self._watchdog,
                step_timeout_s=self._step_timeout_s,
                on_authentication_failure=partial(self._authentication_failed, source),
            )
        )


def _refuse_unknown_streams(
    wanted: Sequence[str], capabilities: Capabilities, loaded: LoadedConnector, where: str, name: str
) -> None:
    offered = [stream.stream for stream in capabilities.streams]
    problems = [
        f'"{stream}" is not offered by "{loaded.id}".{did_you_mean(stream, offered)}'
        for stream in wanted
        if stream not in offered
    ]
    if problems:
        raise SettingsError(
            f"{where}: connections.{name}.streams: {' '.join(problems)} It offers {', '.join(offered) or 'none'}.",
            hint="Name only streams that it offers.",
            connection=name,
        )
