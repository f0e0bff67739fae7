"""How a verification looks in a terminal."""

from servicedesk_core.faces import Terminal
from servicedesk_core.store.audit import AuditVerdict
from servicedesk_core.wording import counted


def check(terminal: Terminal, found: AuditVerdict) -> None:
    """Print what a verification found, and what to do next."""
    for problem in found.problems:
        terminal.line(f"Record {problem.seq}: {problem.what}" if problem.seq else problem.what)
    holds = "The chain holds." if found.is_valid else "THE CHAIN DOES NOT HOLD."
    terminal.line(f"{holds} {counted(found.records, 'record')}; the newest is no. {found.head}.")
    if found.anchored_to:
        terminal.line(f"A checkpoint vouches for the records up to {found.anchored_to}.")
    if found.unanchored:
        bare = counted(found.unanchored, "record has no checkpoint", "records have no checkpoint")
        terminal.line(f"{bare} behind: made anew, or with more cut off, the chain would look the same.")
    elif not found.records:
        terminal.line("No checkpoint vouches for an empty chain: emptied, it would look the same.")
    if found.unanchored or not found.records:
        terminal.line("Take one now: servicedesk audit checkpoint --file FILE, best on another machine.")
