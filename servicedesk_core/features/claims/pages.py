"""How claims look in a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from servicedesk_core.domain.warranty import ClaimEventKind, ClaimState, LineDecision, PartReturn
from servicedesk_core.faces import Terminal
from servicedesk_core.features.claims.model import (
    ClaimCheck,
    ClaimDetail,
    ClaimOrder,
    ClaimPart,
    ClaimPreview,
    PackOutcome,
    Polled,
    Proposal,
    Proposals,
    field_words,
)
from servicedesk_core.wording import counted

REFUSED: Final = frozenset({ClaimState.DRAFT, ClaimState.DENIED})
"""Where a claim stands that was sent and refused."""


def proposals(terminal: Terminal, found: Proposals) -> None:
    """Print the tickets that could be claimed, and what was left out."""
    terminal.rows(Proposal, found.tickets, title="Could be claimed", empty="No ticket could be claimed.")
    if found.unknown_cover:
        terminal.rows(Proposal, found.unknown_cover, title="Nothing is known of the cover: look it up")
    terminal.line(
        f"Of {counted(found.incidents, 'incident')}: {found.without_device:,} without a device, "
        f"{found.not_hardware:,} not about hardware, {found.not_covered:,} not covered that day, "
        f"{found.claimed:,} claimed already."
    )
    if found.tickets:
        terminal.say("Next: servicedesk claims new TICKET")


def preview(terminal: Terminal, going: ClaimPreview) -> None:
    """Print exactly what would leave, and where to."""
    terminal.facts(
        [
            ("Goes to", f"{going.vendor}, {going.environment.upper()}"),
            ("Account", going.account or "not told by the connector"),
            ("Connection", going.connection),
            ("What", going.kind),
            ("May set off", going.side_effects or "what a maker does with claims: mails, visits, shipments"),
        ]
    )
    terminal.table(("Field", "Leaves the desk as"), list(_flat(terminal, going.values)))
    for warning in going.warnings:
        terminal.line(f"Worth a look: {warning.field} {warning.reason}.")


def _flat(terminal: Terminal, values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        where = f"{before}{name}"
        if isinstance(value, dict):
            yield from _flat(terminal, value, f"{where}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for number, one in enumerate(value, 1):
                yield from _flat(terminal, one, f"{where}.{number}.")
        elif value not in (None, "", []):
            yield where, terminal.plain(value)


def after_sending(sent: ClaimDetail) -> str:
    """Return what to do when the outcome of sending is not plain; empty when it is."""
    name, state, hint = sent.claim.claim_id, sent.claim.state, f"\n  → {sent.hint}" if sent.hint else ""
    if state is ClaimState.IN_DOUBT:
        return (
            f"Nobody knows whether the manufacturer has claim {name}; it is not sent again until that is clear. The "
            "desk looks again by itself (`servicedesk serve`, `servicedesk writes run`). Once you have looked into "
            f"the manufacturer's portal: servicedesk claims resolve {name} --found ID, or --absent."
        )
    if sent.is_unapproved:
        why = sent.waits or "somebody must approve it first, another person with four eyes."
        return (
            f"Claim {name} was not sent: {why}{hint}\n  → `servicedesk writes approve {sent.write}` sends it; "
            f"`servicedesk writes discard {sent.write}` takes it back."
        )
    if state is ClaimState.SUBMITTING:
        return (
            f"Claim {name} was not sent: {sent.waits or 'its connection is busy'}{hint}"
            "\n  → It waits, and is sent by `servicedesk writes run` or the schedule; "
            f"`servicedesk writes discard {sent.write}` takes it back."
        )
    if state in REFUSED:
        refused = [one.event.detail.get("reason") for one in sent.history if one.event.kind is ClaimEventKind.REFUSED]
        return (
            f"The manufacturer refused claim {name}: {refused[-1] if refused else 'it gave no reason'}\n"
            f"  → Correct it with `servicedesk claims edit {name}`, then send it again."
        )
    return ""


def brief(terminal: Terminal, found: ClaimDetail) -> None:
    """Print a claim after something was done with it."""
    row, draft, progress = found.claim, found.draft, found.progress
    town = " ".join(filter(None, (draft.ship_to_postal_code, draft.ship_to_city)))
    region = " ".join(filter(None, (draft.ship_to_region, draft.ship_to_country)))
    pairs: list[tuple[str, object]] = [
        ("Claim", f"{row.claim_id} (number {row.id})"),
        ("State", row.standing),
        ("In doubt because", found.doubt),
        ("Might be", ", ".join(found.candidates)),
        ("Waits because", found.waits),
        ("What to do", found.hint),
        ("Sent as", f"write {found.write}" if found.write else None),
        ("Manufacturer", row.manufacturer),
        ("Connection", row.connection),
        ("By hand", "yes" if row.by_hand else None),
        ("Their id", row.ref or ("not named yet; claims poll looks for it" if row.submitted_at else None)),
        ("Ticket", row.ticket_number),
        ("Client", row.company),
        ("Device", row.serial_number),
        ("Rests on", draft.entitlement),
        ("Asked for", draft.service.value.replace("_", " ")),
        ("Failed on", draft.failed_on),
        ("File by", row.filing_due_on),
        ("Symptom", draft.symptom),
        ("Contact", ", ".join(filter(None, (draft.contact_name, draft.contact_email, draft.contact_phone)))),
        ("Ship to", ", ".join(filter(None, (draft.ship_to_name, *draft.ship_to_lines, town, region)))),
        (
            "Denied",
            f"{counted(row.denial_count, 'time')}: {progress.denial_reason or 'no reason'}"
            if row.denial_count
            else None,
        ),
        ("Last look", row.polled_at),
        ("Problem", row.poll_problem),
    ]
    terminal.facts(pairs)
    if draft.lines:
        decided = {one.number: one for one in progress.decisions}
        cells = [
            (
                line.number,
                line.part_number,
                terminal.plain(line.quantity),
                *_decision(terminal, decided.get(line.number)),
            )
            for line in draft.lines
        ]
        terminal.table(("No.", "Part", "Quantity", "Decision", "Approved", "Reason"), cells, title="Parts")


def drafted(terminal: Terminal, made: ClaimDetail) -> None:
    """Print a new draft, and what comes next."""
    brief(terminal, made)
    terminal.say(f"Next: servicedesk claims check {made.claim.claim_id}")


def polled(terminal: Terminal, found: Polled) -> None:
    """Print what following claims brought, and what went wrong at single connections."""
    columns = ("Connection", "Asked", "News", "Not found", "Failed", "Left", "Requests")
    cells = [
        (o.connection, o.asked, o.changed, o.not_found, o.failed, o.left, o.requests) for o in found if o.connection
    ]
    terminal.table(columns, cells, empty="No connection has a claim to ask after.")
    for outcome in found:
        for alert in outcome.alerts:
            terminal.line(f"! {alert.text}")
        if outcome.error is not None:
            terminal.line(f"! {outcome.connection}: {outcome.error.message}")
            terminal.say(f"  → {outcome.error.hint} (code {outcome.error.code})")
    if found and not any(o.asked or o.requests or o.alerts or o.error for o in found):
        terminal.say("No claim is due for a look; --all asks after every open one.")


def _decision(terminal: Terminal, decision: LineDecision | None) -> tuple[object, object, object]:
    if decision is None or decision.is_approved is None:
        return ("open", None, None)
    approved = terminal.plain(decision.approved_quantity) if decision.approved_quantity is not None else None
    return ("approved" if decision.is_approved else "denied", approved, decision.reason)


def whole(terminal: Terminal, found: ClaimDetail) -> None:
    """Print a claim with everything that hangs on it."""
    brief(terminal, found)
    draft, progress = found.draft, found.progress
    if draft.troubleshooting:
        terminal.line(f"{draft.troubleshooting.rstrip()}\n")
    if progress.shipments:
        cells = [(s.carrier, s.tracking, s.part_number, s.shipped_at) for s in progress.shipments]
        terminal.table(("Carrier", "Tracking", "Part", "Shipped"), cells, title="Shipments")
    if progress.visits:
        visits = [(v.starts_at, v.ends_at, v.engineer, v.vendor_status) for v in progress.visits]
        terminal.table(("From", "To", "Engineer", "Their word"), visits, title="Visits")
    if progress.returns:
        returns = [
            (r.line, r.state.value, r.due_on, _charge(terminal, r), r.tracking, r.received_at) for r in progress.returns
        ]
        heads = ("Line", "State", "Due", "Else charged", "Tracking", "Received")
        terminal.table(heads, returns, title="Parts to send back")
    if progress.credits:
        money = [
            (c.kind.value, c.state.value, terminal.plain(c.claimed), terminal.plain(c.approved), c.currency)
            for c in progress.credits
        ]
        title = "Money of the client" if found.credits_to_client else "Money"
        terminal.table(("For", "State", "Claimed", "Approved", "Currency"), money, title=title)
    terminal.rows(ClaimPart, found.parts, title="Our parts for it") if found.parts else None
    terminal.rows(ClaimOrder, found.ordered, title="Ordered for it") if found.ordered else None
    if found.files:
        files = [(f.name, f.kind, f.size, "yes" if f.sent_as else "no") for f in found.files]
        terminal.table(("File", "Proves", "Bytes", "Sent"), files, title="Files")
    steps = [
        (
            one.event.at,
            one.event.kind.value.replace("_", " ") + (" (inferred)" if one.event.is_inferred else ""),
            one.event.after.value.replace("_", " ") if one.event.after else None,
            one.event.vendor_status,
            one.actor,
            ", ".join(f"{name} {_told(terminal, name, value)}" for name, value in one.event.detail.items()),
        )
        for one in found.history
    ]
    terminal.table(("When", "What", "State", "Their word", "By", "About"), steps, title="History")


def _charge(terminal: Terminal, one: PartReturn) -> str | None:
    return None if one.charge is None else " ".join(filter(None, (terminal.plain(one.charge), one.currency)))


def _told(terminal: Terminal, name: str, value: Any) -> str:
    return ", ".join(map(field_words, value)) if name == "fields" else terminal.plain(value)


def check(terminal: Terminal, checked: ClaimCheck) -> None:
    """Print what a claim lacks."""
    if checked.problems:
        cells = [
            ("stops it" if one.is_blocking else "worth a look", field_words(one.field), one.reason)
            for one in checked.problems
        ]
        terminal.table(("", "Field", "Problem"), cells)
    verdict = "can be sent" if checked.can_be_sent else "cannot be sent yet"
    name = checked.claim.claim_id
    terminal.line(f"Claim {name} {verdict}.")
    if checked.can_be_sent:
        by_hand = checked.claim.by_hand or checked.claim.connection is None
        terminal.say(f"Next: servicedesk claims {'pack' if by_hand else 'submit'} {name}")
    elif any(one.field not in {"state", "connection"} for one in checked.problems if one.is_blocking):
        terminal.say(f"Next: servicedesk claims edit {name} --symptom … --part … --ship-to-city …, or claims attach")


def packed(terminal: Terminal, made: PackOutcome) -> None:
    """Print where a claim pack is, and what comes next."""
    terminal.line(f"{made.path}: {', '.join(made.files)}")
    terminal.say(f"When the manufacturer has answered: servicedesk claims record {made.claim_id} --status under_review")
