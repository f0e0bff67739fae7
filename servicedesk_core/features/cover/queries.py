"""What somebody has who is out, and who would take it over."""

from datetime import datetime
from typing import Annotated

from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.cover.deciding import Absence, planned
from servicedesk_core.features.cover.model import Handed
from servicedesk_core.features.writes import ProposingDesk
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope

WHO = Annotated[
    str, Help("Who is out: name, name in the definitions, or the vendor's id.", names="tickets.words technicians")
]
FROM = Annotated[datetime | None, Help("From when on [default: now].", name="from")]
UNTIL = Annotated[datetime | None, Help("Until when [default: the end of that day].")]


class CoverQueries(Namespace[Manner]):
    """What somebody has who is out."""

    desk: ProposingDesk

    @query(
        "cover.show",
        about="What somebody has who is out, with who would take it over.",
        needs=Capability.TICKETS_ASSIGN,
        empty="They have nothing that cannot wait until they are back.",
    )
    def show(
        self,
        tx: Tx,
        technician: WHO,
        *,
        start: FROM = None,
        until: UNTIL = None,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[Handed]:
        """List appointments, P1 and P2, what is ready and due before they are back, and on-call. Writes nothing.

        Raises:
            NotFoundLocallyError: There is no such technician, or several.
            SettingsError: They would be back before they are out, or there is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        found = planned(tx, self.desk, Absence.of(self.desk, technician, start, until), scope)
        return piece(Page(found.rows), Handed, by="place", sort=sort, after=after, limit=limit)
