"""Cutting a long pass into two ranges of ids, so that two cursors can run side by side.

The vendor can neither sort nor tell the highest id. But ids rise with the time of creation, give or take rows that were
imported or dated back: so the middle one of some rows created half-way through the span is close to the middle of all
ids. Counting shows how close. Costs at most six requests.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from servicedesk_autotask.api.client import Api
from servicedesk_autotask.api.query import MAX_ROWS, Condition, where, wire_instant
from servicedesk_autotask.reading.keyset import row_id
from servicedesk_autotask.reading.position import IdRange

WORTH_IT = 4_000
"""Rows below which two cursors gain nothing over one."""
_BALANCED = (0.35, 0.65)
_USABLE = (0.1, 0.9)
_PROBES = 2
_SAMPLE = 200
"""Rows looked at around a moment."""
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


async def split(
    api: Api,
    entity: str,
    created: str,
    conditions: Sequence[Condition],
    *,
    until: datetime,
    total: int | None = None,
) -> tuple[IdRange, ...]:
    """Return two ranges with roughly equal numbers of rows, or none when that is not worth it.

    Args:
        api: The tenant's interface.
        entity: What will be read.
        created: Its field with the creation.
        conditions: What the pass asks for.
        until: Upper bound of the creation, or now.
        total: Rows that meet the conditions, if they were counted already.
    """
    some = list(conditions) or [where("id", "exist")]
    if total is None:
        total = await api.count(entity, some)
    if total < WORTH_IT:
        return ()
    start = await _first_creation(api, entity, created, some)
    if start is None or start >= until:
        return ()
    share, best = 0.5, None
    for _ in range(_PROBES):
        moment = start + (until - start) * share
        window = [
            where(created, "gte", wire_instant(moment)),
            where(created, "lt", wire_instant(moment + (until - start) * (_SAMPLE / total))),
        ]
        page = await api.query(entity, [*conditions, *window], fields=["id"], size=MAX_ROWS)
        around = sorted(number for row in page.rows if (number := row_id(row)) is not None)
        pivot = around[len(around) // 2] if around else None
        if pivot is None:
            share += 4 * _SAMPLE / total  # a night or a weekend: look a few windows later
            continue
        below = await api.count(entity, [*conditions, where("id", "lt", pivot)]) / total
        if _USABLE[0] <= below <= _USABLE[1] and (best is None or abs(below - 0.5) < abs(best[1] - 0.5)):
            best = (pivot, below)
        if _BALANCED[0] <= below <= _BALANCED[1]:
            break
        # Tickets come faster or slower over the years: assume an even rate on the fuller side.
        share = share * 0.5 / below if below > 0.5 else 1 - (1 - share) * 0.5 / (1 - below)  # noqa: PLR2004
    if best is None:
        return ()
    return IdRange(high=best[0] - 1), IdRange(low=best[0] - 1)


async def _first_creation(api: Api, entity: str, created: str, conditions: Sequence[Condition]) -> datetime | None:
    page = await api.query(entity, conditions, fields=["id", created], size=1)
    text = page.rows[0].get(created) if page.rows else None
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    # A stray date of year 1 must not push the middle of the span out of the years with tickets.
    return max(found, _EARLIEST)
