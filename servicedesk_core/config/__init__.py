"""Reads, checks and writes ``servicedesk.toml``; the only room that knows secret references and the environment.

Each name is imported when it is first used.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servicedesk_core.config.connectors import connector_settings as connector_settings
    from servicedesk_core.config.environment import disabled_plugins as disabled_plugins
    from servicedesk_core.config.environment import strict_plugins as strict_plugins
    from servicedesk_core.config.reaching import network_of as network_of
    from servicedesk_core.config.reading import DEFAULT_FILE as DEFAULT_FILE
    from servicedesk_core.config.reading import load_settings as load_settings
    from servicedesk_core.config.reading import parse_settings as parse_settings
    from servicedesk_core.config.secrets import Secrets as Secrets
    from servicedesk_core.config.secrets import SecretSource as SecretSource
    from servicedesk_core.config.settings import ConnectionSettings as ConnectionSettings
    from servicedesk_core.config.settings import DeskSection as DeskSection
    from servicedesk_core.config.settings import DeskSettings as DeskSettings
    from servicedesk_core.config.settings import PluginsSection as PluginsSection
    from servicedesk_core.config.store_address import sqlite_url as sqlite_url
    from servicedesk_core.config.store_address import store_url as store_url
    from servicedesk_core.config.values import since_at as since_at
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
