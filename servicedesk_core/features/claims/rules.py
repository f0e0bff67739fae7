"""What where a claim stands allows, what it lacks, and what its manufacturer would refuse."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from servicedesk_core.domain.warranty import (
    NO_RULES,
    Claim,
    ClaimEvent,
    ClaimEventKind,
    ClaimProblem,
    ClaimRules,
    ClaimState,
    problems_of,
)
from servicedesk_core.domain.warranty.serials import why_no_serial
from servicedesk_core.errors import ClaimIncompleteError, ClaimStateError
from servicedesk_core.features.claims.model import field_words
from servicedesk_core.features.claims.tables.stored import LoadedFile, StoredClaim
from servicedesk_core.features.claims.writes.content import attachment_of
from servicedesk_core.hooks.calls import ConnectorCalls

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


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check came to.

    Attributes:
        problems: Everything that is wrong, the blocking first.
        claim: What would be sent; ``None`` while something is missing without which there is no claim.
    """

    problems: tuple[ClaimProblem, ...]
    claim: Claim | None

    @property
    def can_be_sent(self) -> bool:
        """Whether nothing blocks it."""
        return self.claim is not None and not any(problem.is_blocking for problem in self.problems)

    def required(self, claim_id: str) -> Claim:
        """Return the claim.

        Args:
            claim_id: Our id of the claim; for the message.

        Raises:
            ClaimIncompleteError: Something blocks it; names all of it.
        """
        if self.claim is not None and self.can_be_sent:
            return self.claim
        told = "; ".join(
            f"{field_words(problem.field)} {problem.reason}" for problem in self.problems if problem.is_blocking
        )
        raise ClaimIncompleteError(
            f"Claim {claim_id} cannot be sent: {told}.",
            hint=f"`servicedesk claims edit {claim_id}` changes it, `servicedesk claims attach` adds files.",
        )


def rules_of(calls: ConnectorCalls | None) -> ClaimRules:
    """Return what a manufacturer accepts, as its connector says."""
    warranty = calls.describe_capabilities().warranty if calls is not None else None
    return warranty.claim_rules if warranty is not None else NO_RULES


def check(
    stored: StoredClaim,
    files: Sequence[LoadedFile],
    calls: ConnectorCalls | None,
    today: date,
    *,
    unchecked: str | None = None,
) -> Checked:
    """Check a claim here, without asking anybody.

    Args:
        stored: The claim.
        files: Its files, with their content.
        calls: The connector; ``None`` when there is none.
        today: The date where the desk is.
        unchecked: Why the connector that there should be cannot be used, if that is so.
    """
    draft = stored.draft
    found = list(draft.missing())
    if why := why_no_serial(draft.device.serial_number):
        found.append(ClaimProblem(field="device.serial_number", reason=why))
    if not draft.device.manufacturer:
        found.append(ClaimProblem(field="device.manufacturer", reason="is missing"))
    if unchecked is not None:
        reason = f"cannot be used, so what its manufacturer accepts was not checked: {unchecked}"
        found.append(ClaimProblem(field="connection", reason=reason))
    found += _cover(stored)
    if draft.missing():
        return Checked(_ordered(found), None)
    claim = draft.claim(stored.claim_id, tuple(attachment_of(one) for one in files))
    found += problems_of(claim, rules_of(calls), today)
    if calls is not None and calls.implements("check_claim"):
        known = {(one.field, one.reason) for one in found}
        found += [one for one in calls.check_claim(claim) if (one.field, one.reason) not in known]
    return Checked(_ordered(found), claim)


def _cover(stored: StoredClaim) -> list[ClaimProblem]:
    draft = stored.draft
    if draft.failed_on is None:
        return [ClaimProblem(field="failed_on", reason="is not known", is_blocking=False)]
    if draft.covered_on_failure is False:
        reason = f"was not covered on {draft.failed_on.isoformat()}, as far as the desk knows"
        return [ClaimProblem(field="device", reason=reason, is_blocking=False)]
    if draft.covered_on_failure is None:
        return [ClaimProblem(field="device", reason="has no known cover on the day of the failure", is_blocking=False)]
    return []


def _ordered(found: Sequence[ClaimProblem]) -> tuple[ClaimProblem, ...]:
    return tuple(sorted(found, key=lambda problem: not problem.is_blocking))
