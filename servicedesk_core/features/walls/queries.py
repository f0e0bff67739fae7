"""Which wall screens there are."""

from datetime import datetime
from typing import Annotated, Final, Protocol

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.walls import tables
from servicedesk_core.features.walls.model import WallRow
from servicedesk_core.people import Actor
from servicedesk_core.store import Store, Tx

UNSCOPED: Final = "a wall screen belongs to no client"


class ActingDesk(ConfiguredDesk, Protocol):
    """A desk on which somebody acts."""

    actor: Actor
    """Who."""

    @property
    def store(self) -> Store:
        """Where wall screens are kept."""
        ...


class WallQueries(Namespace[Manner]):
    """Pages of the console on wall screens."""

    desk: ActingDesk

    @query(
        "walls.list",
        about="Pages of the console on wall screens.",
        needs=Capability.WALLS,
        empty="No wall screen shows a page; `servicedesk walls new` makes a link for one.",
        unscoped=UNSCOPED,
    )
    def list(
        self,
        tx: Tx,
        *,
        all_: Annotated[bool, Help("Also those that show nothing any more.", name="all")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[WallRow]:
        """List the wall screens: what each shows, with whose rights, and when it asked last.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        now, people = self.desk.clock.now(), self.desk.roster
        rows = (_row(one, now, people) for one in tables.all_walls(tx))
        found = Page(tuple(row for row in rows if all_ or not row.state.is_over))
        return piece(found, WallRow, by="id", sort=sort, after=after, limit=limit)


def _row(one: tables.Kept, now: datetime, people: tables.People) -> WallRow:
    return WallRow(
        id=one.id,
        name=one.name,
        page=one.page,
        filters=one.filters,
        names=one.names,
        person=one.person,
        state=tables.state_of(one, now, people),
        expires_at=one.expires_at,
        seen_at=one.seen_at,
        made_at=one.made_at,
        opened_at=one.opened_at,
        revoked_at=one.revoked_at,
        revoked_by=one.revoked_by,
    )
