"""The views of claims."""

from collections.abc import Callable

from sqlalchemy import Table

from servicedesk_core.store.connecting import Dialect
from servicedesk_core.store.schema import claim_credits, claim_events, claim_lines, claim_returns, claims
from servicedesk_core.store.views.columns import Column, OwnView, Shown


def _claim_columns(dialect: Dialect) -> list[Column]:
    of = Shown(claims, "c", dialect)
    shown = (
        "CASE WHEN o.state IN ('proposed', 'queued', 'sending') THEN 'submitting' "
        "WHEN o.state = 'in_doubt' THEN 'in_doubt' ELSE c.state END"
    )
    return [
        *map(of, ("claim_id", "manufacturer", "connection", "by_hand")),
        Column("ticket_connection", "src.name", "Connection of the ticket."),
        *map(of, ("ticket_ref", "asset_ref", "company_ref", "serial_number")),
        Column("state", shown, "Where it stands; submitting and in doubt are what its write says."),
        *map(of, ("vendor_status", "ref", "is_open", "is_approved", "denial_count", "failed_on", "filing_due_on")),
        *map(of, ("created_at", "submitted_at", "decided_at", "closed_at", "polled_at")),
        of("credits_to_client"),
    ]


def _part_of_claim(table: Table, alias: str, *names: str, **renamed: str) -> Callable[[Dialect], list[Column]]:
    """Return what makes the columns of a view of what a claim holds: the claim, and columns of its table.

    Args:
        table: The table.
        alias: What the view's SQL calls it.
        names: Its columns that are shown, in order.
        renamed: What the view calls them, where that is otherwise.
    """

    def columns(dialect: Dialect) -> list[Column]:
        of = Shown(table, alias, dialect)
        claim = Column("claim_id", "c.claim_id", "The claim; see v_claims.")
        return [claim, *(of(name, renamed.get(name)) for name in names)]

    return columns


VIEWS = {
    "v_claims": OwnView(
        "A claim against a manufacturer.",
        _claim_columns,
        "FROM claims c LEFT JOIN outbox o ON o.id = c.sent_as LEFT JOIN sources src ON src.id = c.ticket_source_id",
    ),
    "v_claim_lines": OwnView(
        "A part of a claim, with what was decided about it.",
        _part_of_claim(
            claim_lines, "l", "number", "part_number", "quantity", "is_approved", "approved_quantity", "reason"
        ),
        "FROM claim_lines l JOIN claims c ON c.id = l.claim",
    ),
    "v_claim_returns": OwnView(
        "A defective part that a manufacturer wants back.",
        _part_of_claim(
            claim_returns, "r", "line", "state", "due_on", "carrier", "tracking", "received_at", "charge", "currency"
        ),
        "FROM claim_returns r JOIN claims c ON c.id = r.claim",
    ),
    "v_claim_credits": OwnView(
        "Money of a claim.",
        _part_of_claim(
            claim_credits,
            "m",
            "kind",
            "state",
            "claimed",
            "approved",
            "currency",
            "reference",
            "approved_on",
            "issued_on",
        ),
        "FROM claim_credits m JOIN claims c ON c.id = m.claim",
    ),
    "v_claim_events": OwnView(
        "A step of a claim's history.",
        _part_of_claim(
            claim_events,
            "e",
            "at",
            "recorded_at",
            "kind",
            "before",
            "after",
            "vendor_status",
            "is_inferred",
            "actor",
            before="state_before",
            after="state_after",
        ),
        "FROM claim_events e JOIN claims c ON c.id = e.claim",
    ),
}
