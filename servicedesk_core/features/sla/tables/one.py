"""One ticket, looked up, and its clocks judged at an instant."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from servicedesk_core.domain import TicketEvent
from servicedesk_core.domain.histories import HistoryState
from servicedesk_core.features.sla.clocks.steps import Step
from servicedesk_core.features.sla.clocks.timeline import Timeline
from servicedesk_core.features.sla.tables import progress, told
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.named import ticket_meant
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS

_T = RECORDS["tickets"].c


class Named(NamedTuple):
    """A ticket that somebody named.

    Attributes:
        local_id: The desk's own number of it.
        source_id: Where it is.
        ref: The vendor's id.
        number: What people call it.
        title: Its title.
        agreement: The vendor's agreement.
    """

    local_id: int
    source_id: int
    ref: str
    number: str
    title: str
    agreement: str | None


def named(tx: Tx, word: str, connection: str | None, scope: Scope | None) -> Named:
    """Return the ticket that somebody means by a number, or the vendor's id.

    Raises:
        NotFoundLocallyError: The store has no such ticket, several connections have one, or the scope does not let it
            through.
    """
    query = select(_T.local_id, _T.source_id, _T.external_id, _T.number, _T.title, _T.sla)
    row = tx.execute(query.where(_T.local_id == ticket_meant(tx, word, connection, scope))).one()
    return Named(row.local_id, row.source_id, row.external_id, row.number or row.external_id, row.title, row.sla)


def life(tx: Tx, ticket_id: int, now: datetime, more: Iterable[TicketEvent] = ()) -> Timeline | None:
    """Return what the clocks of a ticket are judged by; ``None`` when nothing tells what happened to it.

    Args:
        tx: Any transaction.
        ticket_id: The desk's own number of the ticket.
        now: The instant.
        more: What happens to it beside what the store tells.
    """
    found = told.of(tx, [ticket_id], told.Beside())
    if not found or not found[0].events:
        return None
    line = progress.evaluator_of(tx).life([*found[0].events, *map(Step.of, more)], now, found[0].known)
    if line is not None and found[0].history is not HistoryState.COMPLETE:
        line.unseen.append(0)
    return line
