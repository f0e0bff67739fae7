"""The desk page, from one transaction."""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import Annotated, Any

from servicedesk_core.capabilities import Capability
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import (
    After,
    Help,
    Kpi,
    Limit,
    Manner,
    Page,
    Sort,
    Verdict,
    piece,
    query,
)
from servicedesk_core.features.report.model import DeskNumbers, DeskReport, MailRow, WatchList
from servicedesk_core.features.report.morning.model import Morning
from servicedesk_core.features.report.regular.queries import RegularReports
from servicedesk_core.features.report.tables import desk_numbers
from servicedesk_core.features.tickets import WATCHED, TicketFilter, TicketRow, oldest, rows_by_id
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.completeness import StreamCompleteness
from servicedesk_core.store.queries.scope import Scope

TICKETS_ON_PAGE = 2_000
"""Ticket rows below the figures; the figures count all of them, whatever the page shows."""

TICKETS_IN_LIST = 50
"""Ticket rows of each list."""


class Reports(RegularReports[Manner]):
    """Reports over the store."""

    desk: ConfiguredDesk

    @query(
        "report.morning",
        about="What has to be known before the first call.",
        version=2,
        page="servicedesk_core.features.report.morning.pages:show",
        html="servicedesk_core.features.report.morning.pages:html",
    )
    def morning(
        self,
        tx: Tx,
        *,
        as_of: Annotated[datetime | None, Help("How it was at an instant that is past.")] = None,
        connection: Annotated[str | None, Help("Only this connection.")] = None,
        weeks: Annotated[bool, Help("With 13 weeks of the figures, which takes longer.")] = False,
        scope: Scope | None = None,
    ) -> Morning:
        """Show the morning page: what is wrong first, then the night, who is away, whose turn nobody knows.

        Behind it what somebody has to look at, due times and appointments of the next hours, what came and went, and
        the desk page. It begins with one sentence, and gives none where the data are too old.

        Raises:
            SettingsError: The instant is still to come.
            NotFoundLocallyError: The store knows no such connection.
        """
        from servicedesk_core.features.report.morning.building import Wanted  # noqa: PLC0415  # others need none of it
        from servicedesk_core.features.report.morning.building import build as build_morning  # noqa: PLC0415
        from servicedesk_core.features.sla import clock_status  # noqa: PLC0415

        now = self.desk.clock.now()
        clocks = clock_status(self.desk, tx, scope=scope) if as_of is None and connection is None else None
        wanted = Wanted(
            now=now,
            as_of=as_of,
            connection=connection,
            scope=scope,
            with_alerts=self.desk.may(Capability.DESK_READ),
            with_internal=self.desk.may(Capability.INTERNAL),
            with_absences=self.desk.may(Capability.ABSENCES),
            with_weeks=weeks,
            clocks=clocks,
            people=self.desk.roster,
        )
        return build_morning(tx, self.desk.settings, wanted)

    @query(
        "report.mails",
        about="Mails that are sent once, and what became of each.",
        needs=Capability.DESK_READ,
        unscoped="a mail belongs to no client",
        empty="Nothing was mailed.",
    )
    def mails(
        self,
        tx: Tx,
        *,
        doubtful: Annotated[bool, Help("Only those of which nobody knows whether they came.")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[MailRow]:
        """List the pages that were mailed, and those of which nobody knows whether they were."""
        from servicedesk_core.features.report.mailed import rows  # noqa: PLC0415  # the pages need none of it

        return piece(Page(rows(tx, doubtful=doubtful)), MailRow, by="-at,key", sort=sort, after=after, limit=limit)

    @query(
        "report.desk",
        about="The desk page's numbers.",
        version=3,
        page="servicedesk_core.features.report.pages:show",
        html="servicedesk_core.features.report.pages:html",
    )
    def desk_page(
        self,
        tx: Tx,
        now: datetime | None = None,
        *,
        connection: Annotated[str | None, Help("Only this connection.")] = None,
        scope: Scope | None = None,
    ) -> DeskReport:
        """Show the desk: open tickets by queue, status, technician, age and priority, and what needs a look.

        Returns:
            The page; ages and dues are measured against ``now``, without it against the present.

        Raises:
            NotFoundLocallyError: The store knows no such connection.
        """
        return build(
            tx,
            desk=self.desk.name,
            timezone=self.desk.timezone,
            now=now or self.desk.clock.now(),
            connection=connection,
            scope=scope,
        )


def build(
    tx: Tx,
    *,
    desk: str,
    timezone: str,
    now: datetime,
    connection: str | None = None,
    scope: Scope | None = None,
    known: tuple[StreamCompleteness, ...] | None = None,
) -> DeskReport:
    """Return the desk page; see :meth:`Reports.desk_page` and :func:`desk_numbers`."""
    numbers = desk_numbers(tx, now, connection, scope=scope, known=known)
    whole = oldest(tx, TicketFilter(connection=connection), TICKETS_ON_PAGE, scope)
    ids = {
        name: oldest(tx, one.tickets or TicketFilter(), TICKETS_IN_LIST, scope) for name, one in numbers.watched.items()
    }
    rows = rows_by_id(tx, {*whole, *chain.from_iterable(ids.values())})  # a ticket is in several lists
    watch = (_watched(kpi, numbers, [rows[one] for one in ids[kpi.name]]) for kpi in WATCHED)
    return DeskReport(
        desk=desk, timezone=timezone, numbers=numbers, watch=tuple(watch), tickets=tuple(rows[one] for one in whole)
    )


def _watched(kpi: Kpi[Any], numbers: DeskNumbers, rows: Sequence[TicketRow]) -> WatchList:
    figure = numbers.watched[kpi.name]
    command = f"servicedesk tickets list --watch {kpi.name}"
    verdict = kpi.goal.judge(figure.count) if kpi.goal else Verdict.NO_GOAL
    chosen = figure.tickets or TicketFilter()
    return WatchList(kpi.name, kpi.title, kpi.about, chosen, figure.count, tuple(rows), command, verdict)
