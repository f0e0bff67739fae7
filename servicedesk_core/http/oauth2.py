"""OAuth 2.0 (RFC 6749): the grants by which vendors give tokens to programs."""

import base64
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Literal, TypedDict, Unpack
from urllib.parse import quote_plus

from servicedesk_core.errors import AuthenticationError, ProtocolError
from servicedesk_core.http.auth import AuthSession
from servicedesk_core.http.response import Response
from servicedesk_core.http.tokens import TokenAuth, token_in
from servicedesk_core.ports import Token, TokenStore
from servicedesk_core.redaction import Secret, reveal

Style = Literal["basic", "body", "json", "query"]
"""Where the client's credentials go: ``basic`` = the Authorization field of a form, ``body`` = the form, ``json`` = a
JSON document, ``query`` = the address of a GET, for vendors that know nothing better."""

REFUSED = frozenset({400, 401, 403})
"""Statuses by which a token endpoint refuses."""


class OAuth2Options(TypedDict, total=False):
    """Keyword arguments of :class:`OAuth2`, where they are documented."""

    scope: str | None
    style: Style
    extra: Mapping[str, str] | None
    tokens: TokenStore | None
    renew_before_s: float


class OAuth2(TokenAuth):
    """What all grants share: the token endpoint, the client's credentials, and the refresh of a token (RFC 6749, 6).

    Args:
        token_url: Where tokens come from; https, or http on loopback.
        client_id: Client id.
        client_secret: Client secret; ``None`` for a public client.
        scope: Scopes, separated by blanks; ``None`` = none sent.
        style: Where the client's credentials go.
        extra: Further fields of each request, for example ``audience``.
        tokens: Where tokens are kept; ``None`` = in this process only.
        renew_before_s: How long before its end a token is replaced.

    Raises:
        ValueError: ``extra`` names a grant: each has a class of its own, which knows its secrets.
    """

    def __init__(
        self,
        token_url: str,
        client_id: str,
        client_secret: Secret | str | None,
        *,
        scope: str | None = None,
        style: Style = "basic",
        extra: Mapping[str, str] | None = None,
        tokens: TokenStore | None = None,
        renew_before_s: float = 60.0,
    ) -> None:
        if "grant_type" in (extra or {}):
            message = "another grant is another class, such as OAuth2Password"
            raise ValueError(message)
        super().__init__(tokens=tokens, renew_before_s=renew_before_s)
        self.token_url = token_url
        self._client_id = client_id
        self._client_secret = client_secret
        self._scope = scope
        self._style = style
        self._extra = dict(extra or {})

    def secrets(self) -> Iterable[str]:
        """Return the client secret; tokens are registered as they come."""
        return [] if self._client_secret is None else [reveal(self._client_secret)]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.token_url!r}, {self._client_id!r})"

    async def granted(self, session: AuthSession, form: Mapping[str, str], *, refused: str, hint: str) -> Token:
        """Ask the token endpoint.

        Args:
            session: What may be used of the client.
            form: ``grant_type`` and what belongs to it.
            refused: What the endpoint refused, for people: ``the client credentials``.
            hint: What to do then.

        Raises:
            AuthenticationError: The endpoint refused.
            ConnectorError: No usable answer.
        """
        fields, headers = {**form, **self._extra}, {}
        secret = None if self._client_secret is None else reveal(self._client_secret)
        if self._style == "basic" and secret is not None:
            # RFC 6749, 2.3.1: both are form-encoded before they are joined
            pair = f"{quote_plus(self._client_id)}:{quote_plus(secret)}"
            encoded = base64.b64encode(pair.encode()).decode()
            session.redactor.register(encoded)
            headers["Authorization"] = f"Basic {encoded}"
        else:
            fields |= {"client_id": self._client_id} | ({} if secret is None else {"client_secret": secret})
        sends = {"query": session.get_query, "json": session.post_json}
        asked_at = session.clock.now()
        response = await sends.get(self._style, session.post_form)(self.token_url, fields, headers)
        if response.status in REFUSED:
            raise AuthenticationError(
                f"The token endpoint refused {refused} ({response.status}{_oauth_error(response)}).",
                hint=hint,
                connection=response.connection,
            )
        return token_in(response, asked_at)

    async def refreshed(self, session: AuthSession, known: Token, *, hint: str) -> Token:
        """Exchange a refresh token. Where the vendor gives no new one, the known one stays.

        Args:
            session: What may be used of the client.
            known: A token with its refresh token.
            hint: What to do when it is refused.

        Raises:
            AuthenticationError: It was revoked, was used before, or has ended.
            ConnectorError: No usable answer.
        """
        form = {"grant_type": "refresh_token", "refresh_token": known.refresh or ""}
        session.redactor.register(form["refresh_token"])
        token = await self.granted(session, form, refused="the refresh token", hint=hint)
        return token if token.refresh else replace(token, refresh=known.refresh)

    def _scoped(self, form: Mapping[str, str]) -> dict[str, str]:
        return dict(form) if self._scope is None else {**form, "scope": self._scope}


class OAuth2ClientCredentials(OAuth2):
    """Client credentials grant (RFC 6749, 4.4); for the arguments see :class:`OAuth2`."""

    async def obtain(self, session: AuthSession, known: Token | None) -> Token:  # noqa: ARG002 - needs no old token
        """Ask for a token."""
        form = self._scoped({"grant_type": "client_credentials"})
        hint = "Check client id, client secret and scope."
        return await self.granted(session, form, refused="the client credentials", hint=hint)


class OAuth2Password(OAuth2):
    """Resource owner password grant (RFC 6749, 4.3); a refresh token that comes with it is used first.

    Args:
        token_url: Where tokens come from; https, or http on loopback.
        client_id: Client id.
        client_secret: Client secret; ``None`` for a public client.
        username: User name.
        password: Password.
        options: As for :class:`OAuth2`.
    """

    def __init__(
        self,
        token_url: str,
        client_id: str,
        client_secret: Secret | str | None,
        *,
        username: str,
        password: Secret | str,
        **options: Unpack[OAuth2Options],
    ) -> None:
        super().__init__(token_url, client_id, client_secret, **options)
        self._username = username
        self._password = password

    def secrets(self) -> Iterable[str]:
        """Return client secret and password."""
        return [*super().secrets(), reveal(self._password)]

    async def obtain(self, session: AuthSession, known: Token | None) -> Token:
        """Refresh the token, or log in where it cannot be refreshed."""
        hint = "Check client id, user name and password."
        if known is not None and known.refresh:
            with suppress(AuthenticationError):  # it has ended, which is what the password is for
                return await self.refreshed(session, known, hint=hint)
        form = self._scoped({"grant_type": "password", "username": self._username, "password": reveal(self._password)})
        return await self.granted(session, form, refused="user name and password", hint=hint)


def _oauth_error(response: Response) -> str:
    """Return the registered error word of RFC 6749, 5.2, if there is one; free text is not passed on."""
    try:
        body: Any = response.json()
    except ProtocolError:
        return ""
    word = body.get("error") if isinstance(body, dict) else None
    known = {"invalid_client", "invalid_grant", "invalid_request", "invalid_scope"}
    known |= {"unauthorized_client", "unsupported_grant_type"}
    return f", {word}" if word in known else ""
