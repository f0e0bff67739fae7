"""How the shift log is read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from servicedesk_core.features.shiftlog.model import LogLine
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import RECORDS, shift_log, sources

_L: Final = shift_log.c
_T: Final = RECORDS["tickets"].c
LINES: Final = (
    select(_L.id, _L.at, _L.by, _T.number, _T.external_id, sources.c.name, _L.text)
    .select_from(shift_log.outerjoin(RECORDS["tickets"], _T.local_id == _L.ticket_id))
    .outerjoin(sources, sources.c.id == _T.source_id)
)


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
