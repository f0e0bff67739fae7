"""Resolved tickets with how long they took, what their surveys say, and what their clients did afterwards."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, and_, false, func, or_, select, type_coerce

from servicedesk_core.domain.histories import HistoryState
from servicedesk_core.features.sla.clocks.model import ClockState
from servicedesk_core.features.sla.clocks.policies import Clock
from servicedesk_core.features.sla.tables.basis import WHY
from servicedesk_core.features.sla.tolerance.bands import Bands, Told
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.queries.population import outside, standing
from servicedesk_core.store.schema import RECORDS, sla_clocks, sla_tickets

_T = RECORDS["tickets"].c
_C: Final = sla_clocks.alias("completion").c
_E: Final = sla_clocks.alias("engagement").c
_IS_COMPLETION: Final = and_(
    _C.ticket_id == _T.local_id, _C.clock == Clock.COMPLETION.value, _C.state == ClockState.STOPPED.value
)
_WINDOW: Final = timedelta(days=30)
_WINDOW_US: Final = _WINDOW // timedelta(microseconds=1)
_SECOND_US: Final = 1_000_000


def banded(
    tx: Tx,
    where: Sequence[ColumnElement[Any]],
    period: tuple[datetime, datetime],
    now: datetime,
    survey: str | None,
) -> tuple[Bands, Counter[str]]:
    """Return tickets that were resolved in a period by how long they took, and those left out by reason.

    Args:
        tx: Any transaction.
        where: Which tickets.
        period: First instant, and the first one after it.
        now: The present instant.
        survey: Whose ratings are told; ``None`` = nobody's.
    """
    bands, left_out = Bands(), Counter[str]()
    watched_us = to_us(now - _WINDOW)
    for row in tx.execute(_query(where, period, survey).execution_options(yield_per=1_000)):
        why = outside(row.category, row.is_gone, row.is_merged, row.is_own)
        if not why and row.history != HistoryState.COMPLETE.value:
            why = WHY.get(row.history) or ""
        if why:
            left_out[why] += 1
            continue
        one = Told(
            client=None if row.company_ref is None else (row.source_id, row.company_ref),
            rating=None if row.rating is None else float(row.rating),
            came_back=bool(row.came_back) if row.resolved_us <= watched_us else None,
            is_active=None if row.is_active is None else bool(row.is_active) and row.client_gone_at is None,
        )
        bands.take(Clock.COMPLETION, row.completion_us / _SECOND_US, one)
        if row.engagement_us is not None:
            bands.take(Clock.ENGAGEMENT, row.engagement_us / _SECOND_US, one)
    return bands, left_out


def surveys_of(tx: Tx, where: Sequence[ColumnElement[Any]], period: tuple[datetime, datetime]) -> list[str]:
    """Return the surveys with a rating of tickets that were resolved in a period, by name; each has its own scale."""
    survey = RECORDS["surveys"].c
    name = func.coalesce(survey.survey_name, "")
    rated = and_(survey.source_id == _T.source_id, survey.ticket_ref == _T.external_id, survey.rating.is_not(None))
    query = (
        select(name)
        .distinct()
        .select_from(RECORDS["tickets"].join(RECORDS["surveys"], rated).join(_C.ticket_id.table, _IS_COMPLETION))
        .where(survey.gone_at.is_(None), _C.stopped_at >= period[0], _C.stopped_at < period[1], *where)
    )
    return sorted(tx.execute(query).scalars())


def _query(where: Sequence[ColumnElement[Any]], period: tuple[datetime, datetime], chosen: str | None) -> Any:
    survey, client = RECORDS["surveys"].c, RECORDS["companies"].c
    later, life = RECORDS["tickets"].alias("later").c, sla_clocks.alias("life").c
    resolved = type_coerce(_C.stopped_at, BigInteger)
    rating = select(func.avg(survey.rating)).where(
        survey.source_id == _T.source_id,
        survey.ticket_ref == _T.external_id,
        survey.gone_at.is_(None),
        false() if chosen is None else func.coalesce(survey.survey_name, "") == chosen,
    )
    other = select(later.local_id).where(
        later.source_id == _T.source_id,
        later.company_ref == _T.company_ref,
        later.contact_ref == _T.contact_ref,
        later.category == _T.category,
        later.gone_at.is_(None),
        later.created_at > resolved,
        later.created_at <= resolved + _WINDOW_US,
    )
    began = type_coerce(life.started_at, BigInteger)
    again = select(life.ticket_id).where(
        life.ticket_id == _C.ticket_id, life.clock == _C.clock, life.cycle > _C.cycle, began <= resolved + _WINDOW_US
    )
    stopped = ClockState.STOPPED.value
    joined = (
        RECORDS["tickets"]
        .join(_C.ticket_id.table, _C.ticket_id == _T.local_id)
        .outerjoin(
            _E.ticket_id.table,
            and_(_E.ticket_id == _T.local_id, _E.clock == Clock.ENGAGEMENT.value, _E.state == stopped, _C.cycle == 1),
        )
        .outerjoin(sla_tickets, sla_tickets.c.ticket_id == _T.local_id)
        .outerjoin(RECORDS["companies"], and_(client.source_id == _T.source_id, client.external_id == _T.company_ref))
    )
    return (
        select(
            _T.source_id,
            _T.company_ref,
            *standing(),
            sla_tickets.c.history,
            resolved.label("resolved_us"),
            _C.elapsed_us.label("completion_us"),
            _E.elapsed_us.label("engagement_us"),
            rating.correlate(RECORDS["tickets"]).scalar_subquery().label("rating"),
            or_(other.exists(), again.exists()).label("came_back"),
            client.is_active,
            client.gone_at.label("client_gone_at"),
        )
        .select_from(joined)
        .where(_C.clock == Clock.COMPLETION.value, _C.state == stopped)
        .where(_C.stopped_at >= period[0], _C.stopped_at < period[1], *where)
    )
