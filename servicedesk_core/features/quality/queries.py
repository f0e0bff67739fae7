"""Reviews, how much of everybody's work they cover, and concerns."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, false

from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import (
    After,
    Capability,
    Desk,
    Figures,
    Help,
    Limit,
    Manner,
    Namespace,
    Page,
    Period,
    Sort,
    Table,
    dashboard,
    piece,
    query,
)
from servicedesk_core.features.kpi import last, period_of
from servicedesk_core.features.quality.kpis import KPIS
from servicedesk_core.features.quality.model import Concern, Coverage, Review, ReviewDetail, ReviewState
from servicedesk_core.features.quality.tables import concerns, reviews
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope

LAST: Final = timedelta(days=30)
OURS: Final = "concerns are the desk's own, and may be about any client"

PeriodName = Annotated[
    str | None,
    Help("Resolved in a month such as 2026-10, a week such as 2026-W41, 2026-Q3, a year or a day.", metavar="PERIOD"),
]
Last = Annotated[timedelta | None, Help("Resolved in the time up to now, such as 7d; without both in the last 30d.")]


class ReviewingDesk(Desk, Protocol):
    """A desk that knows which technician whoever acts is."""

    @property
    def technician(self) -> tuple[str, str] | None:
        """The connection, and the vendor's id; ``None`` where nobody said."""
        ...


def chosen(period: str | None, span: timedelta | None, desk: Desk) -> Period:
    """Return the period that somebody means.

    Raises:
        SettingsError: It is none, or two.
    """
    if period is not None and span is not None:
        raise SettingsError("It is either --period or --last.", hint="Name one of them.")
    now, zone = desk.clock.now(), ZoneInfo(desk.timezone)
    return period_of(period, zone, now) if period is not None else last(span or LAST, zone, now)


class QualityQueries(Namespace[Manner]):
    """Reviews of tickets, answers of surveys, and concerns."""

    desk: ReviewingDesk

    @query(
        "quality.reviews",
        about="Reviews of tickets.",
        needs=Capability.REVIEWS_READ,
        sorts=reviews.SORTS,
        empty="No ticket was drawn for review. `servicedesk quality sample RULE` draws some.",
    )
    def reviews(
        self,
        tx: Tx,
        *,
        state: Annotated[ReviewState | None, Help("Only those that are open, passed or failed.")] = None,
        reviewer: Annotated[str | None, Help("Only those whose turn it is of this person.")] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[Review]:
        """List the tickets that were drawn; who may not read all reviews sees those of their own work.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        where = [*self._seen]
        if state is not None:
            where.append(reviews.state_is(state))
        if reviewer is not None:
            where.append(reviews.SORTS["reviewer"] == reviewer)
        return reviews.page(tx, where, scope, sort=sort, limit=limit, after=after)

    @query(
        "quality.show",
        about="A review with its checklist.",
        needs=Capability.REVIEWS_READ,
        page="servicedesk_core.features.quality.pages:detail",
    )
    def show(
        self,
        tx: Tx,
        number: Annotated[int, Help('Its number in "quality reviews".', names="quality.show")],
        *,
        scope: Scope | None = None,
    ) -> ReviewDetail:
        """Show a review with its checklist.

        Raises:
            NotFoundLocallyError: There is none that whoever asks may see.
        """
        return reviews.get(tx, number, *self._seen, scope=scope)

    @query(
        "quality.coverage",
        about="How much of each technician's work was looked at.",
        needs=Capability.REVIEWS_READ,
        empty="Nobody resolved a ticket then.",
    )
    def coverage(
        self,
        tx: Tx,
        *,
        period: PeriodName = None,
        last: Last = None,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[Coverage]:
        """Show how many of each technician's resolved tickets were reviewed, and how many of those passed.

        Raises:
            SettingsError: It is no period.
        """
        when = chosen(period, last, self.desk)
        if self.desk.may(Capability.QUALITY_READ):
            found = reviews.coverage(tx, when, scope, of=None)
        elif self.desk.technician is not None:
            found = reviews.coverage(tx, when, scope, of=self.desk.technician)
        else:
            found = ()
        return piece(Page(found), Coverage, by="technician,technician_ref", sort=sort, after=after, limit=limit)

    @query(
        "quality.concerns",
        about="Concerns.",
        needs=Capability.QUALITY_READ,
        unscoped=OURS,
        sorts=concerns.SORTS,
        empty="Nothing was written down. `servicedesk quality concern` does that.",
    )
    def concerns(
        self,
        tx: Tx,
        *,
        everything: Annotated[bool, Help("Also those that are closed.", name="all")] = False,
        owner: Annotated[str | None, Help("Only those that this person sees to.")] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[Concern]:
        """List what troubles somebody and is not closed, that which is due first first.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        today = self._local(self.desk.clock.now()).date()
        return concerns.page(tx, today, owner, everything=everything, sort=sort, limit=limit, after=after)

    report = dashboard(
        "quality.report",
        "Quality",
        (
            Figures("Last 30 days", KPIS),
            Table("Coverage of the last 30 days", coverage),
            Table("Open concerns", concerns),
        ),
        about="Show the figures of quality, how much of each technician's work was looked at, and open concerns.",
    )

    @property
    def _seen(self) -> Sequence[ColumnElement[bool]]:
        if self.desk.may(Capability.QUALITY_READ):
            return ()
        own = self.desk.technician
        return (false(),) if own is None else (reviews.work_of(own),)

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.desk.timezone))
