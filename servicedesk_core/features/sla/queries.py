"""Clocks of the tickets in the store."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Opens, PeopleSight, Sort, piece, query
from servicedesk_core.features.rota import hours_left
from servicedesk_core.features.sla.clocks.model import ClockState
from servicedesk_core.features.sla.model import (
    Attained,
    Attainment,
    By,
    ClockFilter,
    ClockStatus,
    Compared,
    Comparison,
    Excluded,
    Summary,
    TechnicianClocks,
    TicketClocks,
    TicketExplained,
)
from servicedesk_core.features.sla.replay.queries import Replays
from servicedesk_core.features.sla.stands.queries import Stands
from servicedesk_core.features.sla.tables import attained, lists, progress
from servicedesk_core.features.sla.tables.basis import basis, excluded
from servicedesk_core.features.sla.tables.chosen import all_of, is_held_by, judged_of, of_clock, open_of
from servicedesk_core.features.sla.tables.counts import clock_status
from servicedesk_core.features.sla.tables.explained import explained
from servicedesk_core.features.sla.tables.shown import AsOf
from servicedesk_core.features.sla.tables.theirs import Beside, compared
from servicedesk_core.features.sla.tolerance.queries import Tolerances
from servicedesk_core.features.tickets import TicketChoice
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS, sla_clocks

_C = sla_clocks.c
_T = RECORDS["tickets"].c
_PAGES: Final = "servicedesk_core.features.sla.pages"
MONTH: Final = timedelta(days=30)
_GOES_ON: Final = (ClockState.RUNNING.value, ClockState.PAUSED.value)

Since = Annotated[datetime | None, Help("From this instant on [default: 30 days before the end].")]
Until = Annotated[datetime | None, Help("Up to this instant [default: now].")]


class Clocks(Replays[Manner], Tolerances[Manner], Stands[Manner]):
    """What was promised to clients, and whether it is kept."""

    @query("sla.status", about="Clocks of open tickets by state and share used.", page=f"{_PAGES}:status")
    def status(self, tx: Tx, chosen: ClockFilter | None = None, *, scope: Scope | None = None) -> ClockStatus:
        """Show how the promises on open tickets stand: by state, and by how much of their time is used.

        Raises:
            NotFoundLocallyError: There is no such connection.
        """
        return clock_status(self.desk, tx, chosen, scope)

    @query("sla.at-risk", about="Open promises of which much time is used.", sorts=lists.SORTS, page=f"{_PAGES}:clocks")
    def at_risk(
        self,
        tx: Tx,
        chosen: ClockFilter | None = None,
        *,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> TicketClocks:
        """List promises that are not late, and of whose time so much is used as their policy calls a risk.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """
        return self._listed(
            tx, lambda as_of, _: [as_of.is_at_risk], chosen, sort=sort, after=after, limit=limit, scope=scope
        )

    @query("sla.breached", about="Promises that are late.", sorts=lists.SORTS, page=f"{_PAGES}:clocks")
    def breached(
        self,
        tx: Tx,
        chosen: ClockFilter | None = None,
        *,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> TicketClocks:
        """List promises on open tickets that are late and not fulfilled, the longest overdue first.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """
        late = lambda as_of, _: [as_of.is_late, _C.state.in_(_GOES_ON)]  # noqa: E731
        return self._listed(tx, late, chosen, sort=sort, after=after, limit=limit, scope=scope)

    @query("sla.upcoming", about="Promises that are due soon.", sorts=lists.SORTS, page=f"{_PAGES}:clocks")
    def upcoming(
        self,
        tx: Tx,
        chosen: ClockFilter | None = None,
        *,
        within: Annotated[timedelta, Help("Due within so long, such as 4h or 2d.")] = timedelta(hours=4),
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> TicketClocks:
        """List open promises that come due within the next 4 hours.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """

        def due(as_of: AsOf, now: datetime) -> list[ColumnElement[Any]]:
            return [as_of.is_open, _C.state == ClockState.RUNNING.value, _C.due_at >= now, _C.due_at < now + within]

        return self._listed(tx, due, chosen, sort=sort, after=after, limit=limit, scope=scope)

    @query(
        "sla.attainment",
        about="How many promises were kept in a period.",
        page=f"{_PAGES}:attainment",
        on_page=("clock", "group", "kept", "judged", "percent", "without_target", "without_reason"),
    )
    def attainment(
        self,
        tx: Tx,
        chosen: ClockFilter | None = None,
        *,
        by: Annotated[By, Help("Divide it.")] = By.CLOCK,
        since: Since = None,
        until: Until = None,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
        scope: Scope | None = None,
    ) -> Attainment:
        """Show how many promises were kept: of those decided in a period, and of tickets resolved in it all together.

        Merged, cancelled and deleted tickets, spam, and those of your own company do not count.
        By technician, others than yourself are told to those who may see their scorecards.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """
        now, book = self.desk.clock.now(), progress.book_of(tx)
        end = until or now
        begin = since or end - MONTH
        if book is None:
            return Attainment(items=(), since=begin, until=end, basis=basis(tx, now), excluded=())
        sight = PeopleSight.of(self.desk, scope)
        where, unseen = judged_of(self.desk, tx, chosen, scope, sight)
        since_us, until_us = to_us(begin), to_us(end)
        resolved, closed = (and_(one >= since_us, one < until_us) for one in (_T.resolved_at, _T.closed_at))
        ended = or_(resolved, and_(_T.resolved_at.is_(None), closed))
        _, left_out = excluded(tx, *where, ended, in_figures=True)
        only = None if chosen is None or chosen.clock is None else str(chosen.clock)
        as_of, period = AsOf(book, now), (begin, end)
        sees = by != By.TECHNICIAN or sight.is_whole("period")
        # Without the right, all of them beside their own.
        parts = [(by, where)] if sees else [(By.CLOCK, where), (by, [*where, is_held_by(sight.own)])]
        rows = (
            replace(one, records=_records(chosen, part, period, one))
            for part, meant in parts
            for one in attained.attained(tx, as_of, meant, period, part)
        )
        found = Attainment(
            items=tuple(one for one in rows if only in {None, one.clock}),
            since=begin,
            until=end,
            basis=basis(tx, now),
            excluded=left_out,
            unseen=unseen if sees else sight.why("period"),
        )
        return piece(found, Attained, by="clock,group", sort=sort, after=after, limit=limit)

    @query("sla.summary", about="How technicians stand with promises.", page=f"{_PAGES}:summary")
    def summary(
        self,
        tx: Tx,
        chosen: TicketChoice | None = None,
        *,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
        scope: Scope | None = None,
    ) -> Summary:
        """Show for each technician what is open, late, next and due today, and the hours left on shift.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """
        now, book = self.desk.clock.now(), progress.book_of(tx)
        if book is None:
            return Summary(items=(), basis=basis(tx, now), excluded=())
        where, zone = open_of(self.desk, tx, chosen, scope), ZoneInfo(self.desk.timezone)
        midnight = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(), zone)
        left_s = _shifts(self.desk, tx, now) if scope is None else _unknown
        rows = lists.by_technician(tx, AsOf(book, now), where, now, midnight, left_s=left_s)
        found = Summary(items=rows, basis=basis(tx, now), excluded=excluded(tx, *where)[1])
        return piece(found, TechnicianClocks, by="-late,-open,technician", sort=sort, after=after, limit=limit)

    @query("sla.compare", about="Where the vendor's own clocks and ours differ.", page=f"{_PAGES}:comparison")
    def compare(
        self,
        tx: Tx,
        chosen: ClockFilter | None = None,
        *,
        since: Annotated[datetime | None, Help("Tickets created from then on [default: 30 days ago].")] = None,
        verdicts: Annotated[bool, Help("Only those that differ in whether the promise was kept.")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Comparison:
        """Set our clocks beside those of the vendor's own agreement, and list what differs, each with its reason.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """
        now, book = self.desk.clock.now(), progress.book_of(tx)
        if book is None:
            told = basis(tx, now)
            return Comparison(items=(), compared=0, same=0, by_reason=(), other_verdicts=0, basis=told, excluded=())
        where = [*all_of(self.desk, tx, chosen, scope), _T.created_at >= to_us(since or now - MONTH)]
        reasons: Counter[str] = Counter()
        rows: list[Compared] = []
        number = others = 0
        for one in compared(tx, AsOf(book, now), now, [*where, *of_clock(chosen)]):
            number += 1
            if one.why is None:
                continue
            is_other = None not in {one.ours.is_met, one.theirs.is_met} and one.ours.is_met is not one.theirs.is_met
            reasons[one.why.value] += 1
            others += is_other
            if is_other or not verdicts:
                rows.append(_compared(one))
        found = Comparison(
            items=tuple(rows),
            compared=number,
            same=number - reasons.total(),
            by_reason=tuple(Excluded(*one) for one in reasons.most_common()),
            other_verdicts=others,
            basis=basis(tx, now),
            excluded=excluded(tx, *where)[1],
        )
        return piece(found, Compared, by="ticket_id,clock", sort=sort, after=after, limit=limit)

    @query("sla.explain", about="The clocks of a ticket, with what each is made of.", page=f"{_PAGES}:explained")
    def explain(
        self,
        tx: Tx,
        ticket: Annotated[str, Help("Ticket number, or the vendor's id.", names="tickets.show")],
        *,
        connection: Annotated[str | None, Help("Where it is, if several have it.")] = None,
        scope: Scope | None = None,
    ) -> TicketExplained:
        """Show what leads to each due time of a ticket: policy, hours, what used up the time, the vendor's own clock.

        Raises:
            NotFoundLocallyError: The store holds no such ticket, or the scope does not let it through.
        """
        may = self.desk.may(Capability.INTERNAL)
        return explained(tx, ticket, connection, self.desk.clock.now(), scope, with_internal=may)

    def _listed(
        self,
        tx: Tx,
        where: Any,
        chosen: ClockFilter | None,
        *,
        sort: str | None,
        after: str | None,
        limit: int,
        scope: Scope | None,
    ) -> TicketClocks:
        now, book = self.desk.clock.now(), progress.book_of(tx)
        if book is None:
            return TicketClocks(items=(), basis=basis(tx, now), excluded=())
        as_of, tickets = AsOf(book, now), open_of(self.desk, tx, chosen, scope)
        wanted = [*where(as_of, now), *of_clock(chosen), *tickets]
        found, more = lists.clock_page(tx, as_of, wanted, sort=sort, after=after, limit=limit)
        return TicketClocks(items=found, next=more, basis=basis(tx, now), excluded=excluded(tx, *tickets)[1])


