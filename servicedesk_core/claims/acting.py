"""What people do with a claim, each act in one transaction with what it leaves behind."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection as Tx
from sqlalchemy import select

from servicedesk_core.claims.content import AGGREGATE, ClaimWrite, said, values_of
from servicedesk_core.claims.cover import with_cover
from servicedesk_core.domain.warranty import (
    Claim,
    ClaimDraft,
    ClaimEvent,
    ClaimEventKind,
    ClaimProblem,
    ClaimProgress,
    ClaimReport,
    ClaimRules,
    ClaimService,
    ClaimState,
    ClaimStatus,
    fold,
)
from servicedesk_core.domain.writing import UNFINISHED, WriteState
from servicedesk_core.errors import ClaimIncompleteError, ClaimStateError
from servicedesk_core.store import audit
from servicedesk_core.store.claims import files, rows
from servicedesk_core.store.claims.model import Origin, StoredAttachment, StoredClaim
from servicedesk_core.store.fields import to_us
from servicedesk_core.store.outbox import StoredWrite
from servicedesk_core.store.schema import outbox as outbox_table
from servicedesk_core.writes import Intent, propose, resolve

EDITABLE = frozenset({ClaimState.DRAFT, ClaimState.VALIDATED, ClaimState.DENIED, ClaimState.INFO_REQUIRED})
"""States in which what is claimed may be changed: it is not on its way."""


def drafted(
    tx: Tx,
    draft: ClaimDraft,
    origin: Origin,
    *,
    connection: str | None,
    maker: str,
    by_hand: bool,
    filing_due_on: date | None,
    actor: str,
    now: datetime,
    force: bool,
) -> StoredClaim:
    """Store a new draft.

    Args:
        tx: A write transaction.
        draft: The draft.
        origin: What it came from.
        connection: Connection to the manufacturer, if there is one.
        maker: The manufacturer.
        by_hand: Whether a person sends it.
        filing_due_on: Last day on which it may arrive.
        actor: Who drafts it.
        now: When.
        force: Allow a second open claim for the same device and part.

    Raises:
        ClaimExistsError: There is an open claim for the device and part.
    """
    claim = rows.add(
        tx,
        connection=connection,
        maker=maker,
        by_hand=by_hand,
        origin=origin,
        draft=draft,
        filing_due_on=filing_due_on.isoformat() if filing_due_on else None,
        actor=actor,
        now=now,
        force=force,
    )
    after = {"maker": maker, "connection": connection, "by_hand": by_hand, "ticket": origin.ticket_ref}
    told = after | {"serial_number": draft.device.serial_number} | ({"forced": True} if force else {})
    _tell_audit(tx, "claim.drafted", claim, before=None, after=told, actor=actor, now=now)
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
    _require(claim, EDITABLE, "changed")
    draft = with_cover(tx, claim.draft.changed(changes), claim.origin)
    events = [ClaimEvent(ClaimEventKind.EDITED, now, detail={"fields": sorted(changes)})]
    due = rules.filing_due_on(draft.failed_on)
    facts = {"filing_due_on": due.isoformat() if due else None}
    progress = None
    if claim.progress.state is ClaimState.VALIDATED:
        progress = claim.progress.model_copy(update={"state": ClaimState.DRAFT})
        events.append(_step(claim, ClaimState.DRAFT, now))
    kept = rows.save(
        tx, claim, now=now, actor=actor, draft=draft, progress=progress, events=events, force=force, **facts
    )
    was, became = (one.model_dump(mode="json", include=set(changes)) for one in (claim.draft, draft))
    after = became | ({"forced": True} if force else {})
    _tell_audit(tx, "claim.edited", claim, before=was, after=after, actor=actor, now=now)
    return kept


def validated(tx: Tx, claim: StoredClaim, *, actor: str, now: datetime) -> StoredClaim:
    """Remember that a draft passed its check; does nothing when it stands elsewhere."""
    if claim.state is not ClaimState.DRAFT:
        return claim
    progress = claim.progress.model_copy(update={"state": ClaimState.VALIDATED})
    step = _step(claim, ClaimState.VALIDATED, now)
    return rows.save(tx, claim, now=now, actor=actor, progress=progress, events=(step,))


SENDABLE = frozenset({ClaimState.DRAFT, ClaimState.VALIDATED, ClaimState.DENIED})
"""States in which a claim can be sent, once it passes its check."""


def ensure_sendable(claim: StoredClaim) -> None:
    """Refuse to send a claim that is on its way, or that the manufacturer has.

    Raises:
        ClaimStateError: It is.
    """
    _require(claim, SENDABLE, "sent")


def why_not_sendable(claim: StoredClaim) -> ClaimProblem | None:
    """Return the same as something that a check names."""
    if claim.state in SENDABLE:
        return None
    return ClaimProblem(field="state", reason=f"is {_words(claim.state)}: the claim cannot be sent now")


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
    sent: Sequence[StoredAttachment],
    *,
    actor: str,
    now: datetime,
    force: bool = False,
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

    Raises:
        ClaimStateError: It is on its way already, was sent, or somebody changed it.
    """
    again = claim.progress.state is ClaimState.DENIED
    _require(claim, {ClaimState.VALIDATED, ClaimState.DENIED}, "sent")
    if claim.connection is None or claim.by_hand:
        raise ClaimStateError(
            f"Claim {claim.claim_id} is sent by hand: {claim.maker or 'its maker'} takes no claims from programs here.",
            hint=f"`servicedesk claims pack {claim.claim_id}` writes what to send; then record what they answered.",
        )
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
        ),
        actor=actor,
        now=now,
    )
    detail = {"write": write.id, "kind": kind.value} | ({"forced": True} if force else {})
    event = ClaimEvent(ClaimEventKind.ASKED, now, detail=detail)
    rows.save(tx, claim, now=now, actor=actor, events=(event,), sent_as=write.id)
    return write


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
        why = f"is {_words(claim.state)}: nothing at its maker can be changed any more"
    elif claim.is_sent:
        why = "has no number at its maker yet"
        hint = "`servicedesk claims poll` looks for the number."
    else:
        why = f"is {_words(claim.state)}: its maker does not have it"
    raise ClaimStateError(f"Claim {claim.claim_id} {why}.", hint=hint)


