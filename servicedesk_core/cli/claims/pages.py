"""What is shown while claims are drafted and followed."""

from typing import TYPE_CHECKING

from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.features.claims import pages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servicedesk_core.features.claims.model import ClaimDetail, PollOutcome


def drafts(cli: Cli, made: "Sequence[ClaimDetail]") -> None:
    """Print new drafts, and what comes next."""
    for one in made:
        pages.brief(cli, one)
        cli.say(f"Next: servicedesk claims check {one.claim.claim_id}")


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