def _records(chosen: ClockFilter | None, by: By, period: tuple[datetime, datetime], one: Attained) -> Opens:
    """Return where the promises are that a row of attainment counts."""
    named = {} if chosen is None else chosen.named
    group = None if by is By.CLOCK else one.group or ""
    given = {"since": period[0], "until": period[1], "clock": one.clock, "by": by, "group": group}
    return Opens.of(Stands.decided, **(named | given))


def _shifts(desk: ConfiguredDesk, tx: Tx, now: datetime) -> Callable[[int, str | None], int | None]:
    """Return what tells the seconds that are left of technicians' shifts, to the staff."""
    if not desk.may(Capability.INTERNAL):
        return _unknown
    return hours_left(tx, desk.roster, now, ZoneInfo(desk.timezone))


def _unknown(source_id: int, ref: str | None) -> int | None:  # noqa: ARG001  # whoever it is
    return None


def _compared(one: Beside) -> Compared:
    return Compared(
        ticket_id=one.ticket_id,
        ticket=one.ticket,
        clock=one.clock,
        why=one.why.value if one.why is not None else "",
        our_due_at=one.ours.due_at,
        their_due_at=one.theirs.due_at,
        our_end_at=one.ours.ended_at,
        their_end_at=one.theirs.ended_at,
        our_met=one.ours.is_met,
        their_met=one.theirs.is_met,
        policy=one.policy,
        agreement=one.agreement,
    )
