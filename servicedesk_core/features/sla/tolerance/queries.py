"""The question how long clients put up with waiting."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Final

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import After, Help, Limit, Manner, Namespace, PeopleSight, Sort, piece, query
from servicedesk_core.features.sla.model import ClockFilter, Excluded
from servicedesk_core.features.sla.tables import progress
from servicedesk_core.features.sla.tables.basis import basis
from servicedesk_core.features.sla.tables.chosen import judged_of
from servicedesk_core.features.sla.tolerance.model import Tolerance, Tolerated
from servicedesk_core.features.sla.tolerance.tables import banded, surveys_of
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope

_NO_DATA: Final = (
    ("satisfaction", "surveys of these tickets with a rating", lambda one: one.rated),
    ("coming back", "tickets that were resolved 30 days ago", lambda one: one.watched),
    ("clients that stay", "the PSA's word on which clients are active", lambda one: one.clients),
)
_SEVERAL: Final = "ratings of {} have scales of their own, and no mean; name one with --survey"


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
        survey: Annotated[
            str | None, Help("Ratings of this survey [default: of the only one]; each has a scale of its own.")
        ] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Tolerance:
        """Show satisfaction, coming back and staying by how long resolved tickets took, to set a target by it.

        Raises:
            SettingsError: There is no such column to sort by, or no rating of such a survey.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """
        now = self.desk.clock.now()
        rows: Sequence[Tolerated] = ()
        excluded: tuple[Excluded, ...] = ()
        names: list[str] = []
        unseen = ""
        if progress.current(tx) is not None:
            where, unseen = judged_of(self.desk, tx, chosen, scope, PeopleSight.of(self.desk, scope))
            period = now - last, now
            names = surveys_of(tx, where, period)
            if survey is not None and survey not in names:
                raise SettingsError(
                    f'No rating is of a survey "{survey}".{did_you_mean(survey, names)}',
                    hint=f"There are: {', '.join(names) or 'none'}.",
                )
            which = survey if survey is not None or len(names) != 1 else names[0]
            bands, left_out = banded(tx, where, period, now, which)
            only = None if chosen is None else chosen.clock
            rows = [one for one in bands.rows() if only in {None, one.clock}]
            excluded = tuple(Excluded(why, left_out[why]) for why in sorted(left_out))
        found = Tolerance(
            items=tuple(rows),
            since=now - last,
            until=now,
            basis=basis(tx, now),
            no_data=tuple(
                f"{what}: {_SEVERAL.format(', '.join(names)) if what == _NO_DATA[0][0] and names else f'needs {needs}'}"
                for what, needs, known in _NO_DATA
                if not any(map(known, rows))
            ),
            excluded=excluded,
            unseen=unseen,
        )
        return piece(found, Tolerated, by="-clock,over_s", sort=sort, after=after, limit=limit)
