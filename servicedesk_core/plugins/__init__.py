"""Finds installed plugins without importing them, imports those asked for, and opens the connections of a desk.

The only room that knows stevedore. What is listed, loaded or switched off needs no desk; :mod:`.host` needs one.
"""

from servicedesk_core.plugins.catalog import LoadedConnector, PluginCatalog
from servicedesk_core.plugins.report import LoadReport, LoadStatus
from servicedesk_core.plugins.scan import COMMANDS, CONNECTORS, EXTENSIONS, FEATURES, SANDBOXES, FoundPlugin, scan

__all__ = [
    "COMMANDS",
    "CONNECTORS",
    "EXTENSIONS",
    "FEATURES",
    "SANDBOXES",
    "FoundPlugin",
    "LoadReport",
    "LoadStatus",
    "LoadedConnector",
    "PluginCatalog",
    "scan",
]
