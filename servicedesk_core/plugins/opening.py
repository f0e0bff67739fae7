"""Builds what a connector is given, and runs its life cycle inside the error boundary."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

from servicedesk_core.hooks.boundary import Origin, boundary
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.hooks.context import ConnectorContext, RunBlocking
from servicedesk_core.hooks.watchdog import Watchdog
from servicedesk_core.redaction import Redactor

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger("servicedesk.host")


class ConnectionLog:
    """Implements :class:`servicedesk_core.ports.LogSink`: names the connection and masks secrets.

    Args:
        connection: Name of the connection.
        redactor: Knows the secrets.
    """

    def __init__(self, connection: str, redactor: Redactor) -> None:
        self._log = logging.getLogger(f"servicedesk.connector.{connection}")
        self._prefix = f"[{connection}] "
        self._redactor = redactor

    def debug(self, msg: str, *args: object, extra: Mapping[str, object] | None = None) -> None:
        """Log for developers."""
        self._emit(logging.DEBUG, msg, args, extra)

    def info(self, msg: str, *args: object, extra: Mapping[str, object] | None = None) -> None:
        """Log for operators."""
        self._emit(logging.INFO, msg, args, extra)

    def warning(self, msg: str, *args: object, extra: Mapping[str, object] | None = None) -> None:
        """Log something an operator should look at."""
        self._emit(logging.WARNING, msg, args, extra)

    def _emit(self, level: int, msg: str, args: tuple[object, ...], extra: Mapping[str, object] | None) -> None:
        if self._log.isEnabledFor(level):
            text = self._redactor.text(self._prefix + (msg % args if args else msg))
            self._log.log(level, "%s", text, extra=self._redactor.mapping(extra) if extra else None, stacklevel=3)


def blocking_runner(connection: str, watchdog: Watchdog) -> RunBlocking:
    """Return ``run_blocking`` of one connection; the watchdog reports a call that hangs."""

    async def run(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await watchdog.run_blocking(f"[{connection}] a blocking call", function, *args, **kwargs)

    return run


class Life:
    """The life cycle of one connector: made, opened, closed; each step within the boundary and a time limit.

    Args:
        origin: Whose code runs.
        watchdog: Reports code that blocks.
        timeout_s: Longest wait for ``open`` and ``aclose``.
    """

    def __init__(self, origin: Origin, *, watchdog: Watchdog, timeout_s: float) -> None:
        self._origin = origin
        self._watchdog = watchdog
        self._timeout_s = timeout_s

    def make(self, connector: type[AnyConnector], context: ConnectorContext[Any]) -> AnyConnector:
        """Return the instance.

        Raises:
            HookError: The constructor failed.
        """
        with boundary(self._origin, "__init__"):
            return connector(context)

    async def open(self, instance: AnyConnector, *, offline: bool) -> None:
        """Open it.

        Raises:
            ServiceDeskError: What the connector raised; :class:`HookError` when it failed or did not come back.
        """
        await self._step("open_offline" if offline else "open", instance)

    async def close(self, instance: AnyConnector) -> None:
        """Close it; failures are logged, because nothing can be done about them any more."""
        try:
            await self._step("aclose", instance)
        except Exception as error:  # noqa: BLE001  # closing goes on with the others
            _log.warning("%s", error)

    async def _step(self, name: str, instance: AnyConnector) -> None:
        limit = asyncio.timeout(self._timeout_s)
        try:
            async with limit:
                with (
                    self._watchdog.on_loop(f"[{self._origin.connection}] {name}"),
                    boundary(self._origin, name),
                ):
                    await getattr(instance, name)()
        except TimeoutError:
            raise self._origin.late(name, self._timeout_s) from None
