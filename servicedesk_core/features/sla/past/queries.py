"""What became of promises: those that were missed, and what people decided about them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Final, NamedTuple
from zoneinfo import ZoneInfo

from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Opens, Page, PeopleSight, Sort, piece, query
from servicedesk_core.features.clients import CLIENTS
from servicedesk_core.features.definitions import history
from servicedesk_core.features.sla.decisions.reasons import MISSED_REASONS
from servicedesk_core.features.sla.definitions import JUDGED_BY
from servicedesk_core.features.sla.model import ClockFilter, Excluded
from servicedesk_core.features.sla.past.model import (
    Answered,
    AuditedPromise,
    DecidedClock,
    FirstAnswer,
    FirstAnswers,
    MissedClock,
    MissedClocks,
    MissedReasonRow,
    QuarterAudit,
    ResponseBy,
    Responses,
)
from servicedesk_core.features.sla.past.quarters import last_quarter, quarter_of
from servicedesk_core.features.sla.queries import MONTH, Clocks, Since, Until
from servicedesk_core.features.sla.tables import decided, hours, missing, progress, responses
from servicedesk_core.features.sla.tables.basis import basis
from servicedesk_core.features.sla.tables.chosen import all_of, judged_of
from servicedesk_core.features.sla.tables.decided import HEEDED
from servicedesk_core.features.sla.tables.quarterly import audited
from servicedesk_core.features.sla.tables.shown import AsOf
from servicedesk_core.features.tickets import TicketChoice
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope

NO_REASON: Final = "without a reason"

Business = Annotated[bool, Help("Count only the hours of the calendar that [sla] names.")]

_PAGES: Final = "servicedesk_core.features.sla.pages"


class _First(NamedTuple):
    """First answers of a period.

    Attributes:
        every: All of them.
        seen: Those whose groups whoever asks is told.
        since: First instant of the period.
        until: First instant after it.
        calendar: In whose hours times are; ``None`` = elapsed time.
        unseen: Why other people are not told.
    """

    every: Sequence[responses.Answer]
    seen: Sequence[responses.Answer]
    since: datetime
    until: datetime
    calendar: str | None
    unseen: str


class Past(Clocks[Manner]):
    """What was promised to clients, whether it is kept, and what became of it."""

    @query(
        "sla.missed", about="Promises that were missed, and why.", needs=Capability.INTERNAL, page=f"{_PAGES}:missed"
    )
    def missed(
        self,
        tx: Tx,
        chosen: ClockFilter | None = None,
        *,
        since: Since = None,
        until: Until = None,
        without_reason: Annotated[bool, Help("Only those of which nobody has said why.")] = False,
        reason: Annotated[str | None, Help("Only those of which this was said.")] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> MissedClocks:
        """List promises that were missed in a period, on open tickets and on others, with why each was.

        They are those that attainment counts as missed.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """
        now, book = self.desk.clock.now(), progress.book_of(tx)
        end = until or now
        begin = since or end - MONTH
        if book is None:
            return MissedClocks(items=(), since=begin, until=end, by_reason=(), basis=basis(tx, now))
        where = all_of(self.desk, tx, chosen, scope)
        clock = None if chosen is None else chosen.clock
        rows = missing.missed(tx, AsOf(book, now), where, (begin, end), clock)
        reasons = Counter(one.reason or NO_REASON for one in rows)
        found = MissedClocks(
            items=tuple(one for one in rows if not (without_reason and one.reason) and reason in {None, one.reason}),
            since=begin,
            until=end,
            by_reason=tuple(Excluded(*one) for one in reasons.most_common()),
            basis=basis(tx, now),
        )
        return piece(found, MissedClock, by="-missed_at,ticket_id,clock,cycle", sort=sort, after=after, limit=limit)

    @query(
        "sla.reasons",
        about="The reasons for which a promise can be missed.",
        unscoped="they are the same for all clients",
    )
    def reasons(self, tx: Tx, *, sort: Sort = None, limit: Limit = 100, after: After = None) -> Page[MissedReasonRow]:
        """List the reasons that "sla reason" takes: those of your definitions, else the list that comes with the desk.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        rows = (MissedReasonRow(one.name, one.about) for one in decided.reasons(tx, self.desk.clock.now()))
        return piece(Page(tuple(rows)), MissedReasonRow, by="reason", sort=sort, after=after, limit=limit)

    @query(
        "sla.decisions",
        about="What people decided about promises.",
        needs=Capability.INTERNAL,
        empty="There are no such decisions.",
    )
    def decisions(
        self,
        tx: Tx,
        chosen: ClockFilter | None = None,
        *,
        since: Annotated[datetime | None, Help("Decided from this instant on [default: ever].")] = None,
        pending: Annotated[bool, Help("Only what was asked for, and nobody has answered.")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[DecidedClock]:
        """List due times, exemptions, what was taken back or asked for, and why promises were missed, the newest first.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """
        found = missing.decided_clocks(tx, all_of(self.desk, tx, chosen, scope), since, pending=pending)
        clock = None if chosen is None else chosen.clock
        rows = tuple(one for one in found if clock in {None, one.clock})
        return piece(Page(rows), DecidedClock, by="-id", sort=sort, after=after, limit=limit)

    @query("sla.response", about="How fast tickets were first answered.", page=f"{_PAGES}:responded")
    def response(
        self,
        tx: Tx,
        chosen: TicketChoice | None = None,
        *,
        by: Annotated[ResponseBy, Help("Divide it.")] = ResponseBy.PRIORITY,
        business: Business = False,
        since: Since = None,
        until: Until = None,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
        scope: Scope | None = None,
    ) -> Responses:
        """Show how fast tickets were first answered: by a public note, recorded time or an appointment.

        Elapsed time since the ticket was created, whatever the hours; no clock and no policy is asked. Where nothing
        that was done is known, the vendor's own word is taken, and counted. By technician, it is who answered; others
        than yourself are told to those who may see their scorecards.

        Raises:
            SettingsError: There is no such column to sort by, or no calendar whose hours would count.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """
        found = self._first(tx, chosen, ResponseBy(by), (since, until), scope, business=business)
        groups = {one.group: list[responses.Answer]() for one in found.seen}
        for one in found.seen:
            groups[one.group].append(one)
        given = ({} if chosen is None else chosen.named) | {
            "by": by,
            "business": business,
            "since": found.since,
            "until": found.until,
        }
        told = Responses(
            items=tuple(
                replace(responses.summed(group, own), records=Opens.of(Past.answers, **given, group=group or ""))
                for group, own in groups.items()
            ),
            whole=replace(responses.summed(None, found.every), records=Opens.of(Past.answers, **given)),
            since=found.since,
            until=found.until,
            calendar=found.calendar,
            unseen=found.unseen,
        )
        return piece(told, Answered, by="group", sort=sort, after=after, limit=limit)

    @query(
        "sla.answers", about="First answers on tickets, one by one.", empty="No ticket was answered so in that time."
    )
    def answers(
        self,
        tx: Tx,
        chosen: TicketChoice | None = None,
        *,
        by: Annotated[ResponseBy, Help("What --group names.")] = ResponseBy.PRIORITY,
        group: Annotated[
            str | None, Help('Only those of it, called as "sla response" does; "none" = those of none.', none=True)
        ] = None,
        business: Business = False,
        since: Since = None,
        until: Until = None,
        longer_than: Annotated[timedelta | None, Help("Only those that took longer, such as 4h.")] = None,
        within: Annotated[timedelta | None, Help("Only those that took so long at most.")] = None,
        told: Annotated[bool, Help("Only those of which nobody but the vendor tells.")] = False,
        waiting: Annotated[bool, Help("In their place open tickets that had none at the end.")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> FirstAnswers:
        """List the first answers that "sla response" counts, the slowest first.

        Raises:
            SettingsError: There is no such column to sort by, or no calendar whose hours would count.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """
        found = self._first(tx, chosen, ResponseBy(by), (since, until), scope, business=business)
        meant = [
            one
            for one in (found.every if group is None else found.seen)
            if group in {None, one.group or ""}
            and (one.after_s is None) == waiting
            and (one.is_told or not told)
            and (longer_than is None or (one.after_s is not None and one.after_s > longer_than.total_seconds()))
            and (within is None or (one.after_s is not None and one.after_s <= within.total_seconds()))
        ]
        rows = FirstAnswers(
            items=tuple(responses.listed(tx, meant)),
            since=found.since,
            until=found.until,
            calendar=found.calendar,
            unseen=found.unseen,
        )
        return piece(rows, FirstAnswer, by="-after_s,ticket_id", sort=sort, after=after, limit=limit)

    def _first(
        self,
        tx: Tx,
        chosen: TicketChoice | None,
        by: ResponseBy,
        period: tuple[datetime | None, datetime | None],
        scope: Scope | None,
        *,
        business: bool,
    ) -> _First:
        since, until = period
        end = until or self.desk.clock.now()
        begin = since or end - MONTH
        calendar = hours.calendar_of_desk(tx, end) if business else None
        between_us = hours.elapsed if calendar is None else calendar.between
        sight = PeopleSight.of(self.desk, scope)
        where, unseen = judged_of(self.desk, tx, chosen, scope, sight)
        every = responses.answers(tx, where, (begin, end), by, scope, between_us=between_us)
        sees = by is not ResponseBy.TECHNICIAN or sight.is_whole("period")
        seen = [one for one in every if sees or one.whose == sight.own]
        why = unseen if sees else sight.why("period")
        return _First(every, seen, begin, end, None if calendar is None else calendar.name, why)

    @query(
        "sla.audit",
        about="What became of the promises of a quarter.",
        needs=Capability.DEFINITIONS_READ,
        page=f"{_PAGES}:quarter",
    )
    def audit(
        self,
        tx: Tx,
        chosen: ClockFilter | None = None,
        *,
        quarter: Annotated[str | None, Help("Such as 2026-Q3 [default: the last one that is over].")] = None,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
        scope: Scope | None = None,
    ) -> QuarterAudit:
        """Show for each policy and client what was promised in a quarter and what became of it.

        Beside what was kept stand the due times that people decided, what they left out, missed promises without a
        reason, and which versions of the definitions were applied.

        Raises:
            SettingsError: That is no quarter, or there is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """
        now, book, zone = self.desk.clock.now(), progress.book_of(tx), ZoneInfo(self.desk.timezone)
        which = last_quarter(now, zone) if quarter is None else quarter_of(quarter, zone)
        where, kinds = (
            all_of(self.desk, tx, chosen, scope),
            {kind.name for kind in (*JUDGED_BY, CLIENTS, MISSED_REASONS)},
        )
        wanted = None if chosen is None else chosen.clock
        audit = () if book is None else audited(tx, AsOf(book, now), where, which)
        rows = tuple(one for one in audit if wanted in {None, one.clock})
        decisions = missing.decided_clocks(tx, where, which.start, which.end)
        versions = (
            one
            for one in (history(tx) if scope is None else ())
            if which.start <= one.at < which.end and any(name.partition(".")[0] in kinds for name in one.changed)
        )
        found = QuarterAudit(
            items=rows,
            quarter=which.name,
            since=which.start,
            until=which.end,
            versions=tuple(versions),
            kept=sum(one.kept for one in rows),
            judged=sum(one.judged for one in rows),
            without_reason=sum(one.without_reason for one in rows),
            decisions=sum(one.kind in HEEDED and wanted in {None, one.clock} for one in decisions),
            basis=basis(tx, now),
        )
        return piece(found, AuditedPromise, by="policy,client,clock", sort=sort, after=after, limit=limit)
