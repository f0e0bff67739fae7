"""OAuth2 client credentials as a vendor hands them out."""

import base64
import binascii
import secrets
from datetime import datetime, timedelta

from servicedesk_core.sandboxing.asgi import Request


class ClientCredentials:
    """Gives bearer tokens to one client and knows which are still good.

    Args:
        client_id: The client that is known.
        client_secret: Its secret.
        lifetime_s: Seconds that a token is good for.
    """

    def __init__(self, client_id: str, client_secret: str, lifetime_s: float = 3600) -> None:
        self.lifetime_s = lifetime_s
        self.issued = 0
        self._client = (client_id, client_secret)
        self._good: dict[str, datetime] = {}

    def accepts(self, request: Request) -> bool:
        """Return whether a token request names the client and its secret, in a form or as Basic credentials."""
        form = request.form() or {}
        if form.get("grant_type") != "client_credentials":
            return False
        return (form.get("client_id"), form.get("client_secret")) == self._client or self.knows(request)

    def knows(self, request: Request) -> bool:
        """Return whether a request names the client and its secret as Basic credentials."""
        return _basic(request) == self._client

    def issue(self, now: datetime) -> str:
        """Return a new token."""
        self.issued += 1
        token = secrets.token_urlsafe(24)
        self._good[token] = now + timedelta(seconds=self.lifetime_s)
        return token

    def is_good(self, request: Request, now: datetime) -> bool:
        """Return whether a request carries a token that still lives."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and self._good.get(token, now) > now

    def expire_all(self) -> None:
        """End the life of every token that was issued."""
        self._good.clear()


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name, secret
