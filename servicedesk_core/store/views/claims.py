"""The views of claims."""

from servicedesk_core.store.connecting import Dialect
from servicedesk_core.store.views.columns import Column, OwnView, amount, day, instant


def _claim_columns(dialect: Dialect) -> list[Column]:
    shown = (
        "CASE WHEN o.state IN ('proposed', 'queued', 'sending') THEN 'submitting' "
        "WHEN o.state = 'in_doubt' THEN 'in_doubt' ELSE c.state END"
    )
    return [
        Column("claim_id", "c.claim_id", "The desk's id of the claim, as the manufacturer sees it too."),
        Column("maker", "c.maker", "The manufacturer."),
        Column("connection", "c.connection", "Connection to the manufacturer; NULL = none."),
        Column("by_hand", "c.by_hand", "Whether a person sends it."),
        Column("ticket_connection", "src.name", "Connection of the ticket."),
        Column("ticket_ref", "c.ticket_ref", "The vendor's id of the ticket."),
        Column("asset_ref", "c.asset_ref", "The vendor's id of the device's record."),
        Column("company_ref", "c.company_ref", "The vendor's id of the client."),
        Column("serial_number", "c.serial_number", "The device."),
        Column("state", shown, "Where it stands; submitting and in doubt are what its write says."),
        Column("vendor_status", "c.vendor_status", "The manufacturer's own word."),
        Column("ref", "c.ref", "The manufacturer's id of the claim."),
        Column("is_open", "c.is_open", "Whether something is still expected."),
        Column("is_approved", "c.is_approved", "What was decided; NULL while nothing was seen."),
        Column("denial_count", "c.denial_count", "How often it was denied."),
        Column("failed_on", day("c.failed_on", dialect), "Day of the failure."),
        Column("filing_due_on", day("c.filing_due_on", dialect), "Last day on which it may arrive."),
        Column("created_at", instant("c.created_at", dialect), "When it was drafted."),
        Column("submitted_at", instant("c.submitted_at", dialect), "When the manufacturer had it."),
        Column("decided_at", instant("c.decided_at", dialect), "When it was last approved or denied."),
        Column("closed_at", instant("c.closed_at", dialect), "When nothing was expected any more."),
        Column("polled_at", instant("c.polled_at", dialect), "When it was last asked after."),
    ]


def _claim_line_columns(dialect: Dialect) -> list[Column]:
    return [
        Column("claim_id", "c.claim_id", "The claim; see v_claims."),
        Column("number", 'l."number"', "Place in the claim, from 1."),
        Column("part_number", "l.part_number", "The failed part."),
        Column("quantity", amount("l.quantity", dialect), "How many were claimed."),
        Column("is_approved", "l.is_approved", "What was decided; NULL while it is open."),
        Column("approved_quantity", amount("l.approved_quantity", dialect), "How many were approved, if told."),
        Column("reason", "l.reason", "Why, in the manufacturer's words."),
    ]


def _claim_return_columns(dialect: Dialect) -> list[Column]:
    return [
        Column("claim_id", "c.claim_id", "The claim; see v_claims."),
        Column("line", "r.line", "Line of the claim, if told."),
        Column("state", "r.state", "Where the defective part stands."),
        Column("due_on", day("r.due_on", dialect), "Last day on which it is in time."),
        Column("carrier", "r.carrier", "Who carries it."),
        Column("tracking", "r.tracking", "Its tracking number."),
        Column("received_at", instant("r.received_at", dialect), "When the manufacturer had it."),
    ]


def _claim_credit_columns(dialect: Dialect) -> list[Column]:
    return [
        Column("claim_id", "c.claim_id", "The claim; see v_claims."),
        Column("kind", "m.kind", "What the money is for; a fee is money that the manufacturer keeps."),
        Column("state", "m.state", "Where it stands."),
        Column("claimed", amount("m.claimed", dialect), "What was asked for."),
        Column("approved", amount("m.approved", dialect), "What was agreed."),
        Column("currency", "m.currency", "ISO 4217 code."),
        Column("reference", "m.reference", "The manufacturer's document."),
        Column("approved_on", day("m.approved_on", dialect), "Day on which it was first seen as agreed."),
        Column("issued_on", day("m.issued_on", dialect), "Day on which it was issued."),
    ]


def _claim_event_columns(dialect: Dialect) -> list[Column]:
    return [
        Column("claim_id", "c.claim_id", "The claim; see v_claims."),
        Column("at", instant('e."at"', dialect), "When it happened, by the manufacturer's clock where it tells."),
        Column("recorded_at", instant("e.recorded_at", dialect), "When the desk learned of it."),
        Column("kind", "e.kind", "What happened."),
        Column("state_before", 'e."before"', "State before, where it changed."),
        Column("state_after", 'e."after"', "State after."),
        Column("vendor_status", "e.vendor_status", "The manufacturer's own word."),
        Column("is_inferred", "e.is_inferred", "Whether it was not seen, but must have been."),
        Column("actor", "e.actor", "Who; maker for the manufacturer."),
    ]


VIEWS = {
    "v_claims": OwnView(
        "A claim against a manufacturer.",
        _claim_columns,
        "FROM claims c LEFT JOIN outbox o ON o.id = c.sent_as LEFT JOIN sources src ON src.id = c.ticket_source_id",
    ),
    "v_claim_lines": OwnView(
        "A part of a claim, with what was decided about it.",
        _claim_line_columns,
        "FROM claim_lines l JOIN claims c ON c.id = l.claim",
    ),
    "v_claim_returns": OwnView(
        "A defective part that a manufacturer wants back.",
        _claim_return_columns,
        "FROM claim_returns r JOIN claims c ON c.id = r.claim",
    ),
    "v_claim_credits": OwnView(
        "Money of a claim.", _claim_credit_columns, "FROM claim_credits m JOIN claims c ON c.id = m.claim"
    ),
    "v_claim_events": OwnView(
        "A step of a claim's history.", _claim_event_columns, "FROM claim_events e JOIN claims c ON c.id = e.claim"
    ),
}
