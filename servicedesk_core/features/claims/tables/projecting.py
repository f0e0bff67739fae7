"""Parts, returns and credits of a claim as rows that people query, made from its draft and progress."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from servicedesk_core.domain.warranty import ClaimDraft, ClaimProgress, Credit, CreditState
from servicedesk_core.features.claims.tables.stored import StoredClaim
from servicedesk_core.store.schema import claim_credits, claim_lines, claim_returns

AGREED = frozenset({CreditState.APPROVED, CreditState.ADJUSTED, CreditState.ISSUED})
"""Money that the manufacturer has agreed to."""


def project(tx: Connection, claim: StoredClaim, draft: ClaimDraft, progress: ClaimProgress, now: datetime) -> None:
    """Bring the rows that people query up to date, where something changed."""
    before = claim.progress
    if draft.lines != claim.draft.lines or progress.decisions != before.decisions or claim.revision == 1:
        _replace(tx, claim_lines, claim.id, _lines(claim.id, draft, progress))
    if progress.returns != before.returns:
        told = select(claim_returns.c.number, claim_returns.c.alerted_for).where(claim_returns.c.claim == claim.id)
        alerted = {row.number: row.alerted_for for row in tx.execute(told)}
        _replace(tx, claim_returns, claim.id, _returns(claim.id, progress, alerted))
    if progress.credits != before.credits:
        query = select(claim_credits).where(claim_credits.c.claim == claim.id)
        known = {row["number"]: row for row in tx.execute(query).mappings()}
        today = now.date()
        money = [_credit(claim.id, at, one, known.get(at), today) for at, one in enumerate(progress.credits, 1)]
        _replace(tx, claim_credits, claim.id, money)


def _lines(number: int, draft: ClaimDraft, progress: ClaimProgress) -> list[dict[str, Any]]:
    decisions = {one.number: one for one in progress.decisions}
    return [
        {
            "claim": number,
            "number": line.number,
            "part_number": line.part_number,
            "quantity": line.quantity,
            "is_approved": decision.is_approved if (decision := decisions.get(line.number)) else None,
            "approved_quantity": decision.approved_quantity if decision else None,
            "reason": decision.reason if decision else None,
        }
        for line in draft.lines
    ]


def _returns(number: int, progress: ClaimProgress, alerted: Mapping[int, date | None]) -> list[dict[str, Any]]:
    return [
        {
            "claim": number,
            "number": at,
            "line": one.line,
            "state": one.state,
            "due_on": one.due_on,
            "label_ref": one.label_ref,
            "carrier": one.carrier,
            "tracking": one.tracking,
            "expected_quantity": one.expected_quantity,
            "received_quantity": one.received_quantity,
            "received_at": one.received_at,
            "charge": one.charge,
            "currency": one.currency,
            "alerted_for": alerted.get(at),
        }
        for at, one in enumerate(progress.returns, 1)
    ]


def _credit(number: int, at: int, one: Credit, known: Any, today: date) -> dict[str, Any]:
    """Return the row of a credit; the day on which money was first agreed or issued stays."""
    same = known is not None and (known["kind"], known["currency"]) == (one.kind, one.currency)
    before = known if same else {"approved_on": None, "issued_on": None}
    issued = one.issued_on or before["issued_on"] or today
    return {
        "claim": number,
        "number": at,
        "kind": one.kind,
        "state": one.state,
        "claimed": one.claimed,
        "approved": one.approved if one.state in AGREED else None,
        "currency": one.currency,
        "reference": one.reference,
        "approved_on": (before["approved_on"] or today) if one.state in AGREED else None,
        "issued_on": issued if one.state is CreditState.ISSUED else None,
    }


def _replace(tx: Connection, table: Any, number: int, rows: Collection[dict[str, Any]]) -> None:
    tx.execute(delete(table).where(table.c.claim == number))
    if rows:
        tx.execute(insert(table), list(rows))
