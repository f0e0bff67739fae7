"""How long requests take within a quota."""

from datetime import timedelta
from typing import Final

from servicedesk_core.ports import BudgetPolicy, BudgetUse

SLOWEST_REQUEST_S: Final = 1.0
"""Time for one request that is planned with: vendors answer large pages in 0.1 to 1 s."""


ALLOWANCE_H: Final = 0.25
"""How much of the quota's time one run takes for what is read parent by parent: the next run begins with news."""
LONGEST_ALLOWANCE: Final = 1_000


def permitted_per_hour(policy: BudgetPolicy, use: BudgetUse | None) -> float | None:
    """Return the requests an hour that the quota leaves for reading old records, in the tightest of its windows.

    Our share, without the part reserved for news, and no more than what the others leave below the pause mark.

    Args:
        policy: What the account allows.
        use: What is used of the window that the vendor counts.
    """
    counted = {policy.window_s: use}
    rates = [_rate(window, counted.get(window.window_s)) for window in policy.windows() if window.requests is not None]
    return min(rates, default=None)


def _rate(window: BudgetPolicy, use: BudgetUse | None) -> float:
    allowed = (use.allowed if use is not None else None) or window.requests or 0
    share = allowed * window.share * (1 - window.reserved)
    others = max(0, (use.total or 0) - use.ours) if use is not None else 0
    left = max(0.0, allowed * window.pause_at - others)
    return min(share, left) * timedelta(hours=1).total_seconds() / window.window_s


def allowance(policy: BudgetPolicy) -> int:
    """Return the requests that one run may spend on what is read parent by parent, beside what is news.

    Args:
        policy: What the account allows.
    """
    rate = permitted_per_hour(policy, None)
    return LONGEST_ALLOWANCE if rate is None else min(LONGEST_ALLOWANCE, max(1, int(rate * ALLOWANCE_H)))


def hours_of(requests: int, rate: float | None) -> float:
    """Return how long requests take at a rate; infinite when nothing is left for us.

    Args:
        requests: How many.
        rate: Requests an hour; ``None`` = not limited.
    """
    by_latency = requests * SLOWEST_REQUEST_S / 3600
    if rate is None or requests <= rate:
        # What fits into the quota of one window goes as fast as the vendor answers.
        return by_latency
    return max(by_latency, requests / rate) if rate > 0 else float("inf")