def tell(
    tx: Tx,
    claim: StoredClaim,
    kind: ClaimWrite,
    *,
    actor: str,
    now: datetime,
    text: str = "",
    file: StoredAttachment | None = None,
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
    rows.save(tx, claim, now=now, actor=actor, events=(event,))
    return write


def withdraw(tx: Tx, claim: StoredClaim, *, reason: str, actor: str, now: datetime) -> StoredClaim:
    """Give up a claim that the manufacturer does not have.

    Raises:
        ClaimStateError: The manufacturer has it, or may have it.
    """
    if not claim.by_hand:
        _require(claim, {ClaimState.DRAFT, ClaimState.VALIDATED, ClaimState.DENIED}, "given up here")
    gone = _to(tx, claim, ClaimState.CANCELLED, actor=actor, now=now, detail={"reason": reason})
    _audit(tx, "claim.given_up", claim, gone, actor=actor, now=now)
    return gone


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
        _require(claim, set(ClaimState) - {ClaimState.SUBMITTING, ClaimState.IN_DOUBT}, "recorded")
    if claim.state is ClaimState.DRAFT:
        raise ClaimStateError(
            f"Claim {claim.claim_id} is a draft.",
            hint=f"`servicedesk claims check {claim.claim_id}` says what it lacks.",
        )
    facts: dict[str, Any] = {}
    if claim.submitted_at is None:
        facts["submitted_at"] = to_us(now)
    if claim.connection is not None:
        facts["poll_at"] = to_us(now)
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
        told.append(_step(claim, after, now))
        progress = progress.model_copy(update={"state": after, "went_back_to": None})
        facts["closed_at"] = None
    kept = rows.save(tx, claim, now=now, actor=actor, progress=progress, events=[*events, *told], **facts)
    _audit(tx, "claim.recorded", claim, kept, actor=actor, now=now)
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
            f"Claim {claim.claim_id} is {_words(claim.state)}, not in doubt.",
            hint=f"`servicedesk claims show {claim.claim_id}` shows where it stands.",
        )
    if ref is not None and claim.connection and ref in rows.refs(tx, claim.connection, but=claim.id):
        raise ClaimStateError(
            f"{ref} belongs to another claim of this desk.", hint="Look again: two claims never share an id."
        )
    outcome = WriteState.CONFIRMED if ref is not None else WriteState.DISCARDED
    resolve(tx, claim.sent_as, outcome=outcome, actor=actor, now=now, ref=ref, reason=reason)


