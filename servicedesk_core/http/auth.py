"""Credentials. Bound to the profile of a client, never to a single call."""

import asyncio
import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, Protocol
from urllib.parse import quote_plus

from servicedesk_core.errors import AuthenticationError, ProtocolError
from servicedesk_core.http.response import Response
from servicedesk_core.ports import Clock, Token, TokenStore
from servicedesk_core.redaction import Redactor, Secret, reveal


class AuthSession(Protocol):
    """What credentials may use of the client they serve."""

    clock: Clock
    redactor: Redactor

    async def post_form(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Response:
        """Send a form to a token endpoint, without the client's own credentials, quota and retries.

        Raises:
            ConnectorError: No usable answer.
        """

    async def get_query(self, url: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Response:
        """Ask a token endpoint that takes credentials in its address; see :meth:`post_form`.

        The address is never shown: not in errors, events or logs.
        """


class Auth(Protocol):
    """Puts credentials on requests. Implement it for anything that the classes here don't cover."""

    def secrets(self) -> Iterable[str]:
        """Return the values that must never show up in logs and errors."""

    async def headers(self, session: AuthSession) -> Mapping[str, str]:
        """Return the header fields of the next request. Called before every one: keep it quick."""

    async def renew(self, session: AuthSession, rejected: Mapping[str, str]) -> bool:
        """React to a 401.

        Args:
            session: The client.
            rejected: The header fields that were refused.

        Returns:
            Whether one more try with new credentials makes sense.
        """


class HeaderAuth:
    """Fixed header fields, for example an API key.

    Args:
        fields: Value by field name.
    """

    def __init__(self, fields: Mapping[str, Secret | str]) -> None:
        self._fields = dict(fields)

    def secrets(self) -> Iterable[str]:
        """Return all values."""
        return [reveal(value) for value in self._fields.values()]

    async def headers(self, session: AuthSession) -> Mapping[str, str]:  # noqa: ARG002 - part of the protocol
        """Return the fields."""
        return {name: reveal(value) for name, value in self._fields.items()}

    async def renew(self, session: AuthSession, rejected: Mapping[str, str]) -> bool:  # noqa: ARG002
        """Return False: there is nothing to renew."""
        return False

    def __repr__(self) -> str:
        return f"{type(self).__name__}({sorted(self._fields)})"


class BearerAuth(HeaderAuth):
    """A fixed bearer token (RFC 6750).

    Args:
        token: The token.
    """

    def __init__(self, token: Secret | str) -> None:
        super().__init__({"Authorization": f"Bearer {reveal(token)}"})
        self._token = reveal(token)

    def secrets(self) -> Iterable[str]:
        """Return the token."""
        return [self._token]


class BasicAuth(HeaderAuth):
    """User name and password (RFC 7617).

    Args:
        username: User name.
        password: Password.
    """

    def __init__(self, username: str, password: Secret | str) -> None:
        self._password = reveal(password)
        self._encoded = base64.b64encode(f"{username}:{self._password}".encode()).decode()
        super().__init__({"Authorization": f"Basic {self._encoded}"})

    def secrets(self) -> Iterable[str]:
        """Return the password, plain and as it is sent."""
        return [self._password, self._encoded]


@dataclass(slots=True)
class MemoryTokenStore:
    """Keeps a token for the life of the process."""

    token: Token | None = None

    async def load(self) -> Token | None:
        """Return the token."""
        return self.token

    async def save(self, token: Token) -> None:
        """Keep the token."""
        self.token = token


class OAuth2ClientCredentials:
    """Client credentials grant (RFC 6749, 4.4): fetches a token, renews it before it ends, once more after a 401.

    One fetch at a time: requests that need the token meanwhile wait for it. A token that another process has put
    into the store is used before a new one is asked for.

    Args:
        token_url: Where tokens come from; https, or http on loopback.
        client_id: Client id.
        client_secret: Client secret.
        scope: Scopes, separated by blanks; ``None`` = none sent.
        style: Where the client's credentials go: ``basic`` = Authorization field, ``body`` = form, ``query`` = the
            address of a GET, for vendors that know nothing better.
        extra: Further form fields, for example ``audience``.
        tokens: Where tokens are kept; ``None`` = in this process only.
        renew_before_s: How long before its end a token is replaced.
    """

    def __init__(
        self,
        token_url: str,
        client_id: str,
        client_secret: Secret | str,
        *,
        scope: str | None = None,
        style: Literal["basic", "body", "query"] = "basic",
        extra: Mapping[str, str] | None = None,
        tokens: TokenStore | None = None,
        renew_before_s: float = 60.0,
    ) -> None:
        self._token_url = token_url
        self._client_id = client_id
        self._client_secret = client_secret
        self._scope = scope
        self._style = style
        self._extra = dict(extra or {})
        self._tokens: TokenStore = tokens or MemoryTokenStore()
        self._renew_before = timedelta(seconds=renew_before_s)
        self._token: Token | None = None
        self._lock = asyncio.Lock()

    def secrets(self) -> Iterable[str]:
        """Return the client secret; tokens are registered as they come."""
        return [reveal(self._client_secret)]

    async def headers(self, session: AuthSession) -> Mapping[str, str]:
        """Return the Authorization field, with a fresh token if the known one ends soon."""
        token = self._token
        if token is None or not self._lasts(token, session):
            token = await self._obtain(session, rejected=None)
        return {"Authorization": f"Bearer {token.access}"}

    async def renew(self, session: AuthSession, rejected: Mapping[str, str]) -> bool:
        """Replace the refused token."""
        await self._obtain(session, rejected=rejected.get("Authorization", "").removeprefix("Bearer "))
        return True

    def __repr__(self) -> str:
        return f"OAuth2ClientCredentials({self._token_url!r}, {self._client_id!r})"

    def _lasts(self, token: Token, session: AuthSession) -> bool:
        return token.expires_at is None or token.expires_at - self._renew_before > session.clock.now()

    async def _obtain(self, session: AuthSession, *, rejected: str | None) -> Token:
        async with self._lock:
            for known in (self._token, await self._tokens.load()):
                if known is not None and known.access != rejected and self._lasts(known, session):
                    session.redactor.register(known.access)
                    self._token = known
                    return known
            token = await self._fetch(session)
            session.redactor.register(token.access)
            await self._tokens.save(token)
            self._token = token
            return token

    async def _fetch(self, session: AuthSession) -> Token:
        form = {"grant_type": "client_credentials", **self._extra}
        headers: dict[str, str] = {}
        if self._scope is not None:
            form["scope"] = self._scope
        secret = reveal(self._client_secret)
        if self._style != "basic":
            form |= {"client_id": self._client_id, "client_secret": secret}
        else:  # RFC 6749, 2.3.1: both are form-encoded before they are joined
            pair = f"{quote_plus(self._client_id)}:{quote_plus(secret)}"
            encoded = base64.b64encode(pair.encode()).decode()
            session.redactor.register(encoded)
            headers["Authorization"] = f"Basic {encoded}"
        asked_at = session.clock.now()
        send = session.get_query if self._style == "query" else session.post_form
        response = await send(self._token_url, form, headers)
        if response.status in {400, 401, 403}:
            raise AuthenticationError(
                f"The token endpoint refused the client credentials ({response.status}{_oauth_error(response)}).",
                hint="Check client id, client secret and scope.",
                connection=response.connection,
            )
        body = response.json()
        access = body.get("access_token") if isinstance(body, dict) else None
        if not isinstance(access, str) or not access:
            raise ProtocolError(
                f"The token endpoint answered {response.status} without an access token.",
                connection=response.connection,
            )
        seconds = _seconds(body.get("expires_in"))
        return Token(access, None if seconds is None else asked_at + timedelta(seconds=seconds))


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


def _seconds(value: object) -> float | None:
    """Return a lifetime; some vendors send the number as text."""
    try:
        return max(float(value), 0.0) if isinstance(value, int | float | str) else None
    except ValueError:
        return None
