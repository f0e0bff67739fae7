"""What is shown while claims are drafted, sent and followed."""

from typing import TYPE_CHECKING, Any

from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.cli.shell.output import plain
from servicedesk_core.features.claims import pages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servicedesk_core.desk import ServiceDesk
    from servicedesk_core.features.claims.model import ClaimDetail, ClaimPreview, PollOutcome


def drafts(cli: Cli, made: "Sequence[ClaimDetail]") -> None:
    """Print new drafts, and what comes next."""
    for one in made:
        pages.brief(cli, one)
        cli.say(f"Next: servicedesk claims check {one.claim.claim_id}")


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


async def exit_code_of(desk: "ServiceDesk", sent: "ClaimDetail") -> int:
    """Return what the command line returns for a claim that should have been sent."""
    from servicedesk_core.cli.shell import exit_codes  # noqa: PLC0415
    from servicedesk_core.domain.warranty import ClaimState  # noqa: PLC0415
    from servicedesk_core.features.writes import exit_code  # noqa: PLC0415

    if sent.write is not None:
        return exit_code([(await desk.writes.show(sent.write)).write])
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
