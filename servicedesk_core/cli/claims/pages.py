"""How claims look in a terminal."""

from typing import TYPE_CHECKING, Any

from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.output import plain
from servicedesk_core.cli.shell.tables import Narrow
from servicedesk_core.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servicedesk_core.features.claims.model import (
        ClaimCheck,
        ClaimDetail,
        ClaimPreview,
        PackOutcome,
        PollOutcome,
        Proposal,
        Proposals,
    )
    from servicedesk_core.features.claims.tables import ClaimRow

_NARROW_PROPOSALS = Narrow(
    cut={"Title": 16, "Client": 12, "Device": 8},
    wraps=frozenset({"Cover"}),
    spare=("Opened", "Manufacturer", "Device"),
)
_NARROW_CLAIMS = Narrow(
    cut={"State": 12, "Client": 12, "Maker": 6},
    wraps=frozenset({"Due", "Problem"}),
    spare=("Since", "Serial number", "Their id", "Client"),
)


def proposals(cli: Cli, found: "Proposals") -> None:
    """Print the tickets that could be claimed, and what was left out."""
    _tickets(cli, found.tickets, "Could be claimed")
    if found.unknown_cover:
        _tickets(cli, found.unknown_cover, "Nothing is known of the cover: look it up")
    cli.out.print(
        f"Of {counted(found.incidents, 'incident')}: {found.without_device:,} without a device, "
        f"{found.not_hardware:,} not about hardware, {found.not_covered:,} not covered that day, "
        f"{found.claimed:,} claimed already."
    )
    if found.tickets:
        cli.say("Next: servicedesk claims new --ticket TICKET")


def _tickets(cli: Cli, found: "Sequence[Proposal]", title: str) -> None:
    columns = ("Ticket", "Title", "Client", "Opened", "Device", "Serial number", "Manufacturer", "Cover")
    cells = [
        (p.ticket, p.title, p.company, p.opened_at, p.asset, p.serial_number, p.manufacturer, p.cover) for p in found
    ]
    cli.table(columns, cells, title=title, empty="No ticket could be claimed.", narrow=_NARROW_PROPOSALS)


def claims(cli: Cli, found: "Sequence[ClaimRow]", *, empty: str) -> None:
    """Print a list of claims; ``empty`` is said when there are none."""
    columns = ("Claim", "State", "Since", "Maker", "Their id", "Ticket", "Client", "Serial number", "Due", "Problem")
    cells = [
        (
            c.claim_id,
            _state(c),
            c.state_since,
            c.maker,
            c.ref,
            c.ticket_number,
            c.company,
            c.serial_number,
            f"part back by {c.return_due_on}" if c.return_due_on else _filing(c),
            c.poll_problem,
        )
        for c in found
    ]
    cli.table(columns, cells, empty=empty, narrow=_NARROW_CLAIMS)


def drafts(cli: Cli, made: "Sequence[ClaimDetail]") -> None:
    """Print new drafts, and what comes next."""
    for one in made:
        claim(cli, one)
        cli.say(f"Next: servicedesk claims check {one.claim.claim_id}")


