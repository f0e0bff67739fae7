"""What the configuration says about the listener that the open net may reach: ``[public]``."""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from servicedesk_core.config.listening import Listener
from servicedesk_core.config.operating import Listen

_PUBLIC = re.compile(r"https://[A-Za-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._~-]+)*/?")
_LOCAL = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?/?")


def _url(text: str) -> str:
    if not (_PUBLIC.fullmatch(text) or _LOCAL.fullmatch(text)):
        msg = 'write the address as vendors reach it, such as "https://desk.example.com"'
        raise ValueError(msg)
    return text.rstrip("/")


class PublicSection(Listener):
    """The listener that vendors call: ``[public]``. Nothing but the addresses of webhooks answers there.

    A certificate that was renewed is read again.
    """

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
