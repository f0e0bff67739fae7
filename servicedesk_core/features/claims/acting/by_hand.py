"""A claim that a person carries: packed to be sent, and what the manufacturer answered recorded."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Tx

from servicedesk_core.domain.warranty import (
    ClaimEvent,
    ClaimEventKind,
    ClaimProgress,
    ClaimReport,
    ClaimState,
    ClaimStatus,
    fold,
)
from servicedesk_core.errors import ClaimStateError
from servicedesk_core.features.claims.acting import trail
from servicedesk_core.features.claims.acting.state_checks import require, step_to
from servicedesk_core.features.claims.tables import changing
from servicedesk_core.features.claims.tables.stored import StoredClaim


def packed(tx: Tx, claim: StoredClaim, *, actor: str, now: datetime) -> StoredClaim:
    """Remember that a claim pack was written."""
    return changing.save(tx, claim, now=now, actor=actor, events=(ClaimEvent(ClaimEventKind.PACKED, now),))


def record(tx: Tx, claim: StoredClaim, report: ClaimReport, *, actor: str, now: datetime) -> StoredClaim:
    """Record what the manufacturer answered, as a person says it. A recorded state may also go back: a person decides.

    Args:
        tx: A write transaction.
        claim: The claim.
        report: What the manufacturer says.
        actor: Who records it.
        now: When.

    Raises:
        ClaimStateError: A program is sending it, it is a draft that was never sent and nothing says that it was, or a
            part is decided about that it does not have.
    """
    strange = {one.number for one in report.decisions} - {line.number for line in claim.draft.lines}
    if strange:
        raise ClaimStateError(
            f"Claim {claim.claim_id} has no part {', '.join(map(str, sorted(strange)))}.",
            hint=f"`servicedesk claims show {claim.claim_id}` numbers its parts.",
        )
    if claim.sent_as is not None:
        require(claim, set(ClaimState) - {ClaimState.SUBMITTING, ClaimState.IN_DOUBT}, "recorded")
    if claim.state is ClaimState.DRAFT:
        raise ClaimStateError(
            f"Claim {claim.claim_id} is a draft.",
            hint=f"`servicedesk claims check {claim.claim_id}` says what it lacks.",
        )
    facts: dict[str, Any] = {}
    if claim.submitted_at is None:
        facts["submitted_at"] = now
    if claim.connection is not None:
        facts["poll_at"] = now
    progress = claim.progress
    events = [ClaimEvent(ClaimEventKind.RECORDED, now, vendor_status=report.vendor_status)]
    if claim.progress.state is ClaimState.DENIED and report.status is not None:
        progress = progress.model_copy(update={"resubmitted_at": now})
    folded = fold(progress, _whole(report, progress), claim.draft.lines, now)
    progress = folded.progress.model_copy(update={"ref": report.ref or claim.progress.ref})
    told = list(folded.events)
    in_part = progress.state is ClaimState.PARTIALLY_APPROVED and report.status is ClaimStatus.APPROVED
    if report.status is not None and progress.state.value != report.status.value and not in_part:
        after = ClaimState(report.status.value)
        told = [one for one in told if one.kind is not ClaimEventKind.WENT_BACK]
        told.append(step_to(claim, after, now))
        progress = progress.model_copy(update={"state": after, "went_back_to": None})
        facts["closed_at"] = None
    kept = changing.save(tx, claim, now=now, actor=actor, progress=progress, events=[*events, *told], **facts)
    trail.tell_step(tx, "claim.recorded", claim, kept, actor=actor, now=now)
    return kept


def _whole(report: ClaimReport, known: ClaimProgress) -> ClaimReport:
    """Return a report with what was known before: a manufacturer tells all of it each time, a person what is new."""
    changes: dict[str, Any] = {}
    if report.decisions:
        decided = {one.number: one for one in (*known.decisions, *report.decisions)}
        changes["decisions"] = tuple(decided.values())
    if report.shipments:
        again = {one.tracking for one in report.shipments}
        changes["shipments"] = (*(one for one in known.shipments if one.tracking not in again), *report.shipments)
    if report.credits:
        new = {(one.kind, one.currency) for one in report.credits}
        changes["credits"] = (*(one for one in known.credits if (one.kind, one.currency) not in new), *report.credits)
    if report.returns:
        parts = list(known.returns)
        for one in report.returns:
            same = [at for at, part in enumerate(parts) if part.line == one.line]
            if len(same) == 1:  # what was said of the part before stays, such as the day by which it is due
                parts[same[0]] = parts[same[0]].model_copy(update=one.model_dump(exclude_none=True))
            else:
                parts.append(one)
        changes["returns"] = tuple(parts)
    return report.model_copy(update=changes)
