"""The part of a demo that is about manufacturers: what is covered, and one claim from ticket to part return."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from servicedesk_core.cli.demo.setup import MAKERS
from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servicedesk_core.desk import ServiceDesk
    from servicedesk_core.features.claims.model import ClaimDetail, Proposal
    from servicedesk_core.machine.sandboxes import Stage

STEPS_H = (4.0, 20.0, 72.0)
"""Between two looks at the claim: a maker decides, ships, and has the broken part back."""
DRIVE, BOARD = "HRD", "MBD"
EVIDENCE = "Power drained, other adapter tried, started without docking station: no change. Diagnostics report a fault."
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Made:
    """A claim that the demo made.

    Attributes:
        claim_id: Our id of it.
        ticket: Number of its ticket.
    """

    claim_id: str
    ticket: str


async def look_up(cli: Cli, desk: "ServiceDesk") -> None:
    """Ask the makers for the cover of every device, and say how the devices stand."""
    found = await desk.warranty.lookup(everything=True, rows=1)
    for one in found.makers:
        if one.problem:
            cli.warn(f"[{one.connection}] {one.problem}")
        else:
            asked, requests = counted(one.asked, "device"), counted(one.calls, "request")
            cli.say(f"   {MAKERS[one.connection]}: {asked} in {requests}")
    states = ", ".join(f"{count:,} {state.replace('_', ' ')}" for state, count in found.states.items())
    cli.say(f"   Of {counted(found.devices, 'device')}: {states}. For other makers the PSA's own date counts.")


async def claim(cli: Cli, desk: "ServiceDesk", stage: "Stage") -> Made | None:
    """Claim for one ticket, and follow the claim to its end; ``None`` when no ticket can be claimed for."""
    chosen = await _choose(cli, desk)
    if chosen is None:
        return None
    made = await _draft(cli, desk, chosen)
    name = made.claim.claim_id
    await _send(cli, desk, name)
    passed = 0.0
    for hours in STEPS_H:
        stage.pass_time(hours)
        passed += hours
        await desk.claims.poll(everything=True)
        now = await desk.claims.get(name)
        cli.say(f"   {passed:.0f} hours after sending: {_stands(now)}")
    await _notes(cli, desk, chosen.ticket)
    return Made(name, chosen.ticket)


async def _choose(cli: Cli, desk: "ServiceDesk") -> "Proposal | None":
    best = next(name for key, name in MAKERS.items() if key in desk.settings.connections)
    mine = _of_makers(desk, (await desk.claims.propose()).tickets)
    if not mine or mine[0].manufacturer != best:  # a small desk: for what is done a claim may still be made
        mine = _of_makers(desk, (await desk.claims.propose(everything=True)).tickets)
    if not mine:
        cli.say("   No incident about the hardware of a covered device on this desk; more --tickets have some.")
        return None
    columns = ("Ticket", "Title", "Client", "Serial number", "Maker", "Cover")
    cells = [(p.ticket, p.title, p.company, p.serial_number, p.manufacturer, p.cover) for p in mine[:_SHOWN]]
    cli.table(columns, cells, title="Could be claimed (servicedesk claims propose)")
    return mine[0]


def _of_makers(desk: "ServiceDesk", tickets: "Sequence[Proposal]") -> "list[Proposal]":
    """Return those whose maker is connected; Dell first, whose claims show the most."""
    order = {MAKERS[name]: at for at, name in enumerate(MAKERS) if name in desk.settings.connections}
    return sorted((p for p in tickets if p.manufacturer in order), key=lambda p: order[p.manufacturer or ""])


async def _draft(cli: Cli, desk: "ServiceDesk", chosen: "Proposal") -> "ClaimDetail":
    made = await desk.claims.new(chosen.ticket)
    name, draft = made.claim.claim_id, made.draft
    cli.say(
        f"   Claim {name} for ticket {chosen.ticket}: {draft.device.manufacturer} {draft.device.serial_number}, "
        f"{draft.entitlement}."
    )
    cli.say(f"   Filled in from ticket, device, contact and site: {draft.symptom}; {draft.contact_name}; "
            f"{draft.ship_to_name}, {draft.ship_to_city}.")  # fmt: skip
    checked = await desk.claims.check(name)
    if lacks := [f"{one.field} {one.reason}" for one in checked.problems if one.is_blocking]:
        cli.say(f"   Checked before anything leaves: {'; '.join(lacks)}.")
    changed = await desk.claims.edit(name, _added(chosen))
    checked = await desk.claims.check(name)
    what = f", part {changed.draft.lines[0].part_number}" if changed.draft.lines else ""
    cli.say(f"   A technician adds what was tried{what}. Checked again: {_verdict(checked.problems)}.")
    return changed


def _added(chosen: "Proposal") -> dict[str, Any]:
    """Return what no record knows: what was tried, and at Dell the part that is to be replaced."""
    part = DRIVE if "drive" in chosen.title else BOARD
    lines = [{"number": 1, "part_number": part, "quantity": "1"}] if chosen.manufacturer == MAKERS["dell"] else []
    return {"troubleshooting": EVIDENCE, "time_zone": "America/New_York", "lines": lines}


def _verdict(problems: "Sequence[Any]") -> str:
    blocking = [f"{one.field} {one.reason}" for one in problems if one.is_blocking]
    return "; ".join(blocking) or "it can be sent"


async def _send(cli: Cli, desk: "ServiceDesk", name: str) -> None:
    going = await desk.claims.preview(name)
    cli.say(
        f'   "claims submit" shows all {len(going.values)} fields that leave for {going.vendor} '
        f"({going.environment}) and asks; the demo says yes."
    )
    sent = await desk.claims.submit(name)
    cli.say(f"   Sent: {_stands(sent)}")


def _stands(now: "ClaimDetail") -> str:
    told = now.progress
    word = f' ("{now.claim.vendor_status}" in their words)' if now.claim.vendor_status else ""
    ref = f"{now.claim.manufacturer} {now.claim.ref or 'has it and has told no number yet'}"
    parts = [f"{now.claim.state.value.replace('_', ' ')}{word}", ref]
    parts += [f"shipment {one.tracking}" for one in told.shipments if one.tracking]
    parts += [f"defective part {one.state.value.replace('_', ' ')}" for one in told.returns]
    return ", ".join(parts)


async def _notes(cli: Cli, desk: "ServiceDesk", ticket: str) -> None:
    found = await desk.tickets.get(ticket)
    cells = [
        (note.created_at, note.visibility, "; ".join(_news(note.body)))
        for note in found.notes
        if (note.title or "").startswith("Warranty claim")
    ]
    title = f"The notes on the PSA's ticket (servicedesk tickets show {ticket})"
    cli.table(("Written", "Visible to", "Note"), cells, title=title)


def _news(body: str | None) -> list[str]:
    """Return what a note tells, without its heading and the mark by which it is found again."""
    return [line[2:].partition("  [ref:")[0] for line in (body or "").splitlines() if line.startswith("- ")]
