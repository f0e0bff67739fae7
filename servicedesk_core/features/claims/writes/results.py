"""What the end of a write means for its claim."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Tx

from servicedesk_core.domain.warranty import (
    ClaimEvent,
    ClaimEventKind,
    ClaimProgress,
    ClaimReceipt,
    ClaimReport,
    ClaimState,
    ClaimStatus,
    fold,
)
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.features.claims.tables import changing, files, reading
from servicedesk_core.features.claims.tables.stored import StoredClaim
from servicedesk_core.features.claims.writes.content import AGGREGATE, ClaimWrite, file_numbers
from servicedesk_core.store import audit, outbox
from servicedesk_core.store.outbox import SYSTEM, StoredWrite

News = tuple[StoredClaim, Sequence[ClaimEvent]]
"""A claim as it stands now, with what happened."""

_USUAL = {
    ClaimWrite.SUBMIT: ClaimStatus.UNDER_REVIEW,
    ClaimWrite.RESUBMIT: ClaimStatus.UNDER_REVIEW,
    ClaimWrite.CANCEL: ClaimStatus.CANCELLED,
}
"""What a confirmation means when the manufacturer says nothing more."""


def apply(
    tx: Tx,
    write: StoredWrite,
    state: WriteState,
    *,
    now: datetime,
    receipt: ClaimReceipt | None = None,
    ref: str | None = None,
    error: str | None = None,
) -> News | None:
    """Store what the end of a write, or a doubt about it, means for its claim; in the transaction that stores the end.

    Args:
        tx: A write transaction.
        write: The write.
        state: Where it goes.
        now: When.
        receipt: The manufacturer's confirmation, when it was sent just now.
        ref: The manufacturer's id, when it was found out in another way.
        error: Why it went there, for people.

    Returns:
        The claim as it stands now, with what happened; ``None`` when the write means nothing for it.
    """
    claim = reading.locked(tx, write.aggregate.removeprefix(AGGREGATE))
    kind = ClaimWrite(write.kind)
    if kind.carries_claim and claim.sent_as not in {None, write.id}:
        return None  # the claim was sent in another way since
    if state is WriteState.CONFIRMED:
        return _confirmed(tx, claim, write, receipt=receipt, ref=ref, now=now)
    if state in {WriteState.REJECTED, WriteState.DISCARDED}:
        return _refused(tx, claim, write, state=state, error=error, now=now)
    if state is WriteState.IN_DOUBT:
        event = ClaimEvent(ClaimEventKind.IN_DOUBT, now, detail={"write": write.id, "kind": kind.value})
        return changing.save(tx, claim, now=now, actor=SYSTEM, events=(event,)), (event,)
    return None


def catch_up(tx: Tx, now: datetime) -> int:
    """Bring claims up to writes that a person settled or discarded; return how many there were.

    Args:
        tx: A write transaction.
        now: When.
    """
    audit.take_turn(tx)  # before looking: another process may be catching up, and a claim is told once
    late = reading.unapplied(tx)
    for claim in late:
        write = outbox.get(tx, claim.sent_as or 0)
        apply(tx, write, write.state, now=now, ref=write.ref, error=write.error)
    return len(late)


def named(tx: Tx, write: StoredWrite, ref: str, now: datetime) -> None:
    """Store the manufacturer's id of a claim that it had accepted without naming one."""
    claim = reading.locked(tx, write.aggregate.removeprefix(AGGREGATE))
    if claim.progress.ref is not None:
        return
    event = ClaimEvent(ClaimEventKind.SENT, now, detail={"write": write.id, "ref": ref})
    progress = claim.progress.model_copy(update={"ref": ref})
    changing.save(tx, claim, now=now, progress=progress, events=(event,), poll_at=now)


def _confirmed(
    tx: Tx,
    claim: StoredClaim,
    write: StoredWrite,
    *,
    receipt: ClaimReceipt | None,
    ref: str | None,
    now: datetime,
) -> News:
    kind = ClaimWrite(write.kind)
    detail: dict[str, Any] = {"write": write.id, "kind": kind.value}
    if receipt is not None and receipt.warnings:
        detail["warnings"] = list(receipt.warnings)
    events = [ClaimEvent(ClaimEventKind.SENT, now, detail=detail)]
    facts: dict[str, Any] = {}
    progress = claim.progress
    if numbers := file_numbers(write.values):
        files.sent(tx, numbers, write.id)
    if kind in _USUAL:
        told = (receipt.ref if receipt else None) or ref or progress.ref
        progress, moved = _moved(progress, claim, kind=kind, receipt=receipt, ref=told, now=now)
        events += moved
        if kind.carries_claim:
            facts = {"sent_as": None, "poll_at": now}
            if claim.submitted_at is None:
                facts["submitted_at"] = now
    return changing.save(tx, claim, now=now, actor=SYSTEM, progress=progress, events=events, **facts), events


def _moved(
    progress: ClaimProgress,
    claim: StoredClaim,
    *,
    kind: ClaimWrite,
    receipt: ClaimReceipt | None,
    ref: str | None,
    now: datetime,
) -> tuple[ClaimProgress, tuple[ClaimEvent, ...]]:
    if kind is ClaimWrite.RESUBMIT:
        progress = progress.model_copy(update={"resubmitted_at": now})
    report = ClaimReport(
        ref=ref or "",
        other_refs=receipt.other_refs if receipt else (),
        status=(receipt.status if receipt else None) or _USUAL[kind],
        vendor_status=receipt.vendor_status if receipt else None,
    )
    folded = fold(progress, report, claim.draft.lines, now)
    # A confirmation is no look at the claim: the list may show the old denial for a while.
    return folded.progress.model_copy(update={"ref": ref, "seen_again": False}), folded.events


def _refused(
    tx: Tx,
    claim: StoredClaim,
    write: StoredWrite,
    *,
    state: WriteState,
    error: str | None,
    now: datetime,
) -> News:
    kind = ClaimWrite(write.kind)
    detail = {"write": write.id, "kind": kind.value, "reason": error or state.value}
    progress, after = None, None
    facts: dict[str, Any] = {}
    if kind.carries_claim:
        facts = {"sent_as": None}
    if kind is ClaimWrite.SUBMIT and state is WriteState.REJECTED:
        after = ClaimState.DRAFT
        progress = claim.progress.model_copy(update={"state": after})
    before = claim.progress.state if after else None
    event = ClaimEvent(ClaimEventKind.REFUSED, now, before, after, detail=detail)
    return changing.save(tx, claim, now=now, actor=SYSTEM, progress=progress, events=(event,), **facts), (event,)
