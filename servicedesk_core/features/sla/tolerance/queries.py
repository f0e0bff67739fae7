"""The question how long clients put up with waiting."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Final

from servicedesk_core.faces import After, Help, Limit, Manner, Namespace, Sort, piece, query
from servicedesk_core.features.sla.model import ClockFilter, Excluded
from servicedesk_core.features.sla.tables import progress
from servicedesk_core.features.sla.tables.basis import basis
from servicedesk_core.features.sla.tables.chosen import all_of
from servicedesk_core.features.sla.tolerance.model import Tolerance, Tolerated
from servicedesk_core.features.sla.tolerance.tables import banded
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope

_NO_DATA: Final = (
    ("satisfaction", "surveys of these tickets with a rating", lambda one: one.rated),
    ("coming back", "tickets that were resolved 30 days ago", lambda one: one.watched),
    ("clients that stay", "the PSA's word on which clients are active", lambda one: one.clients),
)


class Tolerances(Namespace[Manner]):
    """How long clients put up with waiting."""

    @query(
        "sla.tolerance",
        about="How long clients put up with waiting.",
        page="servicedesk_core.features.sla.tolerance.pages:tolerance",
    )
    def tolerance(
        self,
        tx: Tx,
        chosen: ClockFilter | None = None,
        *,
        last: Annotated[timedelta, Help("Tickets resolved in so much time up to now [default: 365d].")] = timedelta(
            days=365
        ),
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Tolerance:
        """Show satisfaction, coming back and staying by how long resolved tickets took, to set a target by it.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """
        now = self.desk.clock.now()
        rows: Sequence[Tolerated] = ()
        excluded: tuple[Excluded, ...] = ()
        if progress.current(tx) is not None:
            bands, left_out = banded(tx, all_of(tx, chosen, scope), (now - last, now), now)
            only = None if chosen is None else chosen.clock
            rows = [one for one in bands.rows() if only in {None, one.clock}]
            excluded = tuple(Excluded(why, left_out[why]) for why in sorted(left_out))
        found = Tolerance(
            items=tuple(rows),
            since=now - last,
            until=now,
            basis=basis(tx, now),
            no_data=tuple(f"{what}: needs {needs}" for what, needs, known in _NO_DATA if not any(map(known, rows))),
            excluded=excluded,
        )
        return piece(found, Tolerated, by="-clock,over_s", sort=sort, after=after, limit=limit)
