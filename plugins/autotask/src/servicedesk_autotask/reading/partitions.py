"""Cutting a long pass into two ranges of ids, so that two cursors can run side by side.

The vendor can neither sort nor tell the highest id. But ids rise with the time of creation, so the first row created
after the middle of the span is close to the middle of the ids; counting shows how close. Costs at most six requests.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from servicedesk_autotask.api.client import Api
from servicedesk_autotask.api.query import Condition, where, wire_instant
from servicedesk_autotask.reading.keyset import row_id
from servicedesk_autotask.reading.position import IdRange

WORTH_IT = 4_000
"""Rows below which two cursors gain nothing over one."""
_BALANCED = (0.35, 0.65)
_USABLE = (0.1, 0.9)
_PROBES = 2
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


async def split(
    api: Api,
    entity: str,
    created: str,
    conditions: Sequence[Condition],
    *,
    since: datetime | None,
    until: datetime,
) -> tuple[IdRange, ...]:
    """Return two ranges with roughly equal numbers of rows, or none when that is not worth it.

    Args:
        api: The tenant's interface.
        entity: What will be read.
        created: Its field with the creation.
        conditions: What the pass asks for.
        since: Lower bound of the creation, if the pass has one.
        until: Upper bound of the creation, or now.
    """
    some = list(conditions) or [where("id", "exist")]
    total = await api.count(entity, some)
    if total < WORTH_IT:
        return ()
    start = since or await _first_creation(api, entity, created, some)
    if start is None or start >= until:
        return ()
    share, best = 0.5, None
    for _ in range(_PROBES):
        moment = start + (until - start) * share
        page = await api.query(
            entity, [*conditions, where(created, "gte", wire_instant(moment))], fields=["id"], size=1
        )
        pivot = row_id(page.rows[0]) if page.rows else None
        if pivot is None:
            share /= 2
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
