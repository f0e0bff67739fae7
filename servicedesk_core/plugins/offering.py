"""Which of a desk's connections can do what; none of them is opened."""

import logging
from collections.abc import Iterator

from servicedesk_core.config import DeskSettings
from servicedesk_core.errors import ServiceDeskError
from servicedesk_core.plugins.catalog import PluginCatalog

_log = logging.getLogger("servicedesk.plugins")


def offering(catalog: PluginCatalog, settings: DeskSettings, *hooks: str) -> tuple[str, ...]:
    """Return the configured connections whose connectors implement all the hooks.

    A plugin that cannot be loaded offers nothing here; opening the connection says why.

    Args:
        catalog: The plugins.
        settings: The configuration.
        hooks: Names of hooks.
    """
    return tuple(name for name, implemented in _implemented(catalog, settings) if set(hooks) <= implemented)


def lacking(catalog: PluginCatalog, settings: DeskSettings, hook: str) -> tuple[str, ...]:
    """Return the configured connections whose connectors do not implement a hook.

    A plugin that cannot be loaded lacks nothing here; opening the connection says why.

    Args:
        catalog: The plugins.
        settings: The configuration.
        hook: Its name.
    """
    return tuple(name for name, implemented in _implemented(catalog, settings) if hook not in implemented)


def _implemented(catalog: PluginCatalog, settings: DeskSettings) -> Iterator[tuple[str, frozenset[str]]]:
    for name, connection in settings.connections.items():
        from servicedesk_core.hooks.registration import capabilities_of  # noqa: PLC0415  # a desk may have none

        try:
            loaded = catalog.connector(connection.connector, directory=settings.directory)
        except ServiceDeskError as error:
            _log.debug("The connection %s offers nothing: %s", name, error)
            continue
        yield name, capabilities_of(loaded.connector)
