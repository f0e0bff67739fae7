"""What became of the writes of each connection, in a terminal."""

from collections.abc import Sequence

from servicedesk_core.cli.shell.context import Cli
from servicedesk_core.outbox.outcomes import SendOutcome


def show_outcomes(cli: Cli, outcomes: Sequence[SendOutcome]) -> None:
    """Print what became of the writes of each connection."""
    if not outcomes:
        cli.say("Nothing is to be sent or settled.")
        return
    columns = ("Connection", "Confirmed", "In part", "Refused", "In doubt", "Waiting", "Held", "Doubts settled")
    rows = [
        (
            o.connection,
            len(o.confirmed),
            len(o.partly),
            len(o.rejected),
            len(set(o.in_doubt) - set(o.settled)),
            len(o.waiting),
            len(o.held),
            len(o.settled),
        )
        for o in outcomes
    ]
    cli.table(columns, rows)
