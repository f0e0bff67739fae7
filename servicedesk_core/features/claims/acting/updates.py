"""Notes, files and withdrawals for a claim that its manufacturer has."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Connection as Tx
from sqlalchemy import select

from servicedesk_core.domain.warranty import ClaimEvent, ClaimEventKind
from servicedesk_core.domain.writing import UNFINISHED, Intent
from servicedesk_core.errors import ClaimStateError
from servicedesk_core.features.claims.acting.state_checks import words
from servicedesk_core.features.claims.model import ClaimFile
from servicedesk_core.features.claims.tables import changing
from servicedesk_core.features.claims.tables.stored import StoredClaim
from servicedesk_core.features.claims.writes.content import AGGREGATE, ClaimWrite, said
from servicedesk_core.store.outbox import StoredWrite, propose
from servicedesk_core.store.schema import outbox as outbox_table


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
) -> StoredWrite:
    """Propose a note, a file or a withdrawal for a claim that the manufacturer has.

    Raises:
        ClaimStateError: The manufacturer does not have it, it is over, or the same is on its way.
    """
    ensure_tellable(claim)
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
