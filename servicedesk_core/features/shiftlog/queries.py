"""What one shift told the next."""

from datetime import datetime
from typing import Annotated, Final

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, query
from servicedesk_core.features.shiftlog.model import LogLine
from servicedesk_core.features.shiftlog.tables import LINES, line_of
from servicedesk_core.features.tickets import found
from servicedesk_core.store import Tx
from servicedesk_core.store.paging import page_of
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import shift_log

_L: Final = shift_log.c


class ShiftLogQueries(Namespace[Manner]):
    """What one shift told the next."""

    desk: ConfiguredDesk

    @query(
        "shiftlog.list",
        about="The shift log, the newest first.",
        empty="Nothing was written. servicedesk shiftlog add does.",
        needs=Capability.INTERNAL,
        sorts=("number", "at", "by"),
    )
    def list(
        self,
        tx: Tx,
        *,
        ticket: Annotated[str | None, Help("Only about this ticket, by number or id.")] = None,
        connection: Annotated[str | None, Help("Where it is, if several have it.")] = None,
        since: Annotated[datetime | None, Help("Only what was written at or after.")] = None,
        sort: Sort = None,
        limit: Limit = 50,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[LogLine]:
        """List what was written, the newest first. Who sees a part of the desk sees what is about their tickets.

        Raises:
            NotFoundLocallyError: There is no such ticket.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        lines = LINES
        if ticket is not None:
            lines = lines.where(_L.ticket_id == found(tx, ticket, connection, scope).row.local_id)
        if since is not None:
            lines = lines.where(_L.at >= since)
        if scope is not None:
            lines = lines.where(Sight(tx, scope).require("tickets"))
        columns = {"number": _L.id, "at": _L.at, "by": _L.by}
        return Page(*page_of(tx, lines, columns, line_of, by="-number", sort=sort, after=after, limit=limit))
