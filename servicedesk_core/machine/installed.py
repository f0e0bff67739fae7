"""What is installed, and whether a connection's settings fit it. Works with broken plugins and no configuration."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from servicedesk_core.config import DeskSettings, Secrets, connector_settings, load_settings
from servicedesk_core.errors import ConfigurationError, PluginError, ServiceDeskError
from servicedesk_core.hooks.context import ConnectorSettings
from servicedesk_core.plugins import LoadReport, PluginCatalog


def catalog_at(config: Path) -> PluginCatalog:
    """Return the plugins that may be used beside a configuration.

    Args:
        config: The file; it may be missing or broken.
    """
    return PluginCatalog.of(_settings_at(config))


def _settings_at(config: Path) -> DeskSettings | None:
    with suppress(ConfigurationError):
        return load_settings(config)
    return None


def installed_plugins(config: Path, *, reserved: Iterable[str] = ()) -> tuple[LoadReport, ...]:
    """Import every connector and feature that is installed or named, and return what became of each plugin.

    Args:
        config: The configuration; it may be missing or broken.
        reserved: Names of our own commands.
    """
    settings = _settings_at(config)
    catalog = PluginCatalog.of(settings, reserved=reserved)
    named = {connection.connector for connection in settings.connections.values()} if settings else set()
    for reference in sorted({*catalog.connector_ids(), *named}):
        with suppress(PluginError, ConfigurationError):  # the report tells
            catalog.connector(reference, directory=settings.directory if settings else None)
    for name in catalog.feature_names():
        with suppress(PluginError):
            catalog.feature(name)
    return catalog.report()


def connector_choices() -> tuple[str, ...]:
    """Return the ids of the installed connectors."""
    return PluginCatalog.of(None).connector_ids()


def settings_class(connector: str, directory: Path) -> type[ConnectorSettings]:
    """Return the settings class of a connector.

    Args:
        connector: Its id, or its file and class.
        directory: Where relative paths start.

    Raises:
        PluginError: It is broken.
        UnknownConnectorError: It is not installed.
    """
    return PluginCatalog.of(None).connector(connector, directory=directory).connector.Settings


def connection_settings_problem(settings: DeskSettings, name: str) -> ServiceDeskError | None:
    """Say what is wrong with a connection's plugin, settings or secrets; no value of a secret leaves this function.

    Args:
        settings: The desk.
        name: Name of the connection.
    """
    try:
        found = PluginCatalog.of(settings).connector(settings.connections[name].connector, directory=settings.directory)
        connector_settings(settings, name, found.connector.Settings, Secrets(directory=settings.directory))
    except ServiceDeskError as error:
        return error
    return None
