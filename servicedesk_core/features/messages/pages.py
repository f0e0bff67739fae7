"""How a message looks in a terminal."""

from servicedesk_core.faces import Terminal
from servicedesk_core.features.messages.model import MessageDetail


def detail(terminal: Terminal, found: MessageDetail) -> None:
    """Print a message as its client reads it."""
    one = found.row
    terminal.facts(
        [
            ("Message", one.number),
            ("Tells", f"{one.trigger.value}, of {one.ticket}"),
            ("Client", one.client),
            ("State", one.state.value),
            ("Why", one.why),
            ("To", one.to),
            ("Subject", one.subject),
            ("Happened", one.happened_at),
            ("Sent", one.told_at),
            ("Template", one.template),
            ("Write", one.write),
        ]
    )
    for line in (found.text or "").splitlines():
        terminal.line(line)
