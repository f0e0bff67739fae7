"""What an import shows."""

from servicedesk_core.faces import Terminal
from servicedesk_core.features.rota.model import Imported


def imported(terminal: Terminal, found: Imported) -> None:
    """Print what changes in a file, and what to do next."""
    for line in found.changes:
        terminal.line(line)
    if not found.changes:
        terminal.line("Nothing is new: the files say that already.")
    elif found.is_written:
        terminal.line(f"{found.file} is written. Nothing of it holds yet: servicedesk definitions plan")
    else:
        terminal.line(f"{found.file} would be so. To write it, say --write.")
