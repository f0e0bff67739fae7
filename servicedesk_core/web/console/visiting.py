"""Whoever opens a page: who they are, and the desk as they see it."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from servicedesk_core.capabilities import Capability
from servicedesk_core.config import DeskSettings
from servicedesk_core.config.people import Colleague
from servicedesk_core.desk.permitting import Rights
from servicedesk_core.errors import StoreError
from servicedesk_core.faces import Callee, Method, Offer
from servicedesk_core.features import signins
from servicedesk_core.outbox.writes import Writes
from servicedesk_core.people import Actor, Way
from servicedesk_core.store import Store, Tx
from servicedesk_core.web.console.cache.answers import Answers
from servicedesk_core.web.console.cache.asking import AskedDesk
from servicedesk_core.web.console.live.asking import LIVE

if TYPE_CHECKING:
    from servicedesk_core.features.desks import DataState

T = TypeVar("T")

COOKIE: Final = "__Host-servicedesk"
SIGN_IN: Final = "/sign-in"
_FOR_A_NOTE_S: Final = 1.0
_LONGEST: Final = 4_000
"""An address that is longer is not come back to after signing in."""


class OpenDesk(AskedDesk, Protocol):
    """A desk that people open in a browser."""

    settings: DeskSettings

    @property
    def rights(self) -> Rights:
        """What whoever acts is on the desk."""
        ...

    @property
    def actor(self) -> Actor:
        """Who acts."""
        ...

    @property
    def roster(self) -> Mapping[str, Colleague]:
        """The people by name."""
        ...

    @property
    def store(self) -> Store:
        """Where sign-ins are kept."""
        ...

    def people_in(self, tx: Tx) -> Mapping[str, Colleague]:
        """Return the people as they are now."""
        ...

    @property
    def outbox(self) -> Writes:
        """What is sent to vendors."""
        ...

    async def call(self, offered: Callee[..., T], /, *args: Any, **kwargs: Any) -> T:
        """Ask or do what a feature declares."""
        ...

    def acting_as(self, actor: Actor, *, only: frozenset[Capability] | None = None) -> Self:
        """Return it as somebody acts on it."""
        ...


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of somebody who is signed in.

    Attributes:
        request: The request.
        desk: The desk as they see it.
        signed_in: Their sign-in.
        at: When they ask.
        answers: What pages were told.
        data: What the figures rest on; ``None`` = they may not know.
    """

    request: Request
    desk: OpenDesk
    signed_in: signins.SignedIn
    at: datetime
    answers: Answers
    data: "DataState | None" = None

    @property
    def person(self) -> str:
        """Who they are, as in the list of people."""
        return self.signed_in.person

    @property
    def zone(self) -> ZoneInfo:
        """Where instants are shown."""
        return ZoneInfo(self.desk.timezone)

    def may(self, offer: Offer[..., Any]) -> bool:
        """Whether they may call something: what is about the whole desk is for nobody who sees a part of it."""
        if offer.needs is None or not self.desk.may(offer.needs):
            return False
        return not offer.unscoped or self.desk.rights.scope is None

    async def ask(self, asked: Method[..., T], /, *args: Any, **kwargs: Any) -> T:
        """Ask what a screen shows of many records; somebody may just have been told it."""
        answer = await self.answers.call(self.desk, asked, *args, **kwargs)
        if (looking := self.request.scope.get(LIVE)) is not None and answer.state != self.answers.reader.now:
            looking.is_behind = True
        return answer.value


Handler = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Entrance:
    """Lets people in.

    Args:
        desk: The open desk.
        answers: What pages were told.
    """

    desk: OpenDesk
    answers: Answers

    async def visit(self, request: Request) -> Visit | None:
        """Return who asks; ``None`` = nobody who is signed in.

        Raises:
            StoreError: The store cannot be asked.
        """
        cookie, now, store = request.cookies.get(COOKIE), self.desk.clock.now(), self.desk.store
        if not cookie:
            return None
        found = await store.read(lambda tx: signins.signed_in(tx, cookie, now, self.desk.people_in(tx)))
        if found is None:
            return None
        if signins.is_worth_keeping(found, now) and not request.scope.get(LIVE):
            with suppress(StoreError):  # a later use is kept
                await store.write(lambda tx: signins.note_use(tx, found, now), patience_s=_FOR_A_NOTE_S)
        desk = self.desk.acting_as(Actor(f"user:{found.person}", Way.CONSOLE))
        visit = Visit(request, desk, found, now, self.answers)
        if not desk.may(Capability.READ):
            return visit
        from servicedesk_core.features.desks import Desks  # noqa: PLC0415  # who signs in waits for no page of the desk

        data = await visit.ask(Desks.data)
        return replace(visit, data=data)


def to_sign_in(request: Request) -> Response:
    """Return the way to the page on which somebody signs in, and from there back."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    then = f"?{urlencode({'then': here})}" if request.method == "GET" and here != "/" and len(here) <= _LONGEST else ""
    return RedirectResponse(SIGN_IN + then, 303)
