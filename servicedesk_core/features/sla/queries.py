"""Clocks of the tickets in the store."""

from servicedesk_core.faces import Manner, Namespace, query
from servicedesk_core.features.sla.model import ClockStatus
from servicedesk_core.features.sla.tables import counts, progress
from servicedesk_core.features.sla.tables.basis import basis, excluded
from servicedesk_core.features.sla.tables.shown import AsOf
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope, Sight
from servicedesk_core.store.schema import IS_OPEN, RECORDS

_T = RECORDS["tickets"].c


class Clocks(Namespace[Manner]):
    """What was promised to clients, and whether it is kept."""

    @query(
        "sla.status",
        about="Clocks of open tickets by state and share used.",
        page="servicedesk_core.features.sla.pages:status",
    )
    def status(self, tx: Tx, *, scope: Scope | None = None) -> ClockStatus:
        """Show how the promises on open tickets stand: by state, and by how much of their time is used."""
        now, book = self.desk.clock.now(), progress.book_of(tx)
        where = (_T.gone_at.is_(None), IS_OPEN, *(() if scope is None else (Sight(tx, scope).require("tickets"),)))
        if book is None:
            return ClockStatus(clocks=(), basis=basis(tx, now), tickets=0, excluded=())
        tickets, left_out = excluded(tx, *where)
        return ClockStatus(counts.counts(tx, AsOf(book, now), where), basis(tx, now), tickets, left_out)
