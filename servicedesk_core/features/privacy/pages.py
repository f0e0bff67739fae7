"""How an erasure looks in a terminal."""

from servicedesk_core.faces import Terminal
from servicedesk_core.features.privacy.model import Erasure
from servicedesk_core.wording import counted


def erasure(terminal: Terminal, done: Erasure) -> None:
    """Print what was erased, and what is left to do."""
    if done.connections:
        terminal.line(f"Erased: {counted(done.rows, 'row')} in {', '.join(done.connections)}.")
    if not done.compacted:
        terminal.line("Old versions of rows may lie in the database until it reuses their room (VACUUM).")
    for copy in done.deleted:
        terminal.line(f"Deleted: {copy}")
    for copy in done.copies:
        terminal.line(f"May still hold them: {copy}")
    if done.deleted:
        terminal.say("  → A new backup: servicedesk store backup")
    if done.copies:
        terminal.say("  → Delete these files too: the same command with --delete-backups")
    terminal.say("  → What you wrote elsewhere (exports, pages, claim packs, backups) is yours to delete.")
