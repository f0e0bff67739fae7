"""Where the store is."""

from pathlib import Path

from servicedesk_core.config.secrets import Secrets
from servicedesk_core.config.settings import DeskSettings

_SQLITE = "sqlite:///"


def store_url(settings: DeskSettings, secrets: Secrets) -> str:
    """Return the URL of the store: a reference resolved, a relative SQLite path made absolute.

    Args:
        settings: The configuration.
        secrets: Resolves a reference; its value is registered for redaction.

    Raises:
        SecretError: The reference leads nowhere.
    """
    url = settings.desk.store
    if secrets.is_reference(url) and "://" not in url:
        url = secrets.resolve(url, key="desk.store", where=settings.where).get_secret_value()
    if not url.startswith(_SQLITE):
        return url
    path, mark, query = url.removeprefix(_SQLITE).partition("?")
    return f"{_SQLITE}{(settings.directory / Path(path).expanduser()).absolute()}{mark}{query}"
