"""A session: user name and password, or a key, are exchanged for a token by one request of the vendor's own making."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from servicedesk_core.errors import AuthenticationError
from servicedesk_core.http.auth import AuthSession
from servicedesk_core.http.oauth2 import REFUSED
from servicedesk_core.http.tokens import TokenAuth, token_in
from servicedesk_core.ports import Token, TokenStore
from servicedesk_core.redaction import Secret, reveal


class SessionToken(TokenAuth):
    """A token that a log-in request gives.

    Args:
        url: Where one logs in; https, or http on loopback.
        fields: What is sent, for example user name and password. A value that is a secret is given as one.
        style: ``json`` = as a JSON document, ``form`` = as a form.
        access_at: Field of the answer with the token.
        lifetime_s: How long it lasts where the answer does not say so in ``expires_in``; ``None`` = until refused.
        header: Field that carries the token.
        scheme: Word before the token; empty = none.
        tokens: Where tokens are kept; ``None`` = in this process only.
    """

    def __init__(
        self,
        url: str,
        fields: Mapping[str, Secret | str],
        *,
        style: Literal["json", "form"] = "json",
        access_at: str = "token",
        lifetime_s: float | None = None,
        header: str = "Authorization",
        scheme: str = "Bearer",
        tokens: TokenStore | None = None,
    ) -> None:
        super().__init__(tokens=tokens, header=header, scheme=scheme)
        self._url = url
        self._fields = dict(fields)
        self._style = style
        self._access_at = access_at
        self._lifetime_s = lifetime_s

    def secrets(self) -> Iterable[str]:
        """Return the secret ones of the fields."""
        return [reveal(value) for value in self._fields.values() if not isinstance(value, str)]

    async def obtain(self, session: AuthSession, known: Token | None) -> Token:  # noqa: ARG002 - needs no old token
        """Log in."""
        fields = {name: reveal(value) for name, value in self._fields.items()}
        send = session.post_json if self._style == "json" else session.post_form
        asked_at = session.clock.now()
        response = await send(self._url, fields, {})
        if response.status in REFUSED:
            raise AuthenticationError(
                f"The vendor refused the log-in ({response.status}).",
                hint=f"Check {', '.join(self._fields)}.",
                connection=response.connection,
            )
        token = token_in(response, asked_at, access_at=self._access_at)
        if token.expires_at is None and self._lifetime_s is not None:
            return replace(token, expires_at=asked_at + timedelta(seconds=self._lifetime_s))
        return token

    def __repr__(self) -> str:
        return f"SessionToken({self._url!r})"
