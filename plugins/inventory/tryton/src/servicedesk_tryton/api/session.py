"""Logging in: name and password are given for a session, which ends when nobody uses it."""

import base64
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic import SecretStr

from servicedesk_core.errors import AuthenticationError, ProtocolError
from servicedesk_core.hooks import Token, TokenStore
from servicedesk_core.http import AuthSession, TokenAuth

_PARTS = 2


class SessionAuth(TokenAuth):
    """A session of one user in one database.

    Args:
        url: Address of the database's calls.
        user: Login.
        password: Password.
        tokens: Where the session is kept.
    """

    def __init__(self, url: str, user: str, password: SecretStr, tokens: TokenStore) -> None:
        super().__init__(tokens=tokens, scheme="Session")
        self._url = url
        self._user = user
        self._password = password

    def secrets(self) -> Iterable[str]:
        """Return the password."""
        return [self._password.get_secret_value()]

    async def obtain(self, session: AuthSession, known: Token | None) -> Token:  # noqa: ARG002 - needs no old one
        """Log in; a session has no end that is known beforehand."""
        call = {
            "id": 0,
            "method": "common.db.login",
            "params": [self._user, {"password": self._password.get_secret_value()}],
        }
        response = await session.post_json(self._url, call, {})
        if response.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise AuthenticationError(
                "Tryton refused the log-in.", hint="Check user and password.", connection=session.connection
            )
        if response.status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}:
            raise ProtocolError(
                "No Tryton server with that database answers there.",
                hint="Check url and database. Servers before series 8 answer at other addresses.",
                connection=session.connection,
            )
        body: Any = response.json()
        if isinstance(body, dict) and (asked := body.get("error")) is not None:
            more = asked[1][0] if isinstance(asked, list) and asked[:1] == ["LoginException"] else None
            raise AuthenticationError(
                "Tryton wants more than a password at the log-in."
                if more and more != "password"
                else "Tryton refused the log-in.",
                hint="Give the user of servicedesk the authentication method password alone.",
                connection=session.connection,
            )
        found = body.get("result") if isinstance(body, dict) else None
        if not isinstance(found, list) or len(found) < _PARTS or not isinstance(found[1], str):
            raise ProtocolError("Tryton's answer to the log-in is no session.", connection=session.connection)
        session.redactor.register(found[1])
        return Token(base64.b64encode(f"{self._user}:{found[0]}:{found[1]}".encode()).decode())
