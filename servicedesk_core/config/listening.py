"""Where a server of the desk listens, and how what it says is secured."""

import ipaddress
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from servicedesk_core.addresses import is_loopback
from servicedesk_core.config.operating import Listen
from servicedesk_core.domain import Model


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        msg = 'write the address that the proxy connects from, such as "192.0.2.10"'
        raise ValueError(msg) from None


class Listener(Model):
    """Where to listen, and how that is secured; each section says what for."""

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
