"""What stops sending: too much in a short time, and a field that two systems keep writing back."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from servicedesk_core.domain.comparing import same
from servicedesk_core.errors import WriteStoppedError
from servicedesk_core.outbox import lanes
from servicedesk_core.outbox.policy import WritePolicy
from servicedesk_core.store import Tx, outbox
from servicedesk_core.store.outbox import StoredWrite

LOOP = "loop_suspected"
"""Error code of a write that the loop breaker gave back to a person."""

MOST_HOPS = 3
"""How many writes may lie before one: a change goes on to a second and a third system, and does not come round."""

RETURNS = 2
"""A, B, A, B: twice a value that was there before."""


def ensure_no_circle(hops: int, connection: str) -> None:
    """Stop what goes round between systems that carry each other's changes.

    Args:
        hops: How many writes lie before the one that is wanted.
        connection: Where it would go.

    Raises:
        WriteStoppedError: They are too many.
    """
    if hops > MOST_HOPS:
        raise WriteStoppedError(
            f"{hops} writes lie before this one, each made because of the change before: nothing was proposed.",
            hint="Two programs carry each other's changes round; let one of them pass what the other has written.",
            connection=connection,
        )


def left(tx: Tx, connection: str, policy: WritePolicy, now: datetime) -> int:
    """Return how many writes may still be sent before sending stops and asks."""
    usual = policy.stop_after - outbox.sent_since(tx, connection, now - policy.window)
    permit = lanes.permit(tx, connection)
    if permit is None:
        return usual
    return max(usual, permit.count - outbox.sent_since(tx, connection, permit.at))


def exceeding(tx: Tx, numbers: Sequence[int], policy: WritePolicy, now: datetime) -> dict[str, tuple[int, int]]:
    """Return of which connections sending would stop to ask: how many of some writes would go, how many still may."""
    wanted = Counter(outbox.get(tx, number).connection for number in dict.fromkeys(numbers))
    rooms = {name: (count, max(0, left(tx, name, policy, now))) for name, count in wanted.items()}
    return {name: room for name, room in rooms.items() if room[0] > room[1]}


def ensure_left(tx: Tx, connection: str, policy: WritePolicy, now: datetime) -> None:
    """Stop when as many writes as allowed were sent lately.

    Raises:
        WriteStoppedError: They were.
    """
    if left(tx, connection, policy, now) <= 0:
        minutes = round(policy.window.total_seconds() / 60)
        raise WriteStoppedError(
            f"{policy.stop_after} writes in {minutes} minutes: sending stopped and asks.",
            hint="Look at `servicedesk writes list`; `servicedesk writes run --allow N` lets N more go.",
            connection=connection,
        )


def loops(tx: Tx, write: StoredWrite, policy: WritePolicy, now: datetime) -> str | None:
    """Return the field of a write that seems to go back and forth, or ``None``.

    A field is suspected when it was written more often than allowed within the window, or when its value comes back for
    the second time (A, B, A, B).

    Args:
        tx: Any transaction.
        write: What is about to be sent.
        policy: The numbers.
        now: The present.
    """
    if write.target is None or write.error_code == LOOP:  # approved by somebody who was told
        return None
    lately = outbox.lately(tx, write, now - policy.window)
    for field in write.values:
        written = [one for one in lately if field in one.values]
        states = [
            state
            for one in (*written, write)
            for state in ([one.base[field]] if field in one.base else []) + [one.values[field]]
        ]
        if len(written) >= policy.loop_limit or _returns(states):
            return field
    return None


def _returns(states: list[Any]) -> bool:
    """Whether a value returns to an earlier one for the second time."""
    steps = [state for i, state in enumerate(states) if i == 0 or not same(state, states[i - 1])]
    return sum(1 for i in range(2, len(steps)) if same(steps[i], steps[i - 2])) >= RETURNS
