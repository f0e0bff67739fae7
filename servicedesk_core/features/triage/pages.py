"""How what stands beside a ticket looks in a terminal."""

from servicedesk_core.faces import Terminal
from servicedesk_core.features.triage.model import AlikeTicket, Beside, Unanswered


def beside(terminal: Terminal, found: Beside) -> None:
    """Print what is known beside a ticket."""
    terminal.facts([("Ticket", found.ticket), ("Title", found.title)])
    terminal.rows(Unanswered, found.questions, title="To be asked", empty="Nothing is to be asked.")
    terminal.rows(AlikeTicket, found.duplicates, title="Likely the same", empty="No other ticket is likely the same.")
    if found.outages:
        terminal.rows(AlikeTicket, found.outages, title="An outage? They came at once")
    terminal.rows(AlikeTicket, found.fixes, title="What helped before", empty="Nothing like it was resolved.")