def claim(cli: Cli, found: "ClaimDetail", *, whole: bool = False) -> None:
    """Print a claim; ``whole`` with everything that hangs on it."""
    row, draft, progress = found.claim, found.draft, found.progress
    town = " ".join(filter(None, (draft.ship_to_postal_code, draft.ship_to_city)))
    region = " ".join(filter(None, (draft.ship_to_region, draft.ship_to_country)))
    pairs: list[tuple[str, object]] = [
        ("Claim", f"{row.claim_id} (number {row.id})"),
        ("State", _state(row)),
        ("In doubt because", found.doubt),
        ("Might be", ", ".join(found.candidates)),
        ("Waits because", found.waits),
        ("What to do", found.hint),
        ("Sent as", f"write {found.write}" if found.write else None),
        ("Manufacturer", row.maker),
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
    cli.facts(pairs)
    if draft.lines:
        decided = {one.number: one for one in progress.decisions}
        cells = [
            (line.number, line.part_number, plain(line.quantity), *_decision(decided.get(line.number)))
            for line in draft.lines
        ]
        cli.table(("No.", "Part", "Quantity", "Decision", "Approved", "Reason"), cells, title="Parts")
    if whole:
        _hangs_on(cli, found)


def _decision(decision: Any) -> tuple[object, object, object]:
    if decision is None or decision.is_approved is None:
        return ("open", None, None)
    approved = plain(decision.approved_quantity) if decision.approved_quantity is not None else None
    return ("approved" if decision.is_approved else "denied", approved, decision.reason)


def _hangs_on(cli: Cli, found: "ClaimDetail") -> None:
    draft, progress = found.draft, found.progress
    if draft.troubleshooting:
        cli.out.print(f"{draft.troubleshooting.rstrip()}\n", soft_wrap=True)
    if progress.shipments:
        cells = [(s.carrier, s.tracking, s.part_number, s.shipped_at) for s in progress.shipments]
        cli.table(("Carrier", "Tracking", "Part", "Shipped"), cells, title="Shipments")
    if progress.visits:
        visits = [(v.starts_at, v.ends_at, v.engineer, v.vendor_status) for v in progress.visits]
        cli.table(("From", "To", "Engineer", "Their word"), visits, title="Visits")
    if progress.returns:
        returns = [(r.line, r.state.value, r.due_on, r.tracking, r.received_at) for r in progress.returns]
        cli.table(("Line", "State", "Due", "Tracking", "Received"), returns, title="Parts to send back")
    if progress.credits:
        money = [
            (c.kind.value, c.state.value, plain(c.claimed), plain(c.approved), c.currency) for c in progress.credits
        ]
        cli.table(("For", "State", "Claimed", "Approved", "Currency"), money, title="Money")
    if found.files:
        files = [(f.name, f.kind, f.size, "yes" if f.is_sent else "no") for f in found.files]
        cli.table(("File", "Proves", "Bytes", "Sent"), files, title="Files")
    steps = [
        (
            one.event.at,
            one.event.kind.value.replace("_", " ") + (" (inferred)" if one.event.is_inferred else ""),
            one.event.after.value.replace("_", " ") if one.event.after else None,
            one.event.vendor_status,
            one.actor,
            ", ".join(f"{name} {cli.plain(value)}" for name, value in one.event.detail.items()),
        )
        for one in found.history
    ]
    cli.table(("When", "What", "State", "Their word", "By", "About"), steps, title="History")


def check(cli: Cli, checked: "ClaimCheck") -> None:
    """Print what a claim lacks."""
    if checked.problems:
        cells = [("stops it" if one.is_blocking else "worth a look", one.field, one.reason) for one in checked.problems]
        cli.table(("", "Field", "Problem"), cells)
    verdict = "can be sent" if checked.can_be_sent else "cannot be sent yet"
    name = checked.claim.claim_id
    cli.out.print(f"Claim {name} {verdict}.")
    if checked.can_be_sent:
        by_hand = checked.claim.by_hand or checked.claim.connection is None
        cli.say(f"Next: servicedesk claims {'pack' if by_hand else 'submit'} {name}")
    elif any(one.field not in {"state", "connection"} for one in checked.problems if one.is_blocking):
        cli.say(f"Next: servicedesk claims edit {name} --symptom … --part … --set FIELD=VALUE, or claims attach")


def preview(cli: Cli, going: "ClaimPreview") -> None:
    """Print, on standard error, exactly what would leave and where to."""
    where = f"{going.vendor}, {going.environment.upper()}"
    cli.facts(
        [
            ("Goes to", where),
            ("Account", going.account or "not told by the connector"),
            ("Connection", going.connection),
            ("What", going.kind),
            (
                "May set off",
                going.side_effects or "what a maker does with claims: mails, visits, shipments",
            ),
        ],
        to=cli.err,
    )
    cli.table(("Field", "Leaves the desk as"), list(_flat(going.values)), to=cli.err)
    for warning in going.warnings:
        cli.err.print(f"Worth a look: {warning.field} {warning.reason}.")


def _flat(values: dict[str, Any], before: str = "") -> Any:
    for name, value in values.items():
        where = f"{before}{name}"
        if isinstance(value, dict):
            yield from _flat(value, f"{where}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for number, one in enumerate(value, 1):
                yield from _flat(one, f"{where}.{number}.")
        elif value not in (None, "", []):
            yield (where, plain(value))


def after_sending(cli: Cli, sent: "ClaimDetail") -> None:
    """Say what to do when the outcome of sending is not plain."""
    from servicedesk_core.domain.warranty import ClaimEventKind, ClaimState  # noqa: PLC0415

    name = sent.claim.claim_id
    if sent.claim.state is ClaimState.IN_DOUBT:
        cli.warn(
            f"Nobody knows whether the manufacturer has claim {name}; it is not sent again until that is clear. The "
            "desk looks again by itself (`servicedesk serve`, `servicedesk writes run`). Once you have looked into "
            f"the manufacturer's portal: servicedesk claims resolve {name} --found ID, or --absent."
        )
    elif sent.is_unapproved:
        why = sent.waits or "somebody must approve it first, another person with four eyes."
        cli.warn(
            f"Claim {name} was not sent: {why}" + (f"\n  → {sent.hint}" if sent.hint else "") + "\n  → `servicedesk "
            f"writes approve {sent.write}` sends it; `servicedesk writes discard {sent.write}` takes it back."
        )
    elif sent.claim.state is ClaimState.SUBMITTING:
        cli.warn(
            f"Claim {name} was not sent: {sent.waits or 'its connection is busy'}"
            + (f"\n  → {sent.hint}" if sent.hint else "")
            + "\n  → It waits, and is sent by `servicedesk writes run` or the schedule; "
            f"`servicedesk writes discard {sent.write}` takes it back."
        )
    elif sent.claim.state in {ClaimState.DRAFT, ClaimState.DENIED}:
        refused = [one.event.detail.get("reason") for one in sent.history if one.event.kind is ClaimEventKind.REFUSED]
        cli.warn(
            f"The manufacturer refused claim {name}: {refused[-1] if refused else 'it gave no reason'}\n"
            f"  → Correct it with `servicedesk claims edit {name}`, then send it again."
        )


def exit_code_of(cli: Cli, sent: "ClaimDetail") -> int:
    """Return what the command line returns for a claim that should have been sent."""
    from servicedesk_core.cli.shell import exit_codes  # noqa: PLC0415
    from servicedesk_core.cli.writes.pages import exit_code  # noqa: PLC0415
    from servicedesk_core.domain.warranty import ClaimState  # noqa: PLC0415

    if sent.write is not None:
        number = sent.write
        return exit_code([cli.with_desk(lambda desk: desk.writes.show(number), read_only=True).write])
    return exit_codes.ERROR if sent.claim.state in {ClaimState.DRAFT, ClaimState.DENIED} else exit_codes.OK


def polled(cli: Cli, outcomes: "Sequence[PollOutcome]", *, everything: bool) -> None:
    """Print what following claims brought."""
    columns = ("Connection", "Asked", "News", "Not found", "Failed", "Left", "Requests")
    cells = [
        (o.connection, o.asked, o.changed, o.not_found, o.failed, o.left, o.requests) for o in outcomes if o.connection
    ]
    cli.table(columns, cells, empty="No connection has a claim to ask after.")
    for outcome in outcomes:
        for alert in outcome.alerts:
            cli.out.print(f"! {alert.text}")
    if outcomes and not everything and not any(o.asked or o.requests or o.alerts or o.error for o in outcomes):
        cli.say("No claim is due for a look; --all asks after every open one.")


def packed(cli: Cli, made: "PackOutcome") -> None:
    """Print where a claim pack is, and what comes next."""
    cli.out.print(f"{made.path}: {', '.join(made.files)}")
    cli.say(f"When the manufacturer has answered: servicedesk claims record {made.claim_id} --status under_review")


def _state(row: "ClaimRow") -> str:
    word = f" ({row.vendor_status})" if row.vendor_status else ""
    return row.state.value.replace("_", " ") + word


def _filing(row: "ClaimRow") -> str | None:
    return f"file by {row.filing_due_on}" if row.filing_due_on and row.submitted_at is None else None
