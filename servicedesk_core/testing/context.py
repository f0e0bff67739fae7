"""Everything that a connector is given, without a desk around it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, ParamSpec, TypeVar

from servicedesk_core.clock import SystemClock
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.hooks.context import ConnectorContext, ConnectorSettings, SettingsT
from servicedesk_core.hooks.vocabulary import VocabularyMapping
from servicedesk_core.http import HttpFactory, InMemoryLedger, MemoryTokenStore
from servicedesk_core.ports import BudgetPolicy, Clock, StateStore, TokenStore
from servicedesk_core.testing.memory import MemoryState

P = ParamSpec("P")
T = TypeVar("T")
ConnectorT = TypeVar("ConnectorT", bound=AnyConnector)


async def _run_on_thread(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    return await asyncio.to_thread(function, *args, **kwargs)


def make_context(
    settings: SettingsT,
    *,
    connection: str = "test",
    environment: str = "sandbox",
    mapping: VocabularyMapping | None = None,
    streams: tuple[str, ...] = (),
    budget: BudgetPolicy | None = None,
    clock: Clock | None = None,
    http: HttpFactory | None = None,
    state: StateStore | None = None,
    tokens: TokenStore | None = None,
) -> ConnectorContext[SettingsT]:
    """Assemble a context for a test.

    Args:
        settings: The connector's own settings.
        connection: Name of the connection.
        environment: ``live`` or ``sandbox``.
        mapping: The operator's vocabulary; empty by default.
        streams: Streams that the configuration asks for; empty = all.
        budget: The operator's part of the vendor's quota.
        clock: The time; the machine's own by default, because real servers are slept for in real time.
        http: Makes the HTTP clients; by default one without grants and with a ledger of its own.
        state: The connection's memory; pass the same one twice to test a second run.
        tokens: The connection's tokens.

    Returns:
        The context. Close ``http`` yourself when you pass one; a default one is closed with the process.
    """
    time = clock or SystemClock()
    return ConnectorContext(
        connection=connection,
        settings=settings,
        environment=environment,
        mapping=mapping or VocabularyMapping(),
        streams=streams,
        budget=budget or BudgetPolicy(),
        http=http or HttpFactory(connection=connection, ledger=InMemoryLedger(time), clock=time),
        clock=time,
        log=logging.getLogger(f"servicedesk.test.{connection}"),
        state=state or MemoryState(),
        tokens=tokens or MemoryTokenStore(),
        run_blocking=_run_on_thread,
    )


@asynccontextmanager
async def opened(
    connector: type[ConnectorT], settings: ConnectorSettings, *, offline: bool = False, **context: Any
) -> AsyncIterator[ConnectorT]:
    """Open a connector for a test and close it and its HTTP clients at the end.

    Args:
        connector: The connector's class.
        settings: Its settings.
        offline: Open it as for mapping stored records again: without asking the vendor.
        **context: More arguments of :func:`make_context`; ``http`` is made here unless it is given.

    Yields:
        The opened connector.
    """
    time = context.setdefault("clock", SystemClock())
    http = context.setdefault("http", HttpFactory(connection="test", ledger=InMemoryLedger(time), clock=time))
    instance = connector(make_context(settings, **context))
    try:
        await (instance.open_offline() if offline else instance.open())
        yield instance
    finally:
        await instance.aclose()
        await http.aclose()
