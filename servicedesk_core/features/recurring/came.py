"""What came of occurrences: joined with the tickets that were made of them."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import and_, func, select

from servicedesk_core.features.recurring.making.deciding import Outcome
from servicedesk_core.features.recurring.model import Came, PlanResult, Result
from servicedesk_core.features.recurring.tables import NO_ASSET, Planned, lets_through
from servicedesk_core.store import Tx
from servicedesk_core.store.fields import optional_instant
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.schema import RECORDS, outbox, recurring_occurrences, sources

_R: Final = recurring_occurrences.c
_T: Final = RECORDS["tickets"].c
_W: Final = RECORDS["time_entries"].c
_JOINED: Final = (
    recurring_occurrences.outerjoin(outbox, outbox.c.id == _R.write_id)
    .outerjoin(sources, sources.c.name == outbox.c.connection)
    .outerjoin(RECORDS["tickets"], and_(_T.source_id == sources.c.id, _T.external_id == outbox.c.ref))
)
_COLUMNS: Final = (
    _R.plan, _R.on_day, _R.day, _R.asset, _R.due_at, _R.outcome, _R.why, _R.write_id, outbox.c.connection, outbox.c.ref,
    _T.number, _T.resolved_at, _T.closed_at, _R.decided_at, outbox.c.new_values,
)  # fmt: skip


def came(
    tx: Tx, first: date, last: date, now: datetime, *, plans: Sequence[Planned] = (), scope: Scope | None = None
) -> Iterator[Came]:
    """Yield the occurrences of all plans on some days, both ends included, by day and plan.

    Args:
        tx: Any transaction.
        first: The first day.
        last: The last day.
        now: The present.
        plans: The plans that the scope lets through.
        scope: Only what it lets through: a plan can have been another client's before.
    """
    since = {one.plan.name: one.since for one in plans}
    query = select(*_COLUMNS).select_from(_JOINED).where(_R.day >= first, _R.day <= last)
    for row in tx.execute(query.order_by(_R.day, _R.plan, _R.asset)):
        if scope is not None and not _is_seen(row, scope, since):
            continue
        resolved_at = optional_instant(row.resolved_at if row.resolved_at is not None else row.closed_at)
        yield Came(
            plan=row.plan,
            on=row.on_day,
            day=row.day,
            asset_ref=None if row.asset == NO_ASSET else row.asset,
            due_at=row.due_at,
            result=_result(row, resolved_at, now),
            why=row.why,
            ticket=row.number or row.ref,
            connection=row.connection,
            resolved_at=resolved_at,
            write=row.write_id,
        )


def _is_seen(row: Any, scope: Scope, since: Mapping[str, datetime]) -> bool:
    """Whether a scope lets an occurrence through: by its ticket, else since its plan is for that client."""
    if row.plan not in since:
        return False
    if row.write_id is None:
        return bool(row.decided_at > since[row.plan])
    said = row.new_values
    return row.connection == scope.connection and lets_through(scope, said.get("company_ref"), said.get("queue_ref"))


def _result(row: Any, resolved_at: datetime | None, now: datetime) -> Result:
    if row.outcome in {Outcome.SKIPPED, Outcome.MISSED}:
        return Result(row.outcome)
    if resolved_at is not None:
        return Result.DONE if resolved_at <= row.due_at else Result.LATE
    return Result.OPEN if now <= row.due_at else Result.LATE


def results(tx: Tx, rows: Sequence[Came], plans: Sequence[Planned]) -> Iterator[PlanResult]:
    """Yield what came of plans, by their names.

    Args:
        tx: Any transaction.
        rows: Their occurrences.
        plans: The plans.
    """
    many: defaultdict[str, Counter[Result]] = defaultdict(Counter)
    for row in rows:
        many[row.plan][row.result] += 1
    worked = _worked(tx, rows)
    for one in plans:
        counts, estimate = many[one.plan.name], one.plan.estimate
        whole = sum(counts.values()) - counts[Result.SKIPPED]
        decided = whole - counts[Result.OPEN]
        yield PlanResult(
            plan=one.plan.name,
            client=one.client_name,
            occurrences=whole,
            done=counts[Result.DONE],
            late=counts[Result.LATE],
            missed=counts[Result.MISSED],
            open=counts[Result.OPEN],
            skipped=counts[Result.SKIPPED],
            completion_percent=percent(counts[Result.DONE], decided),
            estimated_s=None if estimate is None else round(estimate.total_seconds()) * whole,
            worked_s=worked[one.plan.name],
        )


def percent(part: int, whole: int) -> Decimal | None:
    """Return a share of a hundred with two decimals; ``None`` = there is nothing to share."""
    return None if not whole else (Decimal(part) * 100 / whole).quantize(Decimal("0.01"))


def _worked(tx: Tx, rows: Sequence[Came]) -> Mapping[str, int]:
    """Return how many seconds were recorded on the tickets of plans."""
    writes = {one.write: one.plan for one in rows if one.write is not None}
    query = (
        select(outbox.c.id, func.sum(_W.worked_s))
        .join(sources, sources.c.name == outbox.c.connection)
        .join(
            RECORDS["time_entries"],
            and_(_W.source_id == sources.c.id, _W.ticket_ref == outbox.c.ref, _W.gone_at.is_(None)),
        )
        .group_by(outbox.c.id)
    )
    found: Counter[str] = Counter()
    numbers = sorted(writes)
    for start in range(0, len(numbers), 500):
        for number, seconds in tx.execute(query.where(outbox.c.id.in_(numbers[start : start + 500]))):
            found[writes[number]] += seconds or 0
    return found
