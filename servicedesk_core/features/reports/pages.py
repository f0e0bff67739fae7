"""A report that was sent, in a terminal and as the page that it was."""

from servicedesk_core.faces import Terminal
from servicedesk_core.features.reports.model import KeptReport


def show(terminal: Terminal, kept: KeptReport) -> None:
    """Print what the mail said, and what became of it."""
    about = kept.about
    terminal.say(f"Report {about.id}, {about.state.value.replace('_', ' ')}; the page is written by --html FILE.")
    terminal.line(kept.text)


def html(kept: KeptReport) -> str:
    """Return the page as it was made."""
    return kept.page
