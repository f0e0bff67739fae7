"""What figures of clocks rest on, and which tickets are in none."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select

from servicedesk_core.domain.histories import HistoryState
from servicedesk_core.features.sla.model import Basis, Excluded
from servicedesk_core.features.sla.tables import progress
from servicedesk_core.store import Tx
from servicedesk_core.store.schema import RECORDS, sla_tickets

_T = RECORDS["tickets"].c
_WHY: Final = {
    None: "not judged yet",
    HistoryState.NONE.value: "no history",
    HistoryState.PARTIAL.value: "partial history",
}


def basis(tx: Tx, now: datetime) -> Basis:
    """Return what figures of clocks rest on."""
    known, version = progress.current(tx), progress.version(tx)
    return Basis(
        as_of=now,
        has_policy=version > 0,
        definitions=known.definitions if known is not None else 0,
        is_behind=progress.is_behind(tx, now),
        judged_at=known.at if known is not None else None,
    )


def excluded(tx: Tx, *where: ColumnElement[Any]) -> tuple[int, tuple[Excluded, ...]]:
    """Return how many tickets were judged, and those that were not, or not wholly, by reason.

    Args:
        tx: Any transaction.
        where: Which tickets.
    """
    joined = RECORDS["tickets"].outerjoin(sla_tickets, sla_tickets.c.ticket_id == _T.local_id)
    query = (
        select(sla_tickets.c.history, func.count()).select_from(joined).where(*where).group_by(sla_tickets.c.history)
    )
    counted: dict[str | None, int] = dict(tx.execute(query).all())
    left_out = tuple(Excluded(why, number) for key, why in _WHY.items() if (number := counted.get(key, 0)))
    return counted.get(HistoryState.COMPLETE.value, 0), left_out