def packed(tx: Tx, claim: StoredClaim, *, actor: str, now: datetime) -> StoredClaim:
    """Remember that a claim pack was written."""
    return rows.save(tx, claim, now=now, actor=actor, events=(ClaimEvent(ClaimEventKind.PACKED, now),))


def add_file(
    tx: Tx, claim: StoredClaim, *, name: str, media_type: str, kind: str, content: bytes, actor: str, now: datetime
) -> StoredAttachment:
    """Add a file to a claim here; what was sent before does not change.

    Raises:
        ClaimStateError: The claim is on its way, or over.
    """
    _require(claim, set(ClaimState) - {ClaimState.SUBMITTING, ClaimState.IN_DOUBT, *_OVER}, "given a file")
    file = files.add(tx, claim.id, name=name, media_type=media_type, kind=kind, content=content, actor=actor, now=now)
    detail = {"file": file.name, "kind": kind, "size": file.size}
    rows.save(tx, claim, now=now, actor=actor, events=(ClaimEvent(ClaimEventKind.EDITED, now, detail=detail),))
    told = {"name": file.name, "kind": kind, "size": file.size, "sha256": file.sha256}
    _tell_audit(tx, "claim.file_added", claim, before=None, after=told, actor=actor, now=now)
    return file


_OVER = (ClaimState.CLOSED, ClaimState.REJECTED, ClaimState.CANCELLED)


def _to(
    tx: Tx, claim: StoredClaim, state: ClaimState, *, actor: str, now: datetime, detail: dict[str, Any]
) -> StoredClaim:
    progress = claim.progress.model_copy(update={"state": state})
    event = ClaimEvent(ClaimEventKind.STATE, now, claim.progress.state, state, detail=detail)
    return rows.save(tx, claim, now=now, actor=actor, progress=progress, events=(event,))


def _audit(tx: Tx, action: str, before: StoredClaim, after: StoredClaim, *, actor: str, now: datetime) -> None:
    """Tell the audit trail what a person decided here; what is sent is told by its write."""
    then = {"state": before.progress.state.value}
    at_last = {"state": after.progress.state.value, "ref": after.progress.ref}
    _tell_audit(tx, action, before, before=then, after=at_last, actor=actor, now=now)


def _tell_audit(
    tx: Tx,
    action: str,
    claim: StoredClaim,
    *,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    actor: str,
    now: datetime,
) -> None:
    audit.append(
        tx,
        at=now,
        actor=actor,
        action=action,
        entity=f"claim:{claim.claim_id}",
        before=audit.sealed(tx, before) if before is not None else None,
        after=audit.sealed(tx, after),
    )


def _step(claim: StoredClaim, state: ClaimState, now: datetime) -> ClaimEvent:
    return ClaimEvent(ClaimEventKind.STATE, now, claim.progress.state, state)


def _underway(tx: Tx, claim: StoredClaim, kind: ClaimWrite) -> int | None:
    c = outbox_table.c
    query = select(c.id).where(
        c.connection == claim.connection,
        c.aggregate == AGGREGATE + claim.claim_id,
        c.kind == kind.value,
        c.state.in_([state.value for state in UNFINISHED]),
    )
    return tx.execute(query).scalars().first()


def _require(claim: StoredClaim, states: frozenset[ClaimState] | set[ClaimState], what: str) -> None:
    if claim.state in states:
        return
    hint = f"`servicedesk claims show {claim.claim_id}` shows where it stands."
    if claim.state is ClaimState.IN_DOUBT:
        hint = f"`servicedesk claims resolve {claim.claim_id}` settles the doubt once you have looked at the maker."
    elif claim.state is ClaimState.DRAFT:
        hint = f"`servicedesk claims check {claim.claim_id}` says what it lacks."
    by = f" as write {claim.sent_as}" if claim.sent_as is not None else ""
    raise ClaimStateError(f"Claim {claim.claim_id} is {_words(claim.state)}{by} and cannot be {what} now.", hint=hint)


_NAMES = {
    ClaimState.DRAFT: "a draft",
    ClaimState.VALIDATED: "a checked draft",
    ClaimState.SUBMITTING: "on its way",
    ClaimState.INFO_REQUIRED: "waiting for information",
}


def _words(state: ClaimState) -> str:
    return _NAMES.get(state) or state.value.replace("_", " ")
