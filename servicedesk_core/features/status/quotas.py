"""How the vendors' quotas stand, from the store alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from servicedesk_core.store import sources
from servicedesk_core.store.budgets.policies import Standing, standings
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.queries.remaining import remaining_requests
from servicedesk_core.sync.deciding.pace import hours_of, permitted_per_hour

if TYPE_CHECKING:
    from servicedesk_core.config import DeskSettings


@dataclass(frozen=True, slots=True)
class QuotaStatus:
    """A vendor account's quota.

    Attributes:
        vendor: Vendor id.
        account: The vendor's name of the tenant; connections on one tenant share the quota.
        connections: Connections that use it.
        window_s: Length of the rolling window.
        allowed: Requests that the vendor allows in it, all integrations together; ``None`` = not limited.
        our_limit: Requests that this desk may use of them.
        ours: Requests of this desk in the present window, all its processes together.
        others: Requests of other integrations, as the vendor last counted; ``None`` = not known.
        as_of: When the vendor counted.
        requests_per_hour: What is left for reading old records; ``None`` = not limited.
        remaining_requests: Requests that unfinished first syncs still need; ``None`` = the vendor cannot count.
        hours_left: Time for them at that rate; ``None`` = not known, or the others leave nothing now.
    """

    vendor: str
    account: str
    connections: tuple[str, ...]
    window_s: float
    allowed: int | None
    our_limit: int | None
    ours: int
    others: int | None
    as_of: datetime | None
    requests_per_hour: float | None
    remaining_requests: int | None
    hours_left: float | None


def account_quotas(tx: Connection, settings: "DeskSettings", now: datetime) -> tuple[QuotaStatus, ...]:
    """Return every account that this desk has sent requests to, with each of its windows.

    Args:
        tx: A read transaction.
        settings: The configuration, for the connections that there still are.
        now: The present instant.
    """
    known = [source for source in sources.all(tx) if source.name in settings.connections]
    rows: list[QuotaStatus] = []
    for standing in standings(tx, to_us(now)):
        there = (standing.key.vendor, standing.key.tenant)
        mine = [source for source in known if (source.vendor, source.account) == there]
        if mine and standing.policy.requests is not None:
            needs = [remaining_requests(tx, source.id) for source in mine]
            left = None if None in needs else sum(need or 0 for need in needs)
            rows.append(_row(standing, tuple(source.name for source in mine), left))
    return tuple(rows)


def _row(standing: Standing, connections: tuple[str, ...], left: int | None) -> QuotaStatus:
    use, policy = standing.use, standing.policy
    rate = permitted_per_hour(policy, use)
    hours = None if left is None else hours_of(left, rate)
    return QuotaStatus(
        vendor=standing.key.vendor,
        account=standing.key.tenant,
        connections=connections,
        window_s=policy.window_s,
        allowed=use.allowed,
        our_limit=None if use.allowed is None else int(use.allowed * policy.share),
        ours=use.ours,
        others=None if use.total is None else max(use.total - use.ours, 0),
        as_of=use.as_of,
        requests_per_hour=rate,
        remaining_requests=left,
        hours_left=None if hours is None or hours == float("inf") else hours,
    )
