"""A connection that is ready for use."""

from dataclasses import dataclass

from servicedesk_core.config import ConnectionSettings
from servicedesk_core.hooks.calls import ConnectorCalls
from servicedesk_core.hooks.capabilities import Capabilities, StreamCheck, VendorIdentity
from servicedesk_core.http import HttpFactory
from servicedesk_core.store.sources import Source


@dataclass(frozen=True, slots=True)
class OpenConnection:
    """One open connection.

    Attributes:
        name: Name in the configuration.
        settings: Core's own settings of it.
        source: How the store knows it.
        calls: The façade over its hooks.
        capabilities: What its connector says it can do.
        identity: The tenant behind it; ``None`` offline, or when the connector does not tell.
        http: Its HTTP clients.
    """

    name: str
    settings: ConnectionSettings
    source: Source
    calls: ConnectorCalls
    capabilities: Capabilities
    identity: VendorIdentity | None
    http: HttpFactory

    @property
    def requests_sent(self) -> int:
        """Requests sent to the vendor since it was opened."""
        return self.http.requests_sent

    @property
    def streams(self) -> tuple[str, ...]:
        """Streams that the configuration asks for, or else all that the connector can pull."""
        offered = tuple(stream.stream for stream in self.capabilities.streams if stream.support == "full")
        return tuple(name for name in offered if name in self.settings.streams) if self.settings.streams else offered


@dataclass(frozen=True, slots=True)
class ConnectionTest:
    """What ``connections test`` learned.

    Attributes:
        connection: Name of the connection.
        identity: The tenant behind it, if the connector tells.
        checks: What each stream showed; empty when the connector does not implement ``check_connection``.
        was_blocked: Whether an earlier authentication failure had stopped the connection; it is free again.
        requests: Requests that the test took.
        clock_ahead_s: Seconds that our clock is ahead of the vendor's, negative when it is behind; ``None`` = the
            vendor does not tell its time.
    """

    connection: str
    identity: VendorIdentity | None
    checks: tuple[StreamCheck, ...]
    was_blocked: bool
    requests: int
    clock_ahead_s: float | None
