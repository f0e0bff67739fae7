"""What is shown by hand."""

from servicedesk_core.faces import Terminal
from servicedesk_core.features.webhooks.model import Address, Registered


def address(terminal: Terminal, shown: Address) -> None:
    """Show an address on a line of its own, so that it can be copied or piped whole."""
    terminal.say(f"Here the vendor of {shown.connection} calls, and whoever else knows it:")
    terminal.line(shown.url)
    if shown.secret is not None:
        terminal.say("Where it wants a secret of ours:")
        terminal.line(shown.secret)
    for step in shown.setup:
        terminal.say(f"- {step}")


def registered(terminal: Terminal, done: Registered) -> None:
    """Show what became of the subscriptions of a connection."""
    terminal.facts(
        (
            ("Connection", done.connection),
            ("Registered", ", ".join(done.registered) or None),
            ("Renewed", ", ".join(done.renewed) or None),
            ("Removed", ", ".join(done.removed) or None),
            ("As before", ", ".join(done.unchanged) or None),
        )
    )
    if not (done.registered or done.renewed or done.removed or done.unchanged):
        terminal.say("There is no subscription at the vendor.")
