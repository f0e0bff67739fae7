"""A claim in our hands: drafted, changed, found complete, given files, given up, packed, and recorded by a person."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Tx

from servicedesk_core.domain.warranty import (
    ClaimEvent,
    ClaimEventKind,
    ClaimProgress,
    ClaimReport,
    ClaimRules,
    ClaimState,
    ClaimStatus,
    fold,
)
from servicedesk_core.errors import ClaimStateError
from servicedesk_core.features.claims.model import ClaimFile
from servicedesk_core.features.claims.rules import require, step_to
from servicedesk_core.features.claims.tables import changing, files
from servicedesk_core.features.claims.tables.cover import with_cover
from servicedesk_core.features.claims.tables.stored import Drafted, StoredClaim
from servicedesk_core.store import audit


def _audited(
    tx: Tx,
    action: str,
    claim: StoredClaim,
    *,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    actor: str,
    now: datetime,
) -> None:
    """Tell what was and what is; fields that are about people or devices are sealed."""
    audit.append(
        tx,
        at=now,
        actor=actor,
        action=action,
        entity=f"claim:{claim.claim_id}",
        before=audit.sealed(tx, before) if before is not None else None,
        after=audit.sealed(tx, after),
    )


def _audited_step(tx: Tx, action: str, before: StoredClaim, after: StoredClaim, *, actor: str, now: datetime) -> None:
    """Tell where a claim stood and where it stands."""
    then = {"state": before.progress.state.value}
    at_last = {"state": after.progress.state.value, "ref": after.progress.ref}
    _audited(tx, action, before, before=then, after=at_last, actor=actor, now=now)


EDITABLE = frozenset({ClaimState.DRAFT, ClaimState.VALIDATED, ClaimState.DENIED, ClaimState.INFO_REQUIRED})
"""States in which what is claimed may be changed: it is not on its way."""

_OVER = (ClaimState.CLOSED, ClaimState.REJECTED, ClaimState.CANCELLED)


def drafted(tx: Tx, made: Drafted, *, actor: str, now: datetime, force: bool) -> StoredClaim:
    """Store a new draft.

    Args:
        tx: A write transaction.
        made: The draft.
        actor: Who drafts it.
        now: When.
        force: Allow a second open claim for the same device and part.

    Raises:
        ClaimExistsError: There is an open claim for the device and part.
    """
    claim = changing.add(
        tx,
        connection=made.connection,
        manufacturer=made.manufacturer,
        by_hand=made.by_hand,
        origin=made.origin,
        draft=made.draft,
        filing_due_on=made.filing_due_on,
        actor=actor,
        now=now,
        force=force,
    )
    after = {"manufacturer": made.manufacturer, "connection": made.connection, "by_hand": made.by_hand}
    told = after | {"ticket": made.origin.ticket_ref, "serial_number": made.draft.device.serial_number}
    forced = {"forced": True} if force else {}
    _audited(tx, "claim.drafted", claim, before=None, after=told | forced, actor=actor, now=now)
    return claim


def edit(
    tx: Tx, claim: StoredClaim, changes: Mapping[str, Any], *, rules: ClaimRules, actor: str, now: datetime, force: bool
) -> StoredClaim:
    """Change what is claimed; a validated claim is a draft again.

    Raises:
        ClaimStateError: It is on its way, or over.
        ClaimExistsError: There is an open claim for the device and part that it would be for.
        ValueError: A value does not fit its field.
    """
    require(claim, EDITABLE, "changed")
    draft = with_cover(tx, claim.draft.changed(changes), claim.origin)
    events = [ClaimEvent(ClaimEventKind.EDITED, now, detail={"fields": sorted(changes)})]
    facts = {"filing_due_on": rules.filing_due_on(draft.failed_on)}
    progress = None
    if claim.progress.state is ClaimState.VALIDATED:
        progress = claim.progress.model_copy(update={"state": ClaimState.DRAFT})
        events.append(step_to(claim, ClaimState.DRAFT, now))
    kept = changing.save(
        tx, claim, now=now, actor=actor, draft=draft, progress=progress, events=events, force=force, **facts
    )
    was, became = (one.model_dump(mode="json", include=set(changes)) for one in (claim.draft, draft))
    after = became | ({"forced": True} if force else {})
    _audited(tx, "claim.edited", claim, before=was, after=after, actor=actor, now=now)
    return kept


def validated(tx: Tx, claim: StoredClaim, *, actor: str, now: datetime) -> StoredClaim:
    """Remember that a draft passed its check; does nothing when it stands elsewhere."""
    if claim.state is not ClaimState.DRAFT:
        return claim
    progress = claim.progress.model_copy(update={"state": ClaimState.VALIDATED})
    step = step_to(claim, ClaimState.VALIDATED, now)
    return changing.save(tx, claim, now=now, actor=actor, progress=progress, events=(step,))


def add_file(
    tx: Tx, claim: StoredClaim, *, name: str, media_type: str, kind: str, content: bytes, actor: str, now: datetime
) -> ClaimFile:
    """Add a file to a claim here; what was sent before does not change.

    Raises:
        ClaimStateError: The claim is on its way, or over.
    """
    require(claim, set(ClaimState) - {ClaimState.SUBMITTING, ClaimState.IN_DOUBT, *_OVER}, "given a file")
    file = files.add(tx, claim.id, name=name, media_type=media_type, kind=kind, content=content, actor=actor, now=now)
    detail = {"file": file.name, "kind": kind, "size": file.size}
    changing.save(tx, claim, now=now, actor=actor, events=(ClaimEvent(ClaimEventKind.EDITED, now, detail=detail),))
    told = {"name": file.name, "kind": kind, "size": file.size, "sha256": file.sha256}
    _audited(tx, "claim.file_added", claim, before=None, after=told, actor=actor, now=now)
    return file


def withdraw(tx: Tx, claim: StoredClaim, *, reason: str, actor: str, now: datetime) -> StoredClaim:
    """Give up a claim that the manufacturer does not have.

    Raises:
        ClaimStateError: The manufacturer has it, or may have it.
    """
    if not claim.by_hand:
        require(claim, {ClaimState.DRAFT, ClaimState.VALIDATED, ClaimState.DENIED}, "given up here")
    progress = claim.progress.model_copy(update={"state": ClaimState.CANCELLED})
    event = replace(step_to(claim, ClaimState.CANCELLED, now), detail={"reason": reason})
    gone = changing.save(tx, claim, now=now, actor=actor, progress=progress, events=(event,))
    _audited_step(tx, "claim.given_up", claim, gone, actor=actor, now=now)
    return gone


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
    _audited_step(tx, "claim.recorded", claim, kept, actor=actor, now=now)
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
