"""What the configuration says about the way to the vendors: ``[network]``."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from servicedesk_core.config.values import is_reference
from servicedesk_core.domain import Model

_PLAIN = re.compile(r"https?://[^/@\s]+/?")
_HOST = re.compile(r"\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*|[0-9A-Fa-f:]+")


def is_proxy(url: str) -> bool:
    """Return whether a URL can be the address of a proxy; with its login, where there is one."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _proxy(text: str) -> str:
    if not (_PLAIN.fullmatch(text) and is_proxy(text)) and not is_reference(text):
        msg = (
            'write "http://proxy.example.com:3128"; with a login it is a secret, so write where it stands, '
            'such as "env:SERVICEDESK_PROXY"'
        )
        raise ValueError(msg)
    return text


def _host(text: str) -> str:
    if not _HOST.fullmatch(text):
        msg = 'write a host or a domain such as "snipe.example.com" or "example.local", without scheme and port'
        raise ValueError(msg)
    return text


class NetworkSection(Model):
    """The way to the vendors: ``[network]``. The process's own proxy variables are not read."""

    proxy: Annotated[str, AfterValidator(_proxy)] | None = Field(
        default=None,
        description="Proxy for all connections, such as `http://proxy.example.com:3128`; one with a login is a secret, "
        "so write where its address is: `env:SERVICEDESK_PROXY`.",
    )
    direct: tuple[Annotated[str, AfterValidator(_host)], ...] = Field(
        default=(),
        description="Hosts, and domains with all below them, that connections reach without the proxy. This machine "
        "always is.",
    )
    ca_file: str | None = Field(
        default=None,
        min_length=1,
        description="PEM file with your company's certificates, trusted beside the public ones: for a proxy that opens "
        "TLS, or a server of your own. A relative path starts at the folder of this file.",
    )
