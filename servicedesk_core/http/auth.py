"""Credentials. Bound to the profile of a client, never to a single call."""

import base64
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from servicedesk_core.http.response import Response
from servicedesk_core.ports import Clock
from servicedesk_core.redaction import Redactor, Secret, reveal


class AuthSession(Protocol):
    """What credentials may use of the client they serve.

    Attributes:
        connection: Name of the connection, for errors.
        clock: The time.
        redactor: Give every secret that comes with an answer to its ``register`` before anything else is done with it.
    """

    connection: str
    clock: Clock
    redactor: Redactor

    async def post_form(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Response:
        """Send a form to a token endpoint, without the client's own credentials, quota and retries.

        Raises:
            ConnectorError: No usable answer.
        """

    async def post_json(self, url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
        """Send a JSON document to a token endpoint; see :meth:`post_form`."""

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
