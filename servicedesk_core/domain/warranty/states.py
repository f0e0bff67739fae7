"""Where a claim stands, from the first draft to the money, and which steps lead from one state to the next."""

from collections import deque
from collections.abc import Iterable
from enum import StrEnum

from servicedesk_core.domain.warranty.claims import ClaimStatus


class ClaimState(StrEnum):
    """Where a claim stands in the desk: our own states before the manufacturer has it, then the manufacturer's."""

    DRAFT = "draft"
    """Being written, or sent back with reasons."""
    VALIDATED = "validated"
    """Complete, and within what the manufacturer accepts."""
    SUBMITTING = "submitting"
    """Waits for approval or is on its way; derived from the write that sends it, never stored."""
    IN_DOUBT = "in_doubt"
    """It may or may not have reached the manufacturer; derived from the write that sends it, never stored."""
    UNDER_REVIEW = "under_review"
    INFO_REQUIRED = "info_required"
    APPROVED = "approved"
    PARTIALLY_APPROVED = "partially_approved"
    DENIED = "denied"
    """Denied as it stands; may be sent again with better evidence."""
    REJECTED = "rejected"
    """Rejected for good."""
    IN_FULFILMENT = "in_fulfilment"
    AWAITING_RETURN = "awaiting_return"
    RETURN_RECEIVED = "return_received"
    AWAITING_CREDIT = "awaiting_credit"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing is expected any more."""
        return self in FINAL

    @property
    def is_ours(self) -> bool:
        """Whether the manufacturer does not have the claim yet."""
        return self in OURS


S = ClaimState
FINAL = frozenset({S.CLOSED, S.REJECTED, S.CANCELLED})
OURS = frozenset({S.DRAFT, S.VALIDATED, S.SUBMITTING, S.IN_DOUBT})
APPROVALS = frozenset({S.APPROVED, S.PARTIALLY_APPROVED})

TRANSITIONS: dict[ClaimState, frozenset[ClaimState]] = {
    S.DRAFT: frozenset({S.VALIDATED, S.CANCELLED}),
    S.VALIDATED: frozenset({S.SUBMITTING, S.DRAFT, S.CANCELLED}),
    S.SUBMITTING: frozenset({S.UNDER_REVIEW, S.APPROVED, S.DRAFT, S.IN_DOUBT}),
    S.IN_DOUBT: frozenset({S.UNDER_REVIEW, S.VALIDATED, S.CANCELLED}),
    S.UNDER_REVIEW: frozenset({S.INFO_REQUIRED, S.APPROVED, S.PARTIALLY_APPROVED, S.DENIED, S.REJECTED, S.CANCELLED}),
    S.INFO_REQUIRED: frozenset({S.UNDER_REVIEW, S.CANCELLED}),
    S.DENIED: frozenset({S.SUBMITTING, S.REJECTED, S.CANCELLED}),
    S.PARTIALLY_APPROVED: frozenset({S.APPROVED, S.IN_FULFILMENT, S.CANCELLED, S.CLOSED}),
    S.APPROVED: frozenset({S.IN_FULFILMENT, S.CANCELLED, S.CLOSED}),
    S.IN_FULFILMENT: frozenset({S.AWAITING_RETURN, S.AWAITING_CREDIT, S.CLOSED}),
    S.AWAITING_RETURN: frozenset({S.RETURN_RECEIVED, S.REJECTED, S.CLOSED, S.CANCELLED}),
    S.RETURN_RECEIVED: frozenset({S.AWAITING_CREDIT, S.REJECTED, S.CLOSED}),
    S.AWAITING_CREDIT: frozenset({S.CLOSED}),
    S.CLOSED: frozenset(),
    S.REJECTED: frozenset(),
    S.CANCELLED: frozenset(),
}
"""Every legal single step.

An approval in part may become a whole one, because some makers decide line by line. What was approved may still end
without anything: cancelled when the part never comes, rejected after a look at it.
"""


def state_of(status: ClaimStatus) -> ClaimState:
    """Return the state that a manufacturer's status means; the words are the same."""
    return ClaimState(status.value)


def path(current: ClaimState, reported: ClaimState, *, resubmitted: bool = False) -> tuple[ClaimState, ...] | None:
    """Return the states through which a claim came to what a manufacturer reports.

    A look may find a claim several steps further (closed the first time we look): the states between are inferred.
    A denied claim that is reported as approved was sent again elsewhere. A step backwards has no path.

    Args:
        current: Where the claim stands here.
        reported: Where the manufacturer says it stands.
        resubmitted: Whether a denied claim was sent again since it was denied.

    Returns:
        The states to pass, the reported one last; empty when nothing changed; ``None`` when no step leads there.
    """
    if current is reported:
        return ()
    again = frozenset({S.UNDER_REVIEW}) if resubmitted or reported not in {S.UNDER_REVIEW, S.INFO_REQUIRED} else None
    known: dict[ClaimState, ClaimState] = {current: current}
    queue = deque([current])
    while queue:
        at = queue.popleft()
        for step in _steps(at, again):
            if step in known:
                continue
            known[step] = at
            if step is reported:
                return _walked(known, current, reported)
            if not step.is_final:
                queue.append(step)
    return None


def _steps(at: ClaimState, again: frozenset[ClaimState] | None) -> Iterable[ClaimState]:
    legal = TRANSITIONS[at] - {S.SUBMITTING, S.IN_DOUBT, S.DRAFT, S.VALIDATED}
    if at in OURS:  # the manufacturer shows it, so it was sent
        legal = frozenset({S.UNDER_REVIEW})
    if at is S.DENIED and again:
        legal |= again
    return sorted(legal, key=list(ClaimState).index)


def _walked(known: dict[ClaimState, ClaimState], start: ClaimState, end: ClaimState) -> tuple[ClaimState, ...]:
    steps = [end]
    while known[steps[-1]] is not start:
        steps.append(known[steps[-1]])
    return tuple(reversed(steps))
