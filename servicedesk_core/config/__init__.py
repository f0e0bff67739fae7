"""Reads, checks and writes ``servicedesk.toml``; the only room that knows secret references and the environment."""

from servicedesk_core.config.connector_settings import connector_settings
from servicedesk_core.config.environment import disabled_plugins, strict_plugins
from servicedesk_core.config.reaching import network_of
from servicedesk_core.config.reading import DEFAULT_FILE, load_settings, parse_settings
from servicedesk_core.config.secrets import Secrets, SecretSource
from servicedesk_core.config.settings import ConnectionSettings, DeskSection, DeskSettings, PluginsSection
from servicedesk_core.config.store_url import sqlite_url, store_url
from servicedesk_core.config.values import since_at

__all__ = [
    "DEFAULT_FILE",
    "ConnectionSettings",
    "DeskSection",
    "DeskSettings",
    "PluginsSection",
    "SecretSource",
    "Secrets",
    "connector_settings",
    "disabled_plugins",
    "load_settings",
    "network_of",
    "parse_settings",
    "since_at",
    "sqlite_url",
    "store_url",
    "strict_plugins",
]
