"""A configured connection, opened for a recording."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from servicedesk_core.config import Secrets, connector_settings, load_settings
from servicedesk_core.errors import SettingsError
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.plugins import PluginCatalog
from servicedesk_core.testing.context import opened
from servicedesk_core.testing.recording.recorder import Recorder


@asynccontextmanager
async def live_connection(config: Path, name: str, recorder: Recorder) -> AsyncIterator[AnyConnector]:
    """Open a connection of a desk so that everything it reads is recorded. It cannot write, whatever is granted.

    Args:
        config: The desk's configuration.
        name: Name of the connection.
        recorder: Records.

    Yields:
        The opened connector.

    Raises:
        SettingsError: There is no such connection.
        ServiceDeskError: It cannot be opened.
    """
    desk = load_settings(config)
    if name not in desk.connections:
        raise SettingsError(
            f"There is no connection {name!r} in {config}.", hint=f"There are: {', '.join(desk.connections)}."
        )
    chosen = desk.connections[name]
    found = PluginCatalog().connector(chosen.connector, directory=desk.directory)
    settings = connector_settings(desk, name, found.connector.Settings, Secrets(directory=desk.directory))
    async with opened(
        found.connector,
        settings,
        connection=name,
        environment=chosen.environment,
        mapping=chosen.mapping,
        http=recorder.http,
        clock=recorder.clock,
    ) as connector:
        yield connector
