"""Requests in a rolling window, counted in coarse buckets and leased in blocks.

A block is counted when it is leased, so a process that dies can only have counted too much, never too little; what
a living process did not spend it gives back. The use of other integrations is known from the vendor's own counter:
what it shows beyond our requests, fading evenly as the window moves on, until the next look at the counter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from servicedesk_core.ports import BudgetKey, BudgetPolicy, BudgetUse
from servicedesk_core.store.fields import optional_instant, optional_us

BUCKETS = 60
"""Buckets in a window: a request counts for up to a sixtieth of the window longer than it must."""

BLOCK = 20
"""Most requests leased at once."""

SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True)
class Grant:
    """The answer to a wish for requests.

    Attributes:
        count: Requests that may be sent; 0 = none now.
        bucket: Where they were counted.
        wait_us: When ``count`` is 0: when to ask again.
    """

    count: int
    bucket: int
    wait_us: int = 0


@dataclass(frozen=True, slots=True)
class _Standing:
    """How the window stands.

    Attributes:
        ours: Requests of this desk.
        oldest: Start of the oldest bucket that counts.
        others: Requests of other integrations, estimated for now.
        allowed: Requests that the vendor allows.
        next_at: Earliest instant of the next request while requests are spaced out.
        reported: Whether the vendor's counter is known and fresh.
        as_of: When the vendor counted.
    """

    ours: int
    oldest: int | None
    others: int
    allowed: int | None
    next_at: int
    reported: bool
    as_of: int | None


def lease(tx: Connection, key: BudgetKey, policy: BudgetPolicy, now_us: int, *, reserved: bool) -> Grant:
    """Take a block of requests, or learn how long to wait.

    Args:
        tx: A write transaction of its own, short.
        key: Whose quota; the endpoint does not matter.
        policy: What the account allows.
        now_us: The present instant.
        reserved: Whether the share kept for incremental work may be used.
    """
    grain_us = _grain_us(policy)
    bucket = now_us // grain_us * grain_us
    _lock(tx, key)
    _tidy(tx, key, policy, bucket)
    standing = _standing(tx, key, policy, now_us)
    if standing.allowed is None:
        _count(tx, key, bucket, BLOCK)
        return Grant(BLOCK, bucket)
    share = max(int(standing.allowed * policy.share), 1)
    limit = share if reserved else max(int(share * (1 - policy.reserved)), 1)
    ceiling = standing.allowed if reserved else int(standing.allowed * policy.pause_at)
    total = standing.ours + standing.others
    if standing.ours >= limit or total >= ceiling:
        return Grant(0, bucket, _wait_us(standing, policy, now_us, limit=limit, ceiling=ceiling))
    slow_from = int(standing.allowed * policy.slow_at)
    if total < slow_from:
        count = min(BLOCK, max(share // 100, 1), limit - standing.ours, slow_from - total)
        _count(tx, key, bucket, count)
        return Grant(count, bucket)
    gap_us = int(policy.window_s * SECOND_US / standing.allowed)
    wait_us = min(standing.next_at - now_us, gap_us)
    if wait_us > 0:
        return Grant(0, bucket, wait_us)
    _count(tx, key, bucket, 1)
    tx.execute(
        text("UPDATE budget_counters SET next_at = :next WHERE vendor = :vendor AND account = :account"),
        {**_of(key), "next": now_us + gap_us},
    )
    return Grant(1, bucket)


def note(tx: Connection, key: BudgetKey, policy: BudgetPolicy, now_us: int) -> None:
    """Count what has happened, whatever is left."""
    grain_us = _grain_us(policy)
    bucket = now_us // grain_us * grain_us
    _lock(tx, key)
    _tidy(tx, key, policy, bucket)
    _count(tx, key, bucket, 1)


def give_back(tx: Connection, key: BudgetKey, bucket: int, count: int) -> None:
    """Take back leased requests that were not sent."""
    tx.execute(
        text(
            "UPDATE budget_buckets SET used = CASE WHEN used > :n THEN used - :n ELSE 0 END "
            "WHERE vendor = :vendor AND account = :account AND bucket = :bucket"
        ),
        {**_of(key), "bucket": bucket, "n": count},
    )


class Spent(NamedTuple):
    """Requests of one bucket of an account.

    Attributes:
        vendor: Vendor id.
        account: The vendor's name of the tenant.
        bucket: Start of the bucket.
        requests: How many.
    """

    vendor: str
    account: str
    bucket: int
    requests: int


def spent(tx: Connection) -> list[Spent]:
    """Return what was sent to every account, for another store to count it too."""
    rows = tx.execute(text("SELECT vendor, account, bucket, used FROM budget_buckets WHERE used > 0"))
    return [Spent(*row) for row in rows]


def add(tx: Connection, sent: Iterable[Spent]) -> None:
    """Count requests that were noted elsewhere."""
    for one in sent:
        _count(tx, BudgetKey(one.vendor, one.account), one.bucket, one.requests)


def correct(tx: Connection, key: BudgetKey, use: BudgetUse, now: datetime, *, unspent: int) -> None:
    """Take over the vendor's own count.

    Args:
        tx: A write transaction.
        key: Whose quota.
        use: What the vendor says.
        now: When it said so, unless ``use.as_of`` tells.
        unspent: Requests leased by this process that the vendor cannot have seen.
    """
    _lock(tx, key)
    ours = _ours(tx, key)[0]
    others = None if use.total is None else max(use.total - max(ours - unspent, 0), 0)
    tx.execute(
        text(
            "UPDATE budget_counters SET total = :total, allowed = :allowed, as_of = :as_of, others = :others "
            "WHERE vendor = :vendor AND account = :account"
        ),
        {
            **_of(key),
            "total": use.total,
            "allowed": use.allowed,
            "as_of": optional_us(use.as_of or now),
            "others": others,
        },
    )


def use_of(tx: Connection, key: BudgetKey, policy: BudgetPolicy, now_us: int) -> BudgetUse:
    """Return the use of the current window, leased requests included."""
    standing = _standing(tx, key, policy, now_us)
    return BudgetUse(
        ours=standing.ours,
        total=standing.ours + standing.others if standing.reported else None,
        allowed=standing.allowed,
        as_of=optional_instant(standing.as_of),
    )


def _of(key: BudgetKey) -> dict[str, Any]:
    return {"vendor": key.vendor, "account": key.account}


def _grain_us(policy: BudgetPolicy) -> int:
    return max(int(policy.window_s * SECOND_US) // BUCKETS, 1)


def _lock(tx: Connection, key: BudgetKey) -> None:
    """Make sure that the account has its row, and on PostgreSQL hold it until the transaction ends."""
    tx.execute(
        text("INSERT INTO budget_counters (vendor, account) VALUES (:vendor, :account) ON CONFLICT DO NOTHING"),
        _of(key),
    )
    if tx.dialect.name == "postgresql":
        tx.execute(
            text("SELECT 1 FROM budget_counters WHERE vendor = :vendor AND account = :account FOR UPDATE"), _of(key)
        )


def _tidy(tx: Connection, key: BudgetKey, policy: BudgetPolicy, bucket: int) -> None:
    """Forget buckets that have left the window; count those of a clock that was ahead as if they were now."""
    where = "vendor = :vendor AND account = :account AND bucket "
    start = bucket - int(policy.window_s * SECOND_US)
    tx.execute(text(f"DELETE FROM budget_buckets WHERE {where} < :start"), {**_of(key), "start": start})  # noqa: S608
    ahead = tx.execute(
        text(f"SELECT COALESCE(SUM(used), 0) FROM budget_buckets WHERE {where} > :bucket"),  # noqa: S608
        {**_of(key), "bucket": bucket},
    ).scalar_one()
    if ahead:
        tx.execute(text(f"DELETE FROM budget_buckets WHERE {where} > :bucket"), {**_of(key), "bucket": bucket})  # noqa: S608
        _count(tx, key, bucket, int(ahead))


def _count(tx: Connection, key: BudgetKey, bucket: int, count: int) -> None:
    tx.execute(
        text(
            "INSERT INTO budget_buckets (vendor, account, bucket, used) VALUES (:vendor, :account, :bucket, :n) "
            "ON CONFLICT (vendor, account, bucket) DO UPDATE SET used = budget_buckets.used + excluded.used"
        ),
        {**_of(key), "bucket": bucket, "n": count},
    )


def _ours(tx: Connection, key: BudgetKey, start: int | None = None) -> tuple[int, int | None]:
    condition = "" if start is None else " AND bucket >= :start"
    row = tx.execute(
        text(
            "SELECT COALESCE(SUM(used), 0) AS used, MIN(CASE WHEN used > 0 THEN bucket END) AS oldest "  # noqa: S608
            f"FROM budget_buckets WHERE vendor = :vendor AND account = :account{condition}"
        ),
        {**_of(key)} if start is None else {**_of(key), "start": start},
    ).one()
    return int(row.used), row.oldest


def _standing(tx: Connection, key: BudgetKey, policy: BudgetPolicy, now_us: int) -> _Standing:
    window_us = int(policy.window_s * SECOND_US)
    grain_us = _grain_us(policy)
    ours, oldest = _ours(tx, key, now_us // grain_us * grain_us - window_us)
    row = tx.execute(
        text(
            "SELECT total, allowed, as_of, others, next_at FROM budget_counters "
            "WHERE vendor = :vendor AND account = :account"
        ),
        _of(key),
    ).one_or_none()
    if row is None or row.as_of is None or not -window_us < now_us - row.as_of < window_us:
        return _Standing(ours, oldest, 0, policy.requests, row.next_at if row else 0, reported=False, as_of=None)
    age_us = max(now_us - row.as_of, 0)
    others = 0 if row.others is None else -(-row.others * (window_us - age_us) // window_us)
    return _Standing(
        ours,
        oldest,
        others,
        row.allowed if row.allowed is not None else policy.requests,
        row.next_at,
        reported=row.total is not None,
        as_of=row.as_of,
    )


def _wait_us(standing: _Standing, policy: BudgetPolicy, now_us: int, *, limit: int, ceiling: int) -> int:
    """Return when the window may have moved far enough."""
    window_us = int(policy.window_s * SECOND_US)
    waits: list[int] = []
    if standing.oldest is not None:
        waits.append(standing.oldest + _grain_us(policy) + window_us - now_us)
    if standing.ours < limit and standing.ours < ceiling and standing.others:
        room = ceiling - standing.ours
        waits.append(window_us * (standing.others - room + 1) // standing.others)
    return max(min(waits, default=window_us), 1)
