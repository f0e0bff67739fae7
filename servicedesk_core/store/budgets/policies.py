"""The quotas that requests were last counted against: for `status`, which asks no vendor and opens no connection."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from servicedesk_core.ports import BudgetKey, BudgetPolicy, BudgetUse
from servicedesk_core.store.budgets import quota
from servicedesk_core.store.schema import budget_policies
from servicedesk_core.store.upserting import put


@dataclass(frozen=True, slots=True)
class Standing:
    """A vendor account with its quota.

    Attributes:
        key: Whose quota, and which of its windows.
        policy: What it allows.
        use: What is used of it now.
    """

    key: BudgetKey
    policy: BudgetPolicy
    use: BudgetUse


def remember(tx: Connection, key: BudgetKey, policy: BudgetPolicy, now_us: int) -> None:
    """Note the quota that requests are counted against."""
    row = {
        "vendor": key.vendor,
        "account": key.account,
        "requests": policy.requests,
        "window_us": int(policy.window_s * quota.SECOND_US),
        "share": policy.share,
        "reserved": policy.reserved,
        "pause_at": policy.pause_at,
        "updated_at": now_us,
    }
    put(tx, budget_policies, row)


def standings(tx: Connection, now_us: int) -> list[Standing]:
    """Return every account that requests were ever sent to, with the use of its present window."""
    found: list[Standing] = []
    for row in tx.execute(select(budget_policies).order_by(budget_policies.c.vendor, budget_policies.c.account)):
        key = BudgetKey(row.vendor, row.account)
        policy = BudgetPolicy(
            requests=row.requests,
            window_s=row.window_us / quota.SECOND_US,
            share=row.share,
            reserved=row.reserved,
            pause_at=row.pause_at,
        )
        found.append(Standing(key, policy, quota.use_of(tx, key, policy, now_us)))
    return found
