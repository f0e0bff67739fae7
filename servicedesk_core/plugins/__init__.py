"""Finds installed plugins without importing them, and imports those asked for; the only room that knows stevedore."""

from servicedesk_core.plugins.catalog import LoadedConnector, PluginCatalog
from servicedesk_core.plugins.report import LoadReport, LoadStatus
from servicedesk_core.plugins.scan import COMMANDS, CONNECTORS, EXTENSIONS, SANDBOXES, FoundPlugin, scan

__all__ = [
    "COMMANDS",
    "CONNECTORS",
    "EXTENSIONS",
    "SANDBOXES",
    "FoundPlugin",
    "LoadReport",
    "LoadStatus",
    "LoadedConnector",
    "PluginCatalog",
    "scan",
]
