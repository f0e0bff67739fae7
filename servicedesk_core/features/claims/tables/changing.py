"""Changing claims. What hangs on a claim is rewritten with it, in one transaction."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, update

from servicedesk_core.domain.warranty import ClaimDraft, ClaimEvent, ClaimEventKind, ClaimProgress, ClaimState
from servicedesk_core.errors import ClaimStateError
from servicedesk_core.features.claims.tables.guards import hold, release
from servicedesk_core.features.claims.tables.projecting import project
from servicedesk_core.features.claims.tables.reading import by_number
from servicedesk_core.features.claims.tables.stored import Origin, StoredClaim, decision_of
from servicedesk_core.store import audit
from servicedesk_core.store.schema import claim_events, claims

MAKER: Final = "maker"
"""Actor of what the manufacturer told."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without letters that are mistaken for digits: people read these ids out on the telephone."""

_ID_LENGTH = 10


def new_id() -> str:
    """Return our id of a new claim: short enough for every reference field, and never used before."""
    return "SD-" + "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))


def give_credits(tx: Connection, number: int, *, to_client: bool) -> None:
    """Note whether the money of a claim is the client's."""
    tx.execute(update(claims).where(claims.c.id == number).values(credits_to_client=to_client))


def add(
    tx: Connection,
    *,
    connection: str | None,
    manufacturer: str,
    by_hand: bool,
    origin: Origin,
    draft: ClaimDraft,
    filing_due_on: date | None,
    actor: str,
    now: datetime,
    force: bool = False,
) -> StoredClaim:
    """Store a new draft.

    Args:
        tx: A write transaction.
        connection: Connection to the manufacturer, if there is one.
        manufacturer: The manufacturer.
        by_hand: Whether a person sends it.
        origin: What it came from.
        draft: What is claimed.
        filing_due_on: Last day on which it may arrive.
        actor: Who drafts it.
        now: When.
        force: Allow a second open claim for the same device and part.

    Raises:
        ClaimExistsError: There is an open claim for the device and part.
    """
    audit.take_turn(tx)
    row = {
        "claim_id": new_id(),
        "revision": 1,
        "connection": connection,
        "manufacturer": manufacturer,
        "by_hand": by_hand,
        "ticket_source_id": origin.source_id,
        "ticket_ref": origin.ticket_ref,
        "asset_ref": origin.asset_ref,
        "company_ref": origin.company_ref,
        "state": ClaimState.DRAFT,
        "state_since": now,
        "is_open": True,
        "filing_due_on": filing_due_on,
        "created_at": now,
        "created_by": actor,
        "changed_at": now,
        "progress": ClaimProgress(),
        **_of_draft(draft),
    }
    number = tx.execute(insert(claims).values(row).returning(claims.c.id)).scalar_one()
    hold(tx, number, manufacturer, draft, force=force)
    claim = by_number(tx, number)
    remember(
        tx,
        claim,
        [ClaimEvent(ClaimEventKind.CREATED, now, detail={"forced": True} if force else {})],
        actor=actor,
        now=now,
    )
    return save(tx, claim, now=now)


def save(
    tx: Connection,
    claim: StoredClaim,
    *,
    now: datetime,
    actor: str = MAKER,
    draft: ClaimDraft | None = None,
    progress: ClaimProgress | None = None,
    events: Sequence[ClaimEvent] = (),
    force: bool = False,
    **facts: Any,
) -> StoredClaim:
    """Store what changed about a claim, with its history.

    Args:
        tx: A write transaction.
        claim: The claim as the caller saw it.
        now: When.
        actor: Who changed it.
        draft: What is claimed, if that changed.
        progress: How far it has come, if that changed.
        events: What happened.
        force: Allow a second open claim for the same device and part.
        facts: Further columns.

    Raises:
        ClaimExistsError: The changed draft is of a device and part that has an open claim.
        ClaimStateError: Somebody else changed the claim meanwhile.
    """
    audit.take_turn(tx)
    values: dict[str, Any] = {"changed_at": now, "revision": claim.revision + 1, **facts}
    new_draft, after = draft or claim.draft, progress or claim.progress
    if draft is not None:
        values |= _of_draft(draft)
        hold(tx, claim.id, claim.manufacturer, draft, force=force)
    if progress is not None:
        values |= _of_progress(claim, progress, events, now)
    seen = (claims.c.id == claim.id) & (claims.c.revision == claim.revision)
    if tx.execute(update(claims).where(seen).values(values)).rowcount != 1:
        raise overtaken(claim)
    remember(tx, claim, events, actor=actor, now=now)
    if after.state.is_final:
        release(tx, claim.id)
    project(tx, claim, new_draft, after, now)
    return by_number(tx, claim.id)


def overtaken(claim: StoredClaim) -> ClaimStateError:
    """Return the error for a claim that somebody else changed between our look and our change."""
    return ClaimStateError(
        f"Somebody else changed claim {claim.claim_id} meanwhile; nothing was done.",
        hint=f"Look at it with `servicedesk claims show {claim.claim_id}`, then try again.",
    )


def remember(tx: Connection, claim: StoredClaim, events: Sequence[ClaimEvent], *, actor: str, now: datetime) -> None:
    """Add steps to a claim's history."""
    rows = [{"claim": claim.id, "recorded_at": now, "actor": actor, **asdict(event)} for event in events]
    if rows:
        tx.execute(insert(claim_events), rows)


def _of_draft(draft: ClaimDraft) -> dict[str, Any]:
    return {
        "serial_number": draft.device.serial_number,
        "failed_on": draft.failed_on,
        "body": draft,
    }


def _of_progress(
    claim: StoredClaim, progress: ClaimProgress, events: Sequence[ClaimEvent], now: datetime
) -> dict[str, Any]:
    values: dict[str, Any] = {
        "progress": progress,
        "ref": progress.ref,
        "vendor_status": progress.vendor_status,
        "denial_count": progress.denial_count,
    }
    if progress.state is not claim.progress.state:
        values |= {"state": progress.state, "state_since": now, "is_open": not progress.state.is_final}
        if progress.state.is_final:
            values["closed_at"] = now
    if decided := decision_of(events):
        values |= {"decided_at": decided[0], "is_approved": decided[1]}
    return values
