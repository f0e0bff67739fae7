"""Addresses that credentials are sent to."""

from urllib.parse import urlsplit


def is_loopback(host: str | None) -> bool:
    """Return whether a host is this machine."""
    return host is not None and (host in {"localhost", "::1"} or host.startswith("127."))


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
