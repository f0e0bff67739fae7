"""Making wall screens, and revoking them."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Any, Final, Protocol
from zoneinfo import ZoneInfo

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.errors import NotFoundLocallyError, SettingsError
from servicedesk_core.faces import Board, Capability, Feature, Help, Manner, Query, action
from servicedesk_core.faces.asked import asked
from servicedesk_core.faces.opens import pairs_of
from servicedesk_core.features.walls import tables
from servicedesk_core.features.walls.model import NewWall, WallRevoked
from servicedesk_core.features.walls.queries import UNSCOPED, ActingDesk, WallQueries
from servicedesk_core.store import Tx, audit

_USER: Final = "user:"
_LONGEST_NAME: Final = 80
PATH: Final = "/wall"
"""Where the console shows them."""


class ShownDesk(ActingDesk, Protocol):
    """A desk with pages."""

    @property
    def features(self) -> tuple[Feature, ...]:
        """Whose dashboards they are."""
        ...


class Walls(WallQueries[Manner]):
    """Wall screens, which somebody makes and revokes."""

    desk: ShownDesk

    @action("walls.new", told_once=True, about="The link, shown this once.", needs=Capability.WALLS, unscoped=UNSCOPED)
    async def new(
        self,
        page: Annotated[str, Help("The page, as its command is called: desks.service.", names="pages")],
        *,
        name: Annotated[str, Help("Where the screen hangs.")] = "",
        filter_: Annotated[
            tuple[str, ...],
            Help(
                "What narrows the page, one each, as its command and its address name it.",
                "filter",
                metavar="NAME=VALUE",
            ),
        ] = (),
        names: Annotated[bool, Help("Show titles, and names of clients and of their people, too.")] = False,
        lasts: Annotated[timedelta, Help("How long, at most 90 days.")] = tables.LONGEST,
    ) -> NewWall:
        """Make a link that shows one page on one screen, with what you may see now, and opens nothing else.

        The first screen that opens it keeps a cookie, and the link works no more. It ends by itself when your rights
        change. Whoever passes the screen sees it: without ``--names`` it has no titles and no names of clients.

        Raises:
            SettingsError: There is no such page or filter, it would last too long, or you are not in the list.
        """
        if not timedelta() < lasts <= tables.LONGEST:
            raise SettingsError("It has to last a day at least, and 90 at most.", hint="Say --lasts 30d.")
        if len(name) > _LONGEST_NAME:
            hint = f"It has at most {_LONGEST_NAME} characters: say where the screen hangs."
            raise SettingsError("The name of the screen is too long.", hint=hint)
        shown = _page(page, self.desk.features)
        _ensure_known(shown, filter_, ZoneInfo(self.desk.timezone))
        now, author, person = self.desk.clock.now(), str(self.desk.actor), self.desk.actor.name.removeprefix(_USER)
        maker = self.desk.roster.get(person)
        if maker is None:
            hint = "Somebody in the list of people makes it; `servicedesk people list` shows them."
            raise SettingsError(f'A wall screen has the rights of who makes it, and "{person}" is nobody.', hint=hint)

        def work(tx: Tx) -> NewWall:
            number, token = tables.add(
                tx,
                name=name,
                page=shown.name,
                filters=filter_,
                names=names,
                person=person,
                rights=tables.rights_of(maker),
                at=now,
                ends=now + lasts,
            )
            about = (
                f"{' '.join((shown.name, *filter_))}, until {now + lasts:%Y-%m-%d}, with{'' if names else 'out'} names"
            )
            audit.append(tx, at=now, actor=author, action="wall.made", entity=f"wall:{number}", reason=about)
            link, opens_until = (
                f"{self.desk.settings.console.url}{PATH}/{token}",
                min(now + tables.OPENS_FOR, now + lasts),
            )
            return NewWall(number, link, opens_until, now + lasts)

        return await self.desk.store.write(work)

    @action("walls.revoke", about="The screen that shows nothing any more.", needs=Capability.WALLS, unscoped=UNSCOPED)
    async def revoke(
        self, number: Annotated[int, Help("Its number, as `walls list` shows it.", names="walls.list")]
    ) -> WallRevoked:
        """Let a wall screen show nothing any more, from its next request on; a second time nothing happens.

        Raises:
            NotFoundLocallyError: There is none of that number.
        """
        now, author = self.desk.clock.now(), str(self.desk.actor)

        def work(tx: Tx) -> WallRevoked:
            one = tables.wall(tx, number)
            if one is None:
                raise NotFoundLocallyError(
                    f"There is no wall screen {number}.", hint="`servicedesk walls list` shows them."
                )
            if one.revoked_at is not None:
                return WallRevoked(number, one.name, one.revoked_at)
            tables.revoke(tx, number, at=now, by=author)
            audit.append(tx, at=now, actor=author, action="wall.revoked", entity=f"wall:{number}", reason=one.name)
            return WallRevoked(number, one.name, now)

        return await self.desk.store.write(work)


def _page(name: str, features: Iterable[Feature]) -> Query[..., Any]:
    offers = (one for feature in features for one in feature.offers(acts=False).values())
    pages = {one.name: one for one in offers if isinstance(one, Query) and one.result is Board}
    if name not in pages:
        hint = f"There are: {', '.join(pages) or 'none'}."
        raise SettingsError(f'There is no page "{name}".{did_you_mean(name, pages)}', hint=hint)
    return pages[name]


def _ensure_known(page: Query[..., Any], filters: Iterable[str], zone: ZoneInfo) -> None:
    pairs = pairs_of(filters)
    for name, value in pairs:
        if not value:
            raise SettingsError(f'The filter "{name}" has no value.', hint="Write it as NAME=VALUE.")
    asked(page, pairs, zone)
