"""What a technician takes next, in a terminal."""

from servicedesk_core.faces import Terminal
from servicedesk_core.features.next.model import Ahead, NextUp


def up(terminal: Terminal, found: NextUp) -> None:
    """Print what somebody takes next with its reason, and what comes behind it."""
    first = next((one for one in found.items if one.place == 1), None)
    if first is not None:
        terminal.line(f"{first.ticket} {first.title}", style="bold")
        about = (first.company, first.priority, f"due {terminal.plain(first.due_at)}" if first.due_at else None)
        terminal.line(f"  {' · '.join(filter(None, about))}")
    terminal.line(f"  {found.why}" if first is not None else found.why)
    for call in found.help:
        terminal.line(f"  Help wanted: {call.ticket} {call.text} (until {terminal.plain(call.until)}, {call.by})")
        terminal.line(f"    servicedesk helpers give {call.number}")
    behind = [one for one in found.items if one.place != 1]
    if behind:
        terminal.line()
        terminal.rows(Ahead, behind, title=f"Then, for {found.technician}")
