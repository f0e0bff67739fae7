"""What one shift told the next."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final

from sqlalchemy import select

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, query
from servicedesk_core.features.shiftlog.model import LogLine
from servicedesk_core.features.tickets import found
from servicedesk_core.store import Tx
from servicedesk_core.store.paging import page_of
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS, shift_log, sources

_L: Final = shift_log.c
_T: Final = RECORDS["tickets"].c
LINES: Final = (
    select(_L.id, _L.at, _L.by, _T.number, _T.external_id, sources.c.name, _L.text)
    .select_from(shift_log.outerjoin(RECORDS["tickets"], _T.local_id == _L.ticket_id))
    .outerjoin(sources, sources.c.id == _T.source_id)
)


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


def line_of(row: Sequence[Any]) -> LogLine:
    """Return a row of :data:`LINES` as lists show it."""
    number, at, by, ticket, ref, connection, text = row[:7]
    return LogLine(number, at, by.removeprefix("user:"), ticket or ref, connection, text)


def written_since(tx: Tx, since: datetime, until: datetime, scope: Scope | None, most: int) -> tuple[LogLine, ...]:
    """Return what was written in a span, the newest first, at most so many lines."""
    lines = LINES.where(_L.at >= since, _L.at <= until)
    if scope is not None:
        lines = lines.where(Sight(tx, scope).require("tickets"))
    return tuple(line_of(tuple(row)) for row in tx.execute(lines.order_by(_L.id.desc()).limit(most)))
