"""What clocks show at an instant, as SQL over what is kept: what follows from the time alone is worked out here."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Double, and_, case, cast, func, null, select, union

from servicedesk_core.features.sla.clocks.matching import Book
from servicedesk_core.features.sla.clocks.model import ClockState
from servicedesk_core.features.sla.clocks.policies import Outcome
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.schema import sla_clocks

_C: Final = sla_clocks.c


class AsOf:
    """Columns of ``sla_clocks`` at an instant, to be selected and compared beside those of the table.

    Args:
        book: Policies and calendars.
        now: The instant; not before what is kept was judged.

    Attributes:
        now: The instant.
        outcome: Whether the promise is kept, with what has become late meanwhile.
        is_late: Whether it was missed.
        is_open: Whether it is not decided.
        is_at_risk: Whether it is open, and much of its target is used.
        decided_at: When it was decided.
        over_at: The same, or when it ended undecided.
        elapsed_us: Business time used.
        used_share: Share of the target that is used; ``NULL`` without a target.
    """

    def __init__(self, book: Book, now: datetime) -> None:
        self.now, now_us = now, to_us(now)
        became_late = and_(_C.outcome == Outcome.OPEN.value, _C.late_after < now)
        self.outcome: ColumnElement[str] = case((became_late, Outcome.MISSED.value), else_=_C.outcome)
        self.is_late: ColumnElement[bool] = self.outcome == Outcome.MISSED.value
        self.is_open: ColumnElement[bool] = self.outcome == Outcome.OPEN.value
        self.is_at_risk: ColumnElement[bool] = and_(self.is_open, _C.at_risk_at <= now)
        self.decided_at: ColumnElement[Any] = case((became_late, _C.due_at), else_=_C.decided_at)
        self.over_at: ColumnElement[Any] = func.coalesce(self.decided_at, _C.stopped_at, type_=_C.stopped_at.type)
        totals = {name: calendar.total(now_us) for name, calendar in book.calendars.items()}
        total = case(totals, value=_C.calendar, else_=null())
        self.elapsed_us: ColumnElement[int] = case(
            (_C.state == ClockState.RUNNING.value, cast(total, BigInteger) - _C.counts_from_us), else_=_C.elapsed_us
        )
        self.used_share: ColumnElement[float] = case(
            (_C.target_us > 0, cast(self.elapsed_us, Double) / _C.target_us), else_=null()
        )

    def over_in(self, since: datetime, until: datetime) -> list[ColumnElement[bool]]:
        """Return what is true of a clock that was decided, or ended undecided, in a period.

        No index knows when that was, but each of the instants that it may be.
        """
        became_late = _C.outcome == Outcome.OPEN.value, _C.due_at
        arms = ((_C.decided_at,), (_C.stopped_at,), became_late)
        near = (select(_C.ticket_id).where(*more, at >= since, at < until).correlate(None) for *more, at in arms)
        return [_C.ticket_id.in_(union(*near)), self.over_at >= since, self.over_at < until]
