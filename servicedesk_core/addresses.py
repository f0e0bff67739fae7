"""Addresses: of those who connect, those that credentials are sent to, and those of mail."""

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

MAIL_ADDRESS: Final = r"^[^@\s<>,;]+@[^@\s<>,;]+$"
"""One mail address and nothing else: no name beside it, no second one, no line break."""


def is_mail_address(text: str) -> bool:
    """Whether a text is one mail address."""
    return re.fullmatch(MAIL_ADDRESS, text) is not None


def plain_address(peer: str) -> str:
    """Return who is connected as the configuration writes it: an IPv4 address, although it came over IPv6.

    Raises:
        ValueError: It is no address.
    """
    address = ipaddress.ip_address(peer.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def is_loopback(host: str | None) -> bool:
    """Return whether a host is this machine."""
    try:
        return host == "localhost" or (host is not None and ipaddress.ip_address(host).is_loopback)
    except ValueError:  # another name: one that begins with 127. may lead anywhere
        return False


def safe_address(value: str, *, such_as: str) -> str:
    """Return an address without slashes at its end; for the validators of settings.

    Args:
        value: What was configured.
        such_as: A good one, for the message.

    Raises:
        ValueError: It is not absolute, or would send credentials unencrypted to another machine.
    """
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        message = f"must be an absolute address such as {such_as}"
        raise ValueError(message)
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("must be https; plain http is accepted for this machine only")
    return value.rstrip("/")
