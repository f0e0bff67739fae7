"""Who asks: a token in the Authorization field, and how often it may ask."""

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final, Protocol, Self, TypeVar

from servicedesk_core.addresses import plain_address
from servicedesk_core.capabilities import Capability
from servicedesk_core.errors import StoreError
from servicedesk_core.faces import Callee, Desk
from servicedesk_core.features.tokens.tables import Bearer, bearer_of, is_worth_keeping, note_use
from servicedesk_core.people import Actor, Way
from servicedesk_core.store import Store, Tx
from servicedesk_core.web.api.problems import RefusedError

T = TypeVar("T")

_SCHEME: Final = "bearer "
_MINUTE_S: Final = 60.0
_FOR_A_NOTE_S: Final = 1.0
"""How long a request waits at most until it is kept that its token was used."""

_AGAIN: Final = timedelta(minutes=1)
"""When that is tried again."""


class AskedDesk(Desk, Protocol):
    """A desk that programs ask."""

    @property
    def store(self) -> Store:
        """Where tokens are kept."""
        ...

    def people_in(self, tx: Tx) -> object:
        """Look who works with the desk now, for whoever acts from then on."""
        ...

    async def call(self, offered: Callee[..., T], /, *args: Any, **kwargs: Any) -> T:
        """Ask what a feature declares."""
        ...

    def acting_as(self, actor: Actor, *, only: frozenset[Capability] | None = None) -> Self:
        """Return it as somebody acts on it."""
        ...


@dataclass(slots=True)
class Allowance:
    """So many requests a minute of each token; what was not used is kept for a burst of one minute's worth.

    Args:
        per_minute: How many.
    """

    per_minute: int
    _left: dict[int, tuple[float, float]] = field(default_factory=dict)

    def take(self, token: int, now_s: float) -> None:
        """Take one.

        Args:
            token: Whose.
            now_s: A clock that only goes on, in seconds.

        Raises:
            RefusedError: There is none left.
        """
        left, at = self._left.get(token, (float(self.per_minute), now_s))
        left = min(self.per_minute, left + (now_s - at) * self.per_minute / _MINUTE_S)
        if left < 1:
            self._left[token] = left, now_s
            wait = {"Retry-After": str(math.ceil((1 - left) * _MINUTE_S / self.per_minute))}
            detail = f"This token asks more than {self.per_minute} times a minute."
            raise RefusedError(HTTPStatus.TOO_MANY_REQUESTS, "too_often", detail, "Wait as Retry-After says.", wait)
        self._left[token] = left - 1, now_s


@dataclass(slots=True)
class Entrance:
    """Lets requests in.

    Args:
        desk: The desk that they ask.
        allowance: How often.
        proxy: The only address that is answered; ``None`` = any that can connect.
    """

    desk: AskedDesk
    allowance: Allowance
    proxy: str | None = None
    _tried: dict[int, datetime] = field(default_factory=dict)

    async def enter(self, headers: Mapping[str, str], peer: str) -> AskedDesk:
        """Return the desk as whoever sends a request sees it.

        Args:
            headers: The request's fields, by names in any case.
            peer: The address that it comes from.

        Raises:
            RefusedError: It shows no token that is valid now, or one that has asked too often.
            StoreError: The store could not be asked.
        """
        if self.proxy is not None and not (peer and plain_address(peer) == self.proxy):
            raise RefusedError(HTTPStatus.FORBIDDEN, "not_the_proxy", "Only the proxy of [api] is answered.")
        shown = headers.get("authorization", "")
        if not shown.casefold().startswith(_SCHEME):
            raise _unknown("The request shows no token.", "Send Authorization: Bearer sdk_…")
        store, now = self.desk.store, self.desk.clock.now()

        def known(tx: Tx) -> Bearer | None:
            self.desk.people_in(tx)  # as they are now, whenever this process was started
            return bearer_of(tx, shown[len(_SCHEME) :].strip(), now)

        bearer = await store.read(known)
        if bearer is None:
            detail = "The token is unknown, has ended, or was revoked."
            raise _unknown(detail, "servicedesk tokens new makes another one.")
        self.allowance.take(bearer.id, self.desk.clock.monotonic())
        await self._note(bearer, now)
        return self.desk.acting_as(Actor(bearer.person, Way.TOKEN), only=bearer.capabilities)

    async def _note(self, bearer: Bearer, now: datetime) -> None:
        """Keep that a token was used; while the store is busy, one request of it in a minute waits for that."""
        tried = self._tried.get(bearer.id)
        if not is_worth_keeping(bearer, now) or (tried is not None and now - tried < _AGAIN):
            return
        self._tried[bearer.id] = now
        with suppress(StoreError):  # a later use is kept
            await self.desk.store.write(lambda tx: note_use(tx, bearer, now), patience_s=_FOR_A_NOTE_S)


def _unknown(detail: str, hint: str) -> RefusedError:
    return RefusedError(HTTPStatus.UNAUTHORIZED, "unknown_token", detail, hint, {"WWW-Authenticate": "Bearer"})
