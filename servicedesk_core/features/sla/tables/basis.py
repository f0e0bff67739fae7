"""What figures of clocks rest on, and which tickets are in none."""

from collections import Counter
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select

from servicedesk_core.domain.histories import HistoryState
from servicedesk_core.features.sla.model import Basis, Excluded
from servicedesk_core.features.sla.tables import progress
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.population import outside, standing
from servicedesk_core.store.schema import RECORDS, sla_tickets

_T = RECORDS["tickets"].c
_JUDGED: Final = "judged"
WHY: Final = {
    None: "not judged yet",
    HistoryState.NONE.value: "no history",
    HistoryState.PARTIAL.value: "partial history",
}
"""Why a ticket is not judged, or not wholly, by how much of its past is known."""


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


def excluded(tx: Tx, *where: ColumnElement[Any], in_figures: bool = False) -> tuple[int, tuple[Excluded, ...]]:
    """Return how many tickets were judged, and those that were not, or not wholly, by reason.

    Args:
        tx: Any transaction.
        where: Which tickets.
        in_figures: Whether those that count in no figure are told by that reason.
    """
    columns = standing() if in_figures else ()
    tickets = select(_T.local_id, *columns).where(*where).subquery()
    groups = (sla_tickets.c.history, *(tickets.c[column.name] for column in columns))
    joined = tickets.outerjoin(sla_tickets, sla_tickets.c.ticket_id == tickets.c.local_id)
    counted: Counter[str] = Counter()
    for number, history, *stands in tx.execute(select(func.count(), *groups).select_from(joined).group_by(*groups)):
        why = outside(*stands) if stands else ""
        counted[why or WHY.get(history, _JUDGED)] += number
    judged = counted.pop(_JUDGED, 0)
    return judged, tuple(Excluded(why, counted[why]) for why in sorted(counted))
