"""When to try again: Retry-After, jittered waits, and the conditions under which a request may be repeated."""

import math
import random
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tenacity import AsyncRetrying, RetryCallState, stop_after_attempt, wait_exponential_jitter

from servicedesk_core.errors import TransientError
from servicedesk_core.http.policy import RetryPolicy
from servicedesk_core.ports import Clock

LONGEST_RETRY_AFTER_S = 86_400.0
"""Anything longer is taken for this: a vendor's wrong clock must not stop a connection for years."""


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds that a ``Retry-After`` field asks to wait (RFC 9110, 10.2.3).

    Args:
        value: Field value: seconds, or an HTTP date.
        now: Current instant.

    Returns:
        Seconds between 0 and a day, or ``None`` when the field is missing or means nothing.
    """
    if value is None or not (text := value.strip()):
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            when = parsedate_to_datetime(text)
            seconds = ((when if when.tzinfo else when.replace(tzinfo=UTC)) - now).total_seconds()
        except (ValueError, OverflowError, TypeError):
            return None
    if math.isnan(seconds):
        return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER_S)


def wait_s(policy: RetryPolicy, state: RetryCallState) -> float:
    """Return how long to wait before the next attempt: what the vendor asks for, else exponential; with jitter."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, TransientError) and error.retry_after_s is not None:
        jitter = random.uniform(0.0, policy.min_wait_s)  # noqa: S311 - spreads load, protects nothing
        return max(error.retry_after_s, policy.min_wait_s) + jitter
    own = wait_exponential_jitter(policy.first_wait_s, policy.max_wait_s, jitter=policy.first_wait_s)
    return max(own(state), policy.min_wait_s)


def retrying(
    policy: RetryPolicy,
    clock: Clock,
    may_repeat: Callable[[BaseException], bool],
    before_wait: Callable[[BaseException, int, float], None],
) -> AsyncRetrying:
    """Return the retry loop of one request.

    Args:
        policy: How often and how patiently.
        clock: Waits.
        may_repeat: Whether the request may be sent again after this error.
        before_wait: Told the error, the number of the failed attempt, and the wait in seconds.
    """

    def should_retry(state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        if error is None or not may_repeat(error):
            return False
        asked = error.retry_after_s if isinstance(error, TransientError) else None
        return asked is None or asked <= policy.max_retry_after_s

    def announce(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if error is not None:
            before_wait(error, state.attempt_number, state.upcoming_sleep)

    return AsyncRetrying(
        sleep=clock.sleep,
        stop=stop_after_attempt(policy.attempts),
        wait=lambda state: wait_s(policy, state),
        retry=should_retry,
        before_sleep=announce,
        reraise=True,
    )
