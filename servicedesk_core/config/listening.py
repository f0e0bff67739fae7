"""Where a desk listens: ``[public]`` to vendors, ``[api]`` to programs, and ``[console]`` to people."""

import ipaddress
import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from servicedesk_core.addresses import is_loopback
from servicedesk_core.config.operating import Listen
from servicedesk_core.domain import Model

_PUBLIC = re.compile(r"https://[A-Za-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._~-]+)*/?")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\]")
_LOCAL = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?/?")


def _url(text: str) -> str:
    if not (_PUBLIC.fullmatch(text) or _LOCAL.fullmatch(text)):
        msg = 'write the address as vendors reach it, such as "https://desk.example.com"'
        raise ValueError(msg)
    return text.rstrip("/")


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        msg = 'write the address that the proxy connects from, such as "192.0.2.10"'
        raise ValueError(msg) from None


def _host(text: str) -> str:
    if not _HOST.fullmatch(text):
        msg = 'write a name without port, such as "desk.example.com"'
        raise ValueError(msg)
    return text.casefold().strip("[]")


class Listener(Model):
    """Where to listen, and how that is secured; each section says what for.

    A certificate that was renewed is read again.
    """

    listen: Listen = Field(default="", description="An address and a port; an empty text = it does not listen.")
    certificate: str | None = Field(
        default=None,
        min_length=1,
        description="PEM file with the certificate and those above it; a relative path starts at the folder of this "
        "file.",
    )
    key: str | None = Field(default=None, min_length=1, description="PEM file with the key of the certificate.")
    proxy: Annotated[str, AfterValidator(_address)] | None = Field(
        default=None,
        description="Address that your reverse proxy connects from. It alone is answered then, and only from it is "
        "`X-Forwarded-For` believed.",
    )

    @property
    def host(self) -> str:
        """Where it listens, without the port."""
        return self.listen.rpartition(":")[0].strip("[]")

    @model_validator(mode="after")
    def _nothing_travels_open(self) -> Self:
        if (self.certificate is None) is not (self.key is None):
            msg = "certificate and key belong together; write both, or none"
            raise ValueError(msg)
        is_safe = self.certificate or self.proxy or is_loopback(self.host)
        if self.listen and not is_safe:
            msg = (
                "listen is reachable from elsewhere, and nothing says how it is secured; write certificate and key, or "
                "the address of the proxy that does it"
            )
            raise ValueError(msg)
        return self


class PublicSection(Listener):
    """The listener that vendors call: ``[public]``. Nothing but the addresses of webhooks answers there."""

    listen: Listen = Field(
        default="",
        description='Where `servicedesk serve` listens for vendors, such as "0.0.0.0:8443"; an empty text switches it '
        "off. A port of its own: monitoring and webhooks never share one.",
    )
    url: Annotated[str, AfterValidator(_url)] | None = Field(
        default=None, description='The address as vendors reach it, such as "https://desk.example.com".'
    )

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if self.listen and self.url is None:
            msg = 'write url too, the address as vendors reach it, such as "https://desk.example.com"'
            raise ValueError(msg)
        return self


class ApiSection(Listener):
    """Where programs ask for documents: ``[api]``. Whoever asks shows a token."""

    listen: Listen = Field(
        default="127.0.0.1:9188", description="Where `servicedesk api` listens; port 0 takes a free one."
    )
    per_minute: int = Field(
        default=600, ge=1, le=100_000, description="How many requests of one token are answered in a minute."
    )


class ConsoleSection(Listener):
    """The desk in a browser: ``[console]``. Whoever opens it signs in."""

    listen: Listen = Field(
        default="127.0.0.1:9189", description="Where `servicedesk console` listens; port 0 takes a free one."
    )
    hosts: tuple[Annotated[str, AfterValidator(_host)], ...] = Field(
        default=(),
        description='Names by which browsers reach it, such as "desk.example.com"; this machine\'s own are known. A '
        "request under another name is refused.",
    )

    @property
    def url(self) -> str:
        """How browsers reach it: by its first name where it has one, through its proxy at the port of https."""
        if not self.hosts:
            return f"http{'s' if self.certificate else ''}://{self.listen}"
        return f"https://{self.hosts[0]}" + ("" if self.proxy else f":{self.listen.rpartition(':')[2]}")

    @model_validator(mode="after")
    def _has_a_name(self) -> Self:
        if self.listen and not is_loopback(self.host) and not self.hosts:
            msg = 'listen is reachable from elsewhere; write by which names, such as hosts = ["desk.example.com"]'
            raise ValueError(msg)
        return self
