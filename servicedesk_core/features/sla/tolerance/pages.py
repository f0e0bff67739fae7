"""How it looks in a terminal how long clients put up with waiting."""

from servicedesk_core.faces import Terminal
from servicedesk_core.features.sla.pages import rests
from servicedesk_core.features.sla.tolerance.model import Tolerance, Tolerated


def tolerance(terminal: Terminal, found: Tolerance) -> None:
    """Print satisfaction, coming back and staying by how long tickets took."""
    if not rests(terminal, found.basis):
        return
    terminal.line(f"Tickets resolved from {terminal.plain(found.since)} to {terminal.plain(found.until)}")
    terminal.rows(Tolerated, found.items, empty="No ticket was resolved in that time.")
    if found.unseen:
        terminal.line(found.unseen)
    for one in found.no_data:
        terminal.line(f"No data: {one}.")
    if found.excluded:
        told = "; ".join(f"{one.count:,} {one.reason}" for one in found.excluded)
        terminal.line(f"Resolved tickets that do not count, or have no whole history: {told}.")
