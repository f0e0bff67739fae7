"""Where the store is."""

from pathlib import Path
from urllib.parse import quote, unquote

from servicedesk_core.config.secrets import Secrets
from servicedesk_core.config.settings import DeskSettings
from servicedesk_core.redaction import secrets_in

SQLITE = "sqlite:///"
"""How the address of a store in a file begins."""


def store_url(settings: DeskSettings, secrets: Secrets) -> str:
    """Return the URL of the store: a reference resolved, a relative SQLite path made absolute.

    Args:
        settings: The configuration.
        secrets: Resolves a reference; its value, and every secret in it, is registered for redaction.

    Raises:
        SecretError: The reference leads nowhere.
    """
    url = settings.desk.store
    if secrets.is_reference(url) and "://" not in url:
        url = secrets.resolve(url, key="desk.store", where=settings.where).get_secret_value()
    if not url.startswith(SQLITE):
        for secret in secrets_in(url):
            secrets.register(secret)
        return url
    _, mark, query = url.partition("?")
    return f"{sqlite_url(sqlite_path(settings, url))}{mark}{query}"


def sqlite_path(settings: DeskSettings, url: str) -> Path:
    """Return the file of a SQLite store as an absolute path.

    Args:
        settings: The configuration, whose folder a relative path begins at.
        url: Its address, which begins with :data:`SQLITE`.
    """
    path = unquote(url.removeprefix(SQLITE).partition("?")[0])
    return settings.beside(path).absolute()


def sqlite_url(path: Path) -> str:
    """Return the URL of a SQLite store in a file, whatever characters its path has."""
    return SQLITE + quote(str(path), errors="surrogateescape")
