"""How money and time look in a terminal."""

from servicedesk_core.faces import Terminal
from servicedesk_core.features.billing.model import Review, ReviewRow, StageRow, Stages
from servicedesk_core.wording import counted


def stages(terminal: Terminal, found: Stages) -> None:
    """Print the lines, and what stands at each stage."""
    terminal.rows(StageRow, found.items, empty="Nothing waits for its money.")
    for one in found.sums:
        pieces, currency = counted(one.pieces, "piece"), f" {one.currency}" if one.currency else ""
        unknown = f", and {one.unknown} of them of which nobody knows it" if one.unknown else ""
        since = f", the oldest of {one.oldest_on}" if one.oldest_on else ""
        terminal.line(f"{one.stage.value.capitalize()}: {pieces}, {one.amount:,.2f}{currency}{unknown}{since}")


def review(terminal: Terminal, found: Review) -> None:
    """Print what to look at, out of how much, and what was not judged."""
    terminal.rows(ReviewRow, found.items, empty="Nothing is wrong with what was looked at.")
    entries, tickets = counted(found.entries, "time entry", "time entries"), counted(found.tickets, "closed ticket")
    terminal.line(f"Looked at: {entries} not posted yet, and {tickets}.")
    if found.counts:
        terminal.line("Of these: " + ", ".join(f"{one.rows} {one.doubt.value}" for one in found.counts) + ".")
    if found.not_judged:
        terminal.line(f"Not judged: {found.not_judged}.")
