"""A claim that its manufacturer does not have: drafted, changed, found complete, given files, given up."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Tx

from servicedesk_core.domain.warranty import ClaimEvent, ClaimEventKind, ClaimRules, ClaimState
from servicedesk_core.features.claims.acting import trail
from servicedesk_core.features.claims.acting.state_checks import require, step_to
from servicedesk_core.features.claims.cover import with_cover
from servicedesk_core.features.claims.model import ClaimFile
from servicedesk_core.features.claims.tables import changing, files
from servicedesk_core.features.claims.tables.stored import Drafted, StoredClaim

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
        maker=made.maker,
        by_hand=made.by_hand,
        origin=made.origin,
        draft=made.draft,
        filing_due_on=made.filing_due_on,
        actor=actor,
        now=now,
        force=force,
    )
    after = {"maker": made.maker, "connection": made.connection, "by_hand": made.by_hand}
    told = after | {"ticket": made.origin.ticket_ref, "serial_number": made.draft.device.serial_number}
    forced = {"forced": True} if force else {}
    trail.tell(tx, "claim.drafted", claim, before=None, after=told | forced, actor=actor, now=now)
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
    trail.tell(tx, "claim.edited", claim, before=was, after=after, actor=actor, now=now)
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
    trail.tell(tx, "claim.file_added", claim, before=None, after=told, actor=actor, now=now)
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
    trail.tell_step(tx, "claim.given_up", claim, gone, actor=actor, now=now)
    return gone
