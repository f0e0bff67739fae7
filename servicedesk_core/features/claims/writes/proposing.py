"""A claim on its way: whether it may go, the writes that send it and tell more of it, a doubt about that settled."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Tx
from sqlalchemy import select

from servicedesk_core.domain.warranty import Claim, ClaimEvent, ClaimEventKind, ClaimProblem, ClaimService, ClaimState
from servicedesk_core.domain.writing import UNFINISHED, Intent, WriteState
from servicedesk_core.errors import ClaimIncompleteError, ClaimStateError
from servicedesk_core.features.claims.model import ClaimFile
from servicedesk_core.features.claims.rules import require, words
from servicedesk_core.features.claims.tables import changing, reading
from servicedesk_core.features.claims.tables.stored import StoredClaim
from servicedesk_core.features.claims.writes.content import AGGREGATE, ClaimWrite, said, values_of
from servicedesk_core.outbox.deciding import resolve
from servicedesk_core.outbox.limits import ensure_no_circle
from servicedesk_core.store.outbox import StoredWrite, propose
from servicedesk_core.store.schema import outbox as outbox_table

SENDABLE = frozenset({ClaimState.DRAFT, ClaimState.VALIDATED, ClaimState.DENIED})
"""States in which a claim can be sent, once it passes its check."""


def ensure_sendable(claim: StoredClaim) -> None:
    """Refuse to send a claim that is on its way, or that the manufacturer has.

    Raises:
        ClaimStateError: It is.
    """
    require(claim, SENDABLE, "sent")


def why_not_sendable(claim: StoredClaim) -> ClaimProblem | None:
    """Return the same as something that a check names."""
    if claim.state in SENDABLE:
        return None
    return ClaimProblem(field="state", reason=f"is {words(claim.state)}: the claim cannot be sent now")


def ensure_covered(claim: StoredClaim, *, force: bool) -> None:
    """Refuse to send a claim for a device that was not covered on the day, unless somebody knows better.

    A return to a distributor rests on no cover.

    Raises:
        ClaimIncompleteError: It was not covered, as far as the desk knows.
    """
    draft = claim.draft
    if force or draft.covered_on_failure is not False or draft.service is ClaimService.RETURN_FOR_CREDIT:
        return
    day = draft.failed_on.isoformat() if draft.failed_on else "that day"
    raise ClaimIncompleteError(
        f"The device of claim {claim.claim_id} was not covered on {day}, as far as the desk knows.",
        hint="`servicedesk warranty lookup SERIAL --max-age 0d` asks again; --force sends it all the same.",
    )


def submit(
    tx: Tx,
    claim: StoredClaim,
    content: Claim,
    sent: Sequence[ClaimFile],
    *,
    actor: str,
    now: datetime,
    force: bool = False,
    hops: int = 0,
) -> StoredWrite:
    """Propose the write that sends a claim, or sends a denied one again. Of two who do it at once, one gets an error.

    Args:
        tx: A write transaction.
        claim: The claim as the caller saw it.
        content: What is sent.
        sent: Its files.
        actor: Who.
        now: When.
        force: Somebody said to send it although the device was not covered; the history keeps that.
        hops: How many writes lie before it, each made because of the change before.

    Raises:
        ClaimStateError: It is on its way already, was sent, or somebody changed it.
        WriteStoppedError: Too many writes lie before it.
    """
    again = claim.progress.state is ClaimState.DENIED
    require(claim, {ClaimState.VALIDATED, ClaimState.DENIED}, "sent")
    if claim.connection is None or claim.by_hand:
        raise ClaimStateError(
            f"Claim {claim.claim_id} is sent by hand: {claim.manufacturer or 'its manufacturer'} takes no claims from "
            "programs here.",
            hint=f"`servicedesk claims pack {claim.claim_id}` writes what to send; then record what they answered.",
        )
    ensure_no_circle(hops, claim.connection)
    kind = ClaimWrite.RESUBMIT if again else ClaimWrite.SUBMIT
    write = propose(
        tx,
        Intent(
            connection=claim.connection,
            kind=kind.value,
            aggregate=AGGREGATE + claim.claim_id,
            label=f"claim {claim.claim_id}",
            values=values_of(content, sent),
            target=claim.progress.ref if again else None,
            visibility="public",
            reason="sent again with better evidence" if again else "",
            hops=hops,
        ),
        actor=actor,
        now=now,
    )
    detail = {"write": write.id, "kind": kind.value} | ({"forced": True} if force else {})
    event = ClaimEvent(ClaimEventKind.ASKED, now, detail=detail)
    changing.save(tx, claim, now=now, actor=actor, events=(event,), sent_as=write.id)
    return write


def settle(tx: Tx, claim: StoredClaim, *, ref: str | None, actor: str, now: datetime, reason: str) -> None:
    """Settle a claim in doubt by a person who has looked at the manufacturer.

    Args:
        tx: A write transaction.
        claim: The claim.
        ref: The manufacturer's id when it has the claim; ``None`` when it does not: the claim can be sent again then.
        actor: Who.
        now: When.
        reason: How it was found out.

    Raises:
        ClaimStateError: It is not in doubt, or the id belongs to another claim.
    """
    if claim.state is not ClaimState.IN_DOUBT or claim.sent_as is None:
        raise ClaimStateError(
            f"Claim {claim.claim_id} is {words(claim.state)}, not in doubt.",
            hint=f"`servicedesk claims show {claim.claim_id}` shows where it stands.",
        )
    if ref is not None and claim.connection and ref in reading.refs(tx, claim.connection, but=claim.id):
        raise ClaimStateError(
            f"{ref} belongs to another claim of this desk.", hint="Look again: two claims never share an id."
        )
    outcome = WriteState.CONFIRMED if ref is not None else WriteState.DISCARDED
    resolve(tx, claim.sent_as, outcome=outcome, actor=actor, now=now, ref=ref, reason=reason)


def ensure_tellable(claim: StoredClaim) -> None:
    """Refuse to tell a manufacturer something about a claim that it does not have, or that is over.

    Raises:
        ClaimStateError: That is so.
    """
    if claim.connection is not None and not claim.by_hand and claim.progress.ref and not claim.state.is_final:
        return
    hint = f"`servicedesk claims show {claim.claim_id}` shows where it stands."
    if claim.by_hand or claim.connection is None:
        why = "is followed by a person: no program tells its maker anything"
        hint = f"Tell them yourself; `servicedesk claims record {claim.claim_id}` keeps what they answer."
    elif claim.state.is_final:
        why = f"is {words(claim.state)}: nothing at its maker can be changed any more"
    elif claim.is_sent:
        why = "has no number at its maker yet"
        hint = "`servicedesk claims poll` looks for the number."
    else:
        why = f"is {words(claim.state)}: its maker does not have it"
    raise ClaimStateError(f"Claim {claim.claim_id} {why}.", hint=hint)


def tell(
    tx: Tx,
    claim: StoredClaim,
    kind: ClaimWrite,
    *,
    actor: str,
    now: datetime,
    text: str = "",
    file: ClaimFile | None = None,
    hops: int = 0,
) -> StoredWrite:
    """Propose a note, a file or a withdrawal for a claim that the manufacturer has.

    Raises:
        ClaimStateError: The manufacturer does not have it, it is over, or the same is on its way.
        WriteStoppedError: Too many writes lie before it, each made because of the change before.
    """
    ensure_tellable(claim)
    ensure_no_circle(hops, claim.connection or "")
    if kind is ClaimWrite.CANCEL and (number := _underway(tx, claim, kind)):
        raise ClaimStateError(
            f"Claim {claim.claim_id} is being withdrawn already, as write {number}.",
            hint=f"`servicedesk writes show {number}` shows where it stands.",
        )
    values: dict[str, Any] = {"reason": text}
    if kind is ClaimWrite.NOTE:
        values = {"note_id": f"{claim.claim_id}-{uuid.uuid4().hex[:8]}", "text": text}
    elif kind is ClaimWrite.ATTACH and file is not None:
        values = {"attachments": [said(file)]}
    cancels = kind is ClaimWrite.CANCEL
    write = propose(
        tx,
        Intent(
            connection=claim.connection or "",
            kind=kind.value,
            aggregate=AGGREGATE + claim.claim_id,
            label=f"claim {claim.claim_id}",
            values=values,
            target=claim.progress.ref if cancels else None,
            parent=None if cancels else claim.progress.ref,
            visibility="public",
            hops=hops,
        ),
        actor=actor,
        now=now,
    )
    event = ClaimEvent(ClaimEventKind.ASKED, now, detail={"write": write.id, "kind": kind.value})
    changing.save(tx, claim, now=now, actor=actor, events=(event,))
    return write


def _underway(tx: Tx, claim: StoredClaim, kind: ClaimWrite) -> int | None:
    c = outbox_table.c
    query = select(c.id).where(
        c.connection == claim.connection,
        c.aggregate == AGGREGATE + claim.claim_id,
        c.kind == kind.value,
        c.state.in_([state.value for state in UNFINISHED]),
    )
    return tx.execute(query).scalars().first()
