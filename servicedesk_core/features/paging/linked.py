"""What a signed link shows, and what sending its form does. Looking acknowledges nothing, whoever looks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Final, Protocol, Self
from zoneinfo import ZoneInfo

from servicedesk_core.capabilities import Capability
from servicedesk_core.config import DeskSettings
from servicedesk_core.config.people import Colleague
from servicedesk_core.errors import NotFoundLocallyError, NotPermittedError
from servicedesk_core.faces import Desk
from servicedesk_core.faces.html import render
from servicedesk_core.features.paging import links
from servicedesk_core.features.paging.actions import Paging
from servicedesk_core.features.paging.links import Link
from servicedesk_core.features.paging.model import Acknowledged, PageRow, PageState
from servicedesk_core.features.paging.telling import Teller
from servicedesk_core.people import Actor, Way
from servicedesk_core.ports import Clock
from servicedesk_core.store import Store, Tx
from servicedesk_core.wording import plain

_PAGE: Final = "servicedesk_core.features.paging/linked.html"
_ONLY: Final = frozenset({Capability.READ, Capability.INTERNAL, Capability.PAGES_ACKNOWLEDGE})


class Found(StrEnum):
    """What a link leads to."""

    SHOWN = "shown"
    NOTHING = "nothing"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Shown:
    """The page that answers a link.

    Attributes:
        found: What it leads to.
        html: The page.
    """

    found: Found
    html: str


class LinkedDesk(Desk, Protocol):
    """A desk that is reached by links."""

    @property
    def settings(self) -> DeskSettings:
        """The configuration."""
        ...

    @property
    def store(self) -> Store:
        """The desk's own database."""
        ...

    @property
    def clock(self) -> Clock:
        """Where the time comes from."""
        ...

    @property
    def roster(self) -> Mapping[str, Colleague]:
        """The people by name."""
        ...

    def people_in(self, tx: Tx) -> object:
        """Look who works with the desk now."""
        ...

    def acting_as(self, actor: Actor, *, only: frozenset[Capability] | None = None) -> Self:
        """Return the same desk as somebody else acts on it."""
        ...


async def followed(desk: LinkedDesk, text: str, *, acts: bool) -> Shown:
    """Answer a link: show its page, or acknowledge it.

    Whoever holds a link acknowledges for the person it was made for, and only while that person may. They are told
    that it was used, so that they notice when it was passed on.

    Args:
        desk: The desk.
        text: What stands behind the path.
        acts: Whether the form was sent; else nothing is changed.
    """
    now, zone = desk.clock.now(), ZoneInfo(desk.settings.desk.timezone)
    await desk.store.read(desk.people_in)
    link = await desk.store.read(lambda tx: links.read(tx, text))
    if link is None or link.person not in desk.roster:
        return Shown(Found.NOTHING, _page("This link leads nowhere", "It is not whole, or it is not ours any more."))
    command = f"Say it by command instead: servicedesk paging acknowledge {link.page}"
    if link.ends_at <= now:
        return Shown(Found.ENDED, _page("This link has ended", command))
    theirs = desk.acting_as(Actor(f"user:{link.person}", Way.LINK), only=_ONLY)
    try:
        if not acts:
            row = await Paging.get.of(theirs, number=link.page)
            return Shown(Found.SHOWN, _asking(row, link, zone))
        done = await Paging.acknowledge.of(theirs, number=link.page)
    except (NotFoundLocallyError, NotPermittedError):
        return Shown(Found.NOTHING, _page("This link leads nowhere", f"{link.person} does not see that page any more."))
    if done.is_yours:
        await desk.store.write(lambda tx: _tell(tx, desk, link, done, now))
    return Shown(Found.SHOWN, _answer(done, zone))


def _tell(tx: Tx, desk: LinkedDesk, link: Link, done: Acknowledged, now: datetime) -> None:
    text = "If that was not you, somebody else holds the link that was sent to you."
    subject = f"Page {link.page} was acknowledged by your link"
    key = f"linked:{link.page}/{done.work_by and done.work_by.isoformat()}"
    Teller(tx, desk.roster, desk.settings, now).tell([link.person], key, subject, text)


def _asking(row: PageRow, link: Link, zone: tzinfo) -> str:
    if row.state is not PageState.RINGING:
        return _page(row.subject, f"{row.acknowledged_by or 'Nobody'} took it on. Nothing is to be done here.")
    lines = (f"Since {plain(row.opened_at, zone)}.", f"You take it on as {link.person}: nobody else is rung.")
    return _page(row.subject, *lines, offers=True)


def _answer(done: Acknowledged, zone: tzinfo) -> str:
    if not done.is_yours:
        return _page(done.subject, f"{done.acknowledged_by or 'Nobody'} took it on before.")
    by = f" Begin by {plain(done.work_by, zone)}, or it rings again." if done.work_by is not None else ""
    return _page(done.subject, f"It is yours.{by}")


def _page(title: str, *lines: str, offers: bool = False) -> str:
    return render(_PAGE, title=title, lines=lines, offers=offers)
