"""How money that is not billed looks in a terminal."""

from servicedesk_core.faces import Terminal
from servicedesk_core.features.leakage.model import LeakRow, Leaks


def leaks(terminal: Terminal, found: Leaks) -> None:
    """Print what was found, what each kind comes to, and what was not looked for."""
    terminal.rows(LeakRow, found.items, empty="Nothing was found that nobody is billed for.")
    for one in found.sums:
        unknown = f", and {one.unknown} of them of which nobody knows it" if one.unknown else ""
        currency = f" {one.currency}" if one.currency else ""
        terminal.line(f"{one.leak.value.capitalize()}: {one.found}, {one.amount:,}{currency}{unknown}")
    for why in found.not_judged:
        terminal.line(f"Not looked for: {why}.")
