"""What rings, and what our own people were told."""

from typing import Annotated

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, query
from servicedesk_core.features.paging import tables
from servicedesk_core.features.paging.model import PageRow, Told
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope


class PagingQueries(Namespace[Manner]):
    """What rings, and what our own people were told."""

    desk: ConfiguredDesk

    @query(
        "paging.list",
        about="Pages: what rings until somebody takes it on.",
        needs=Capability.INTERNAL,
        sorts=tables.PAGE_COLUMNS,
        empty="Nothing rings, and nothing was taken on that is not begun.",
    )
    def list(
        self,
        tx: Tx,
        *,
        ended: Annotated[bool, Help("Those that are over, the newest first.")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[PageRow]:
        """List what rings or was taken on, the oldest first.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        return tables.rows(tx, ended=ended, sort=sort, after=after, limit=limit, scope=scope)

    @query("paging.show", about="One page.", needs=Capability.INTERNAL)
    def get(
        self,
        tx: Tx,
        number: Annotated[int, Help("Its number, as `paging list` shows it.", names="paging.list")],
        *,
        scope: Scope | None = None,
    ) -> PageRow:
        """Show one page.

        Raises:
            NotFoundLocallyError: There is none of that number.
        """
        return tables.row_of(tx, number, scope)

    @query(
        "paging.messages",
        about="What our own people were told.",
        needs=Capability.DESK_READ,
        sorts=tables.TOLD_COLUMNS,
        unscoped="they are our own people's, about records of all clients",
        empty="Nobody was told anything.",
    )
    def messages(
        self,
        tx: Tx,
        *,
        to: Annotated[str | None, Help("Only what this person was told.")] = None,
        waiting: Annotated[bool, Help("Only what was not taken yet.")] = False,
        doubtful: Annotated[bool, Help("Only what may have arrived more than once.")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[Told]:
        """List notices and pages to our own people, the newest first, without what they say.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        return tables.told(tx, recipient=to, waiting=waiting, doubtful=doubtful, sort=sort, after=after, limit=limit)
