"""Places for requests in flight at one endpoint, leased so that several processes share them in turn."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, text

from servicedesk_core.ports import BudgetKey
from servicedesk_core.processes import has_ended

SLOT_TTL_US = 60_000_000
"""How long a place stays taken when its process dies where nobody can see that it did."""

WAITER_TTL_US = 2_000_000
"""How long a process that stopped asking keeps its turn."""

_HERE = "vendor = :vendor AND account = :account AND endpoint = :endpoint"


def take(
    tx: Connection, key: BudgetKey, concurrency: int, owner: str, now_us: int, *, back: Collection[int] = ()
) -> int | None:
    """Take a free place, or stand in the queue.

    Args:
        tx: A write transaction of its own, short.
        key: The endpoint.
        concurrency: How many places it has.
        owner: Who asks.
        now_us: The present instant.
        back: Places to give back first.

    Returns:
        The number of the place, or ``None``: ask again soon.
    """
    here: dict[str, Any] = {"vendor": key.vendor, "account": key.account, "endpoint": key.endpoint}
    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": "\x1f".join(here.values())})
    give_back(tx, key, owner, back)
    for table, ttl_us in (("budget_slots", SLOT_TTL_US), ("budget_waiters", WAITER_TTL_US)):
        # an expiry further away than the longest lease was written by a clock that was ahead
        tx.execute(
            text(f"DELETE FROM {table} WHERE {_HERE} AND (expires_at <= :now OR expires_at > :far)"),  # noqa: S608
            {**here, "now": now_us, "far": now_us + 2 * ttl_us},
        )
        owners = tx.execute(text(f"SELECT DISTINCT owner FROM {table} WHERE {_HERE}"), here).scalars()  # noqa: S608
        for ended in [other for other in owners if has_ended(other)]:
            tx.execute(text(f"DELETE FROM {table} WHERE {_HERE} AND owner = :owner"), {**here, "owner": ended})  # noqa: S608
    taken = set(tx.execute(text(f"SELECT slot FROM budget_slots WHERE {_HERE}"), here).scalars())  # noqa: S608
    waiting = tx.execute(text(f"SELECT owner, since FROM budget_waiters WHERE {_HERE}"), here)  # noqa: S608
    queue: dict[str, int] = {row.owner: row.since for row in waiting}
    since = queue.pop(owner, now_us)
    earlier = sum(other <= since for other in queue.values())
    free = [slot for slot in range(concurrency) if slot not in taken]
    if len(free) <= earlier:
        tx.execute(
            text(
                "INSERT INTO budget_waiters (vendor, account, endpoint, owner, since, expires_at) "
                "VALUES (:vendor, :account, :endpoint, :owner, :since, :until) "
                "ON CONFLICT (vendor, account, endpoint, owner) DO UPDATE SET expires_at = excluded.expires_at"
            ),
            {**here, "owner": owner, "since": since, "until": now_us + WAITER_TTL_US},
        )
        return None
    tx.execute(text(f"DELETE FROM budget_waiters WHERE {_HERE} AND owner = :owner"), {**here, "owner": owner})  # noqa: S608
    tx.execute(
        text(
            "INSERT INTO budget_slots (vendor, account, endpoint, slot, owner, expires_at) "
            "VALUES (:vendor, :account, :endpoint, :slot, :owner, :until)"
        ),
        {**here, "slot": free[0], "owner": owner, "until": now_us + SLOT_TTL_US},
    )
    return free[0]


def renew(tx: Connection, key: BudgetKey, owner: str, slots: Collection[int], now_us: int) -> None:
    """Keep places that are in use."""
    for slot in slots:
        tx.execute(
            text(f"UPDATE budget_slots SET expires_at = :until WHERE {_HERE} AND slot = :slot AND owner = :owner"),  # noqa: S608
            {**_of(key), "slot": slot, "owner": owner, "until": now_us + SLOT_TTL_US},
        )


def give_back(tx: Connection, key: BudgetKey, owner: str, slots: Collection[int]) -> None:
    """Free places; those that others took over meanwhile stay theirs."""
    for slot in slots:
        tx.execute(
            text(f"DELETE FROM budget_slots WHERE {_HERE} AND slot = :slot AND owner = :owner"),  # noqa: S608
            {**_of(key), "slot": slot, "owner": owner},
        )


def _of(key: BudgetKey) -> dict[str, Any]:
    return {"vendor": key.vendor, "account": key.account, "endpoint": key.endpoint}
