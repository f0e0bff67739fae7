"""One ticket, looked up, and its clocks judged at an instant."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from servicedesk_core.domain import TicketEvent, plain_name
from servicedesk_core.domain.histories import HistoryState
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.features.sla.clocks.timeline import Timeline
from servicedesk_core.features.sla.tables import progress, told
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope, Sight, source_of
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
        NotFoundLocallyError: The store has no such ticket, or the scope does not let it through.
    """
    where = [] if scope is None else [Sight(tx, scope).require("tickets")]
    where += [] if connection is None else [_T.source_id == source_of(tx, connection, scope)]
    spelled = (word, plain_name(word))
    query = select(_T.local_id, _T.source_id, _T.external_id, _T.number, _T.title, _T.sla).where(*where)
    query = query.order_by(_T.local_id).limit(1)
    row = tx.execute(query.where(_T.external_id.in_(spelled))).first()
    row = row or tx.execute(query.where(_T.number.in_(spelled))).first()
    if row is None:
        hint = "Run `servicedesk sync`, or look it up with `servicedesk tickets list`."
        raise NotFoundLocallyError(f"The store has no ticket {word!r}.", hint=hint)
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
    line = progress.evaluator_of(tx).life([*found[0].events, *more], now, found[0].known)
    if line is not None and found[0].history is not HistoryState.COMPLETE:
        line.unseen.append(0)
    return line
