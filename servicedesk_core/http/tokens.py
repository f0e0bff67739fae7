"""Access tokens that a log-in gives: obtained once for all who need one, kept, replaced before they end."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from typing import Final

from servicedesk_core.errors import AuthenticationError, ProtocolError
from servicedesk_core.http.auth import AuthSession
from servicedesk_core.http.response import Response
from servicedesk_core.ports import Token, TokenStore

_FOR_EVER_S: Final = 100 * 366 * 86_400
"""Some vendors say "never" by the largest number that they have."""


@dataclass(slots=True)
class MemoryTokenStore:
    """Keeps a token for the life of the process."""

    token: Token | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def load(self) -> Token | None:
        """Return the token."""
        return self.token

    async def save(self, token: Token) -> None:
        """Keep the token."""
        self.token = token

    @asynccontextmanager
    async def renewing(self) -> AsyncIterator[None]:
        """Let one at a time replace the token."""
        async with self._turn:
            yield


class TokenAuth(ABC):
    """Credentials that are an access token; what remains to be said is how one is obtained.

    One log-in at a time, also across the processes of a desk: requests that need the token meanwhile wait for it, and a
    token that another process has stored is used before a new one is asked for. A new token is stored before it is
    used: the vendor may have made the old one worthless. Give the same object to several clients that share a token.

    Args:
        tokens: Where tokens are kept; ``None`` = in this process only. A connector gives ``ctx.tokens``.
        renew_before_s: How long before its end a token is replaced.
        header: Field that carries the token.
        scheme: Word before the token; empty = none.
    """

    def __init__(
        self,
        *,
        tokens: TokenStore | None = None,
        renew_before_s: float = 60.0,
        header: str = "Authorization",
        scheme: str = "Bearer",
    ) -> None:
        self.tokens: TokenStore = tokens or MemoryTokenStore()
        self._renew_before = timedelta(seconds=renew_before_s)
        self._header = header
        self._prefix = f"{scheme} " if scheme else ""
        self._token: Token | None = None
        self._unsaved: tuple[Token | None, Token] | None = None
        self._lock = asyncio.Lock()

    @abstractmethod
    def secrets(self) -> Iterable[str]:
        """Return the values that must never show up in logs and errors; tokens are registered as they come."""

    @abstractmethod
    async def obtain(self, session: AuthSession, known: Token | None) -> Token:
        """Ask the vendor for a token. Nobody else of the desk does so at the same time.

        Args:
            session: What may be used of the client.
            known: The newest token so far, which has ended or was refused; it may hold a refresh token.

        Returns:
            The new token. Its ``refresh`` replaces the one that is known, also when it is ``None``.

        Raises:
            AuthenticationError: The vendor refused the log-in; nothing is sent with it again.
            ConnectorError: No usable answer.
        """

    async def headers(self, session: AuthSession) -> Mapping[str, str]:
        """Return the field with the token, a fresh one if the known one ends soon."""
        token = self._token
        if token is None or not self._lasts(token, session):
            token = await self._fresh(session, rejected=None)
        return {self._header: f"{self._prefix}{token.access}"}

    async def renew(self, session: AuthSession, rejected: Mapping[str, str]) -> bool:
        """Replace the refused token."""
        await self._fresh(session, rejected=rejected.get(self._header, "").removeprefix(self._prefix))
        return True

    async def keep(self, session: AuthSession, token: Token) -> None:
        """Use a token from now on: store it, and mask it wherever it may show."""
        for secret in (token.access, token.refresh):
            if secret is not None:
                session.redactor.register(secret)
        await self.tokens.save(token)
        self._token = token

    def _lasts(self, token: Token, session: AuthSession) -> bool:
        return token.expires_at is None or token.expires_at - self._renew_before > session.clock.now()

    async def _fresh(self, session: AuthSession, *, rejected: str | None) -> Token:
        async with self._lock:
            token = None if self._unsaved else self._usable(await self.tokens.load(), session, rejected)
            if token is None:
                async with self.tokens.renewing():  # another process may have been quicker
                    known = await self._newest(session)
                    token = self._usable(known, session, rejected)
                    if token is None:
                        return await self._replaced(session, known or self._token)
            self._token = token
            return token

    async def _newest(self, session: AuthSession) -> Token | None:
        """Return the newest token; one that could not be stored when it came is, unless it has a successor there."""
        stored = await self.tokens.load()
        if self._unsaved is not None:
            before, token = self._unsaved
            if stored is None or stored == before:
                await self.keep(session, token)
                stored = token
            self._unsaved = None
        return stored

    def _usable(self, token: Token | None, session: AuthSession, rejected: str | None) -> Token | None:
        if token is None or token.access == rejected or not self._lasts(token, session):
            return None
        session.redactor.register(token.access)
        return token

    async def _replaced(self, session: AuthSession, known: Token | None) -> Token:
        """Obtain and keep a token, to the end once begun: the answer may be the only copy of what replaces the old."""
        task = asyncio.ensure_future(self._obtained(session, known))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait([task])  # the client bounds how long an exchange may take
            raise

    async def _obtained(self, session: AuthSession, known: Token | None) -> Token:
        try:
            token = await self.obtain(session, known)
        except AuthenticationError:  # whose turn was lost is refused what another process has replaced meanwhile
            newest = await self.tokens.load()
            token_of_another = None if newest == known else self._usable(newest, session, None)
            if token_of_another is None:
                raise
            self._token = token_of_another
            return token_of_another
        try:
            await self.keep(session, token)
        except Exception:
            self._unsaved = (known, token)  # the one before may be worthless: this is stored as soon as it can be
            raise
        return token


def token_in(response: Response, asked_at: datetime, *, access_at: str = "access_token") -> Token:
    """Return the token of an answer as RFC 6749, 5.1 has it; a lifetime may also come as text.

    Args:
        response: The answer.
        asked_at: When it was asked for: its lifetime counts from then.
        access_at: Name of the field with the token.

    Raises:
        ProtocolError: There is none.
    """
    body = response.json()
    access = body.get(access_at) if isinstance(body, dict) else None
    if not isinstance(access, str) or not access:
        raise ProtocolError(
            f"The token endpoint answered {response.status} without an access token.",
            connection=response.connection,
        )
    refresh = body.get("refresh_token")
    seconds = _seconds(body.get("expires_in"))
    return Token(
        access,
        None if seconds is None else asked_at + timedelta(seconds=seconds),
        refresh if isinstance(refresh, str) and refresh else None,
    )


def _seconds(value: object) -> float | None:
    try:
        seconds = float(value) if isinstance(value, int | float | str) else inf
    except ValueError:
        return None
    return max(seconds, 0.0) if seconds < _FOR_EVER_S else None
