"""How agreements that end look in a terminal."""

from servicedesk_core.faces import Terminal
from servicedesk_core.features.agreements.model import Renewal, Renewals


def renewals(terminal: Terminal, found: Renewals) -> None:
    """Print the agreements, and what was not looked for."""
    terminal.rows(Renewal, found.items, empty="No agreement has its notice deadline near.")
    for why in found.not_judged:
        terminal.line(f"Not looked for: {why}.")
