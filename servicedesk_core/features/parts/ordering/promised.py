"""When parts shall be here that tickets wait for."""

from collections.abc import Mapping
from datetime import date, datetime

from servicedesk_core.features.parts.ordering.rows import rows_of
from servicedesk_core.features.parts.ordering.tables import Placed, placed
from servicedesk_core.store import Tx
from servicedesk_core.store.schema import outbox

Ticket = tuple[str, str]
"""Name of the connection, and its id of the ticket."""

_AT_ONCE = 500
"""Orders whose lines are looked up together."""


def promised_days(tx: Tx, waiting: Mapping[Ticket, datetime | None]) -> dict[Ticket, date]:
    """Return when the first part is promised that was ordered for a ticket and is not here, by the ticket.

    A ticket for which nothing is on order, or no source says when it comes, is left out.

    Args:
        tx: Any transaction.
        waiting: The tickets, with when they were created: nothing was ordered for them before.
    """
    if not waiting:
        return {}
    since = min((at for at in waiting.values() if at is not None), default=None)
    lately = () if since is None or None in waiting.values() else (outbox.c.proposed_at >= since,)
    mine = [one for one in placed(tx, *lately) if _is_for(one, waiting)]
    found: dict[Ticket, date] = {}
    for first in range(0, len(mine), _AT_ONCE):
        for row in rows_of(tx, mine[first : first + _AT_ONCE], date.min, money=False):
            ticket = row.ticket_connection or "", row.ticket_ref or ""
            if row.outstanding > 0 and row.expected_on is not None and ticket in waiting:
                found[ticket] = min(row.expected_on, found.get(ticket, date.max))
    return found


def _is_for(order: Placed, tickets: Mapping[Ticket, datetime | None]) -> bool:
    links = (line.ticket for line in order.request.lines)
    return any((link.connection, link.ref) in tickets for link in links if link is not None)
