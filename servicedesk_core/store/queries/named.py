"""Which ticket somebody means."""

from sqlalchemy import Connection, or_, select

from servicedesk_core.domain import plain_name
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.store import sources
from servicedesk_core.store.queries.scope import Scope, Sight, source_of
from servicedesk_core.store.schema import RECORDS

_T = RECORDS["tickets"].c


def ticket_meant(tx: Connection, word: str, connection: str | None = None, scope: Scope | None = None) -> int:
    """Return the desk's own number of the ticket that somebody means, also of one that is gone at the vendor.

    Of one connection an id goes before a number, and what is there before what is gone.

    Args:
        tx: Any transaction.
        word: The vendor's id, or the ticket's number.
        connection: Name of the connection; ``None`` = whichever has it.
        scope: Only what it lets through.

    Raises:
        NotFoundLocallyError: The store has no such ticket, or several connections have one.
    """
    names = {one.id: one.name for one in sources.all(tx)}
    chosen = [*names] if connection is None else [source_of(tx, connection, scope)]
    spelled = [*{word, plain_name(word)}]
    is_id = _T.external_id.in_(spelled)
    query = select(_T.local_id, _T.source_id, _T.gone_at.is_not(None).label("is_gone")).where(
        _T.source_id.in_(chosen), *([] if scope is None else [Sight(tx, scope).require("tickets")])
    )
    found = tx.execute(query.where(or_(is_id, _T.number.in_(spelled))).order_by(is_id.desc(), _T.local_id)).all()
    found = [one for one in found if not one.is_gone] or found
    if not found:
        hint = "Run `servicedesk sync`, or look it up with `servicedesk tickets list`."
        raise NotFoundLocallyError(f"The store has no ticket {word!r}.", hint=hint)
    having = list(dict.fromkeys(names[one.source_id] for one in found))
    if len(having) > 1:
        raise NotFoundLocallyError(
            f"Several connections have a ticket {word!r}: {', '.join(sorted(having))}.",
            hint="Say which one you mean: --connection NAME.",
        )
    return int(found[0].local_id)
