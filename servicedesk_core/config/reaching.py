"""The way to the vendors, ready to be used."""

import ssl
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from servicedesk_core.config.network import is_proxy
from servicedesk_core.config.secrets import Secrets
from servicedesk_core.config.settings import DeskSettings
from servicedesk_core.errors import SettingsError

if TYPE_CHECKING:
    from servicedesk_core.http.network import Network


def network_of(settings: DeskSettings, secrets: Secrets) -> "Network":
    """Return how vendors are reached: a reference resolved, the certificates' path made absolute and looked at.

    Args:
        settings: The configuration.
        secrets: Resolves a reference; its value, and the password in it, are registered for redaction.

    Raises:
        SecretError: The reference leads nowhere.
        SettingsError: What stands behind it is no proxy, or the certificates cannot be read.
    """
    from servicedesk_core.http.network import Network  # noqa: PLC0415  # what reads the store alone reaches nobody

    chosen = settings.network
    return Network(_proxy(settings, secrets), chosen.direct, _certificates(settings))


def _proxy(settings: DeskSettings, secrets: Secrets) -> str | None:
    url = settings.network.proxy
    if url is None or "://" in url:
        return url
    url = secrets.resolve(url, key="network.proxy", where=settings.where).get_secret_value().strip()
    if not is_proxy(url):
        raise SettingsError(
            f"{settings.where}: network.proxy leads to something that is no address of a proxy.",
            hint='Put "http://user:password@proxy.example.com:3128" there; write special characters as %40.',
        )
    if password := urlsplit(url).password:
        secrets.register(password)
        secrets.register(unquote(password))
    return url


def _certificates(settings: DeskSettings) -> str | None:
    if settings.network.ca_file is None:
        return None
    path = settings.beside(settings.network.ca_file).absolute()
    try:
        found = ssl.create_default_context(cafile=str(path)).cert_store_stats()["x509"]
    except (OSError, ssl.SSLError) as error:
        reason = error.strerror if isinstance(error, FileNotFoundError | PermissionError) else "it is no PEM file"
        raise SettingsError(
            f"{settings.where}: network.ca_file: {path} cannot be used: {reason}.",
            hint="Name a file with certificates between BEGIN CERTIFICATE and END CERTIFICATE.",
        ) from error
    if not found:
        raise SettingsError(
            f"{settings.where}: network.ca_file: {path} holds no certificate.",
            hint="Name the certificate of the authority that signs, or that of a server that signed its own.",
        )
    return str(path)
