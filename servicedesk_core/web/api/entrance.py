"""Who asks: a token in the Authorization field, and how often it may ask."""

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final, Protocol, Self, TypeVar

from servicedesk_core.addresses import plain_address
from servicedesk_core.bearer import digest_of
from servicedesk_core.capabilities import Capability
from servicedesk_core.errors import StoreError
from servicedesk_core.faces import Callee, Desk
from servicedesk_core.features.signins.tries import site_of
from servicedesk_core.features.tokens.tables import Bearer, bearer_of, is_worth_keeping, note_use
from servicedesk_core.people import Actor, Way
from servicedesk_core.store import Store, Tx
from servicedesk_core.web.api.problems import RefusedError

T = TypeVar("T")

_SCHEME: Final = "bearer "
_MINUTE_S: Final = 60.0
_MOST_COUNTED: Final = 10_000
_UNKNOWN_PER_MINUTE: Final = 30
_UNKNOWN: Final = "This address shows tokens that are unknown, and"
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
    """So many requests a minute of each token, or address; what was not used is kept for one minute's burst.

    Args:
        per_minute: How many.
    """

    per_minute: int
    _left: dict[int | str, tuple[float, float]] = field(default_factory=dict)

    def take(self, whose: int | str, now_s: float, *, what: str = "This token") -> None:
        """Take one; see :meth:`ensure_left`."""
        self.ensure_left(whose, now_s, what=what)
        left, _ = self._left[whose]
        self._left[whose] = left - 1, now_s

    def ensure_left(self, whose: int | str, now_s: float, *, what: str) -> None:
        """Make sure that there is one left.

        Args:
            whose: The token, by its number; or an address.
            now_s: A clock that only goes on, in seconds.
            what: What asks, for people.

        Raises:
            RefusedError: There is none left.
        """
        if len(self._left) > _MOST_COUNTED:  # whoever was silent for a minute has all of theirs
            self._left = {one: (left, at) for one, (left, at) in self._left.items() if now_s - at < _MINUTE_S}
        left, at = self._left.get(whose, (float(self.per_minute), now_s))
        left = min(self.per_minute, left + (now_s - at) * self.per_minute / _MINUTE_S)
        self._left[whose] = left, now_s
        if left < 1:
            wait = {"Retry-After": str(math.ceil((1 - left) * _MINUTE_S / self.per_minute))}
            detail = f"{what} asks more than {self.per_minute} times a minute."
            raise RefusedError(HTTPStatus.TOO_MANY_REQUESTS, "too_often", detail, "Wait as Retry-After says.", wait)


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
    _strangers: Allowance = field(default_factory=lambda: Allowance(_UNKNOWN_PER_MINUTE))
    _met: set[bytes] = field(default_factory=set)
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
        store, now, token = self.desk.store, self.desk.clock.now(), shown[len(_SCHEME) :].strip()
        now_s, whence = self.desk.clock.monotonic(), site_of(self._whence(headers, peer))
        digest = digest_of(token)
        if digest not in self._met:  # a program with an old token is no reason to refuse the others there
            self._strangers.ensure_left(whence, now_s, what=_UNKNOWN)

        def known(tx: Tx) -> Bearer | None:
            self.desk.people_in(tx)  # as they are now, whenever this process was started
            return bearer_of(tx, token, now)

        bearer = await store.read(known)
        if bearer is None:
            self._met.discard(digest)
            self._strangers.take(whence, now_s, what=_UNKNOWN)
            detail = "The token is unknown, has ended, or was revoked."
            raise _unknown(detail, "servicedesk tokens new makes another one.")
        self._met.add(digest)
        self.allowance.take(bearer.id, now_s)
        await self._note(bearer, now)
        return self.desk.acting_as(Actor(bearer.person, Way.TOKEN), only=bearer.capabilities)

    def _whence(self, headers: Mapping[str, str], peer: str) -> str:
        """Return the address that a request comes from; behind the proxy, as that says."""
        told = headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        return told if self.proxy is not None and told else peer

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
