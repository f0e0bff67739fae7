"""Judging the tickets of the store by a draft, beside what was promised. Reads only, one ticket after the other."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, or_, select

from servicedesk_core.domain.histories import HistoryState
from servicedesk_core.faces import Page, piece
from servicedesk_core.features.sla.clocks.attainment import Verdict, falls_in
from servicedesk_core.features.sla.clocks.evaluating import Evaluator
from servicedesk_core.features.sla.clocks.judging import judge
from servicedesk_core.features.sla.clocks.model import ClockResult
from servicedesk_core.features.sla.replay.model import OtherVerdict
from servicedesk_core.features.sla.replay.promised import Promised, promised_to
from servicedesk_core.features.sla.replay.tally import Promise, Tally, Times
from servicedesk_core.features.sla.tables import told
from servicedesk_core.features.sla.tables.basis import WHY
from servicedesk_core.features.sla.tables.shown import AsOf
from servicedesk_core.garbage import collecting_seldom
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.queries.population import outside, standing
from servicedesk_core.store.schema import RECORDS

_T = RECORDS["tickets"].c
_C = RECORDS["companies"].c
_AT_ONCE: Final = 500

NO_CLOCK: Final = "none"
"""The verdict where there is no such clock: the ticket has fewer lives."""


class Group(NamedTuple):
    """What a ticket belongs to."""

    priority: str | None
    client: str | None
    type: str | None


@dataclass(slots=True)
class Piece:
    """The rows of a page that are needed, of however many pass by.

    Attributes:
        sort: Columns to order by first.
        after: ``next`` of the page before.
        limit: At most so many.
    """

    sort: str | None
    after: str | None
    limit: int
    _rows: list[OtherVerdict] = field(default_factory=list)

    def add(self, row: OtherVerdict) -> None:
        """Take a row."""
        self._rows.append(row)
        if len(self._rows) > 2 * self.limit + _AT_ONCE:
            self._rows = [*self._cut(self.limit + 1)]  # one more, so that it shows whether there are more

    def page(self) -> Page[OtherVerdict]:
        """Return the page."""
        return self._cut(self.limit)

    def _cut(self, limit: int) -> Page[OtherVerdict]:
        rows = Page(tuple(self._rows))
        return piece(rows, OtherVerdict, by="ticket_id,clock,cycle", sort=self.sort, after=self.after, limit=limit)


class Run:
    """A draft judged on history.

    Args:
        today: What clocks show by what was promised; ``None`` = nothing was.
        draft: What judges by the draft.
        period: First instant, and the first one after it.
        now: The present instant.
        changed: Where promises with another verdict go.

    Attributes:
        today: What was kept.
        draft: What would have been.
        times: How long each promise of the draft took.
        changes: Verdicts that change: before and after.
        excluded: Tickets that do not count, or were not judged wholly, by reason.
        tickets: Tickets that were judged.
    """

    def __init__(
        self, today: AsOf | None, draft: Evaluator, period: tuple[datetime, datetime], now: datetime, changed: Piece
    ) -> None:
        self.today: Tally[Group] = Tally(*period)
        self.draft: Tally[Group] = Tally(*period)
        self.times: defaultdict[Promise, Times] = defaultdict(Times)
        self.changes: Counter[tuple[str, str]] = Counter()
        self.excluded: Counter[str] = Counter()
        self.tickets = 0
        self._as_of, self._evaluator = today, draft
        self._period, self._now, self._changed = period, now, changed

    def all_of(self, tx: Tx, where: Sequence[ColumnElement[Any]]) -> None:
        """Judge all tickets of which this is true and in whose life something may have been decided in the period."""
        beside, after = told.Beside(), 0
        query = _candidates(*self._period, where)
        with collecting_seldom:
            while rows := tx.execute(query.where(_T.local_id > after).limit(_AT_ONCE)).all():
                after = rows[-1].local_id
                counting = {row.local_id: row for row in rows if not self._is_outside(row)}
                promised = {} if self._as_of is None else promised_to(tx, self._as_of, counting)
                for ticket in told.of(tx, counting, beside):
                    self._take(counting[ticket.ticket_id], ticket, promised.get(ticket.ticket_id, ()))

    def _is_outside(self, row: Any) -> bool:
        why = outside(row.category, row.is_gone, row.is_merged, row.is_own)
        if why:
            self.excluded[why] += 1
        return bool(why)

    def _take(self, row: Any, ticket: told.ToldTicket, promised: Collection[Promised]) -> None:
        line = self._evaluator.life(ticket.events, self._now, ticket.known)
        drawn: tuple[ClockResult, ...] = ()
        if line is not None:
            if ticket.history is not HistoryState.COMPLETE:
                line.unseen.append(0)
            self.tickets += 1
            drawn = judge(line)
        if line is None or line.unseen:
            self.excluded[WHY[HistoryState.NONE if line is None else HistoryState.PARTIAL]] += 1
        else:
            for one in drawn:
                promise = Promise(one.policy or "", row.priority, one.clock)
                self.times[promise].take(one, *self._period)
        group = Group(row.priority, row.client or row.company_ref, row.kind)
        self.today.take(promised, group)
        self.draft.take(drawn, group)
        if self._as_of is not None:
            for before, after in self._differing(promised, drawn):
                self.changes[_verdict(before), _verdict(after)] += 1
                self._changed.add(_row(row, before, after))

    def _differing(
        self, promised: Iterable[Promised], drawn: Iterable[ClockResult]
    ) -> Iterator[tuple[Promised | None, ClockResult | None]]:
        """Yield the clocks that come to something else, and did so in the period."""
        before = {(one.clock, one.cycle): one for one in promised}
        for other in drawn:
            one = before.pop((other.clock, other.cycle), None)
            if _verdict(one) != _verdict(other) and (self._falls(one) or self._falls(other)):
                yield one, other
        yield from ((one, None) for one in before.values() if self._falls(one))

    def _falls(self, one: Verdict | None) -> bool:
        return one is not None and falls_in(one, *self._period)


def _candidates(start: datetime, end: datetime, where: Sequence[ColumnElement[Any]]) -> Any:
    """Return the query for tickets in whose life something may have been decided in a period."""
    began = to_us(start)
    lives = or_(
        _T.is_open,
        *(_T[name] >= began for name in ("resolved_at", "closed_at", "modified_at")),
        _T.resolved_at.is_(None) & _T.closed_at.is_(None),
    )
    client = select(_C.name).where(_C.source_id == _T.source_id, _C.external_id == _T.company_ref)
    columns = (
        _T.local_id, _T.external_id, _T.number, _T.title, _T.company_ref, _T.priority, _T.kind,
        client.correlate(RECORDS["tickets"]).scalar_subquery().label("client"),
    )  # fmt: skip
    created = or_(_T.created_at.is_(None), _T.created_at <= to_us(end))
    return select(*columns, *standing()).where(*where, lives, created).order_by(_T.local_id)


def _verdict(one: Verdict | None) -> str:
    return NO_CLOCK if one is None else one.outcome.value


def _row(row: Any, before: Promised | None, after: ClockResult | None) -> OtherVerdict:
    either = after or before
    assert either is not None  # noqa: S101  # a verdict changes of something
    return OtherVerdict(
        ticket_id=row.local_id,
        ticket=row.number or row.external_id,
        title=row.title,
        company=row.client or row.company_ref,
        priority=row.priority,
        clock=either.clock.value,
        cycle=either.cycle,
        today=_verdict(before),
        draft=_verdict(after),
        target_today_s=_seconds(before),
        target_s=_seconds(after),
        elapsed_s=None if after is None else round(after.elapsed.total_seconds()),
        policy=None if after is None else after.policy,
    )


def _seconds(one: Promised | ClockResult | None) -> int | None:
    return None if one is None or one.target is None else round(one.target.total_seconds())
