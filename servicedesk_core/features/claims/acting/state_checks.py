"""What where a claim stands allows, and how that is said."""

from datetime import datetime

from servicedesk_core.domain.warranty import ClaimEvent, ClaimEventKind, ClaimState
from servicedesk_core.errors import ClaimStateError
from servicedesk_core.features.claims.tables.stored import StoredClaim

_NAMES = {
    ClaimState.DRAFT: "a draft",
    ClaimState.VALIDATED: "a checked draft",
    ClaimState.SUBMITTING: "on its way",
    ClaimState.INFO_REQUIRED: "waiting for information",
}


def words(state: ClaimState) -> str:
    """Return a state as a sentence names it."""
    return _NAMES.get(state) or state.value.replace("_", " ")


def require(claim: StoredClaim, states: frozenset[ClaimState] | set[ClaimState], what: str) -> None:
    """Refuse an act on a claim that stands elsewhere than in some states.

    Args:
        claim: The claim.
        states: Where it may stand.
        what: What would be done to it, as a participle: "sent".

    Raises:
        ClaimStateError: It stands elsewhere.
    """
    if claim.state in states:
        return
    hint = f"`servicedesk claims show {claim.claim_id}` shows where it stands."
    if claim.state is ClaimState.IN_DOUBT:
        hint = f"`servicedesk claims resolve {claim.claim_id}` settles the doubt once you have looked at the maker."
    elif claim.state is ClaimState.DRAFT:
        hint = f"`servicedesk claims check {claim.claim_id}` says what it lacks."
    by = f" as write {claim.sent_as}" if claim.sent_as is not None else ""
    raise ClaimStateError(f"Claim {claim.claim_id} is {words(claim.state)}{by} and cannot be {what} now.", hint=hint)


def step_to(claim: StoredClaim, state: ClaimState, now: datetime) -> ClaimEvent:
    """Return the event of a claim that goes from where it stands to another state."""
    return ClaimEvent(ClaimEventKind.STATE, now, claim.progress.state, state)
