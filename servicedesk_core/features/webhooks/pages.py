"""What is shown by hand."""

from servicedesk_core.faces import Terminal
from servicedesk_core.features.webhooks.model import Address


def address(terminal: Terminal, shown: Address) -> None:
    """Show an address on lines of its own, so that it can be copied whole."""
    terminal.say(f"The vendor of {shown.connection} calls, and nobody else should know:")
    terminal.say(shown.url)
    if shown.secret is not None:
        terminal.say("Where it wants a secret of ours:")
        terminal.say(shown.secret)
    for step in shown.setup:
        terminal.say(f"- {step}")
