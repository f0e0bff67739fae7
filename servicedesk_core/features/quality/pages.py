"""Reviews and imports in a terminal."""

from servicedesk_core.faces import Terminal
from servicedesk_core.features.quality.model import Checked, Review, ReviewDetail, Sample, Taken, Written
from servicedesk_core.wording import counted


def drawn(terminal: Terminal, found: Sample) -> None:
    """Print what was drawn."""
    terminal.rows(Review, found.drawn, empty="Nothing is to be drawn that was not drawn before.")
    before = f", {found.before:,} drawn before" if found.before else ""
    kept = "drawn" if found.is_kept else "would be drawn"
    terminal.line(f"{len(found.drawn):,} of {counted(found.resolved, 'resolved ticket')} {kept}{before}.")
    for reason, count in found.left_out.items():
        terminal.line(f"Not drawn: {counted(count, 'ticket')} {reason}.")


def detail(terminal: Terminal, found: ReviewDetail) -> None:
    """Print a review with its checklist."""
    one = found.review
    terminal.line(f"Review {one.id}, ticket {one.ticket}: {one.state.value}", style="bold")
    terminal.facts(
        (
            ("About", one.title),
            ("Client", one.client),
            ("Technician", one.technician),
            ("Drawn by", one.rule),
            ("Reviewer", one.reviewer),
            ("Reviewed by", one.reviewed_by),
            ("Note", one.note),
        )
    )
    terminal.rows(Checked, found.items, title=one.checklist)


def taken(terminal: Terminal, found: Taken) -> None:
    """Print what an import of answers did."""
    terminal.facts((name, column) for name, column in found.columns.items())
    if found.unused:
        terminal.line(f"Not used: {', '.join(found.unused)}.")
    verb = "taken in" if found.is_kept else "to be taken in" if found.new else "taken in"
    known = f", {found.known:,} there already" if found.known else ""
    terminal.line(f"{counted(found.new, 'answer')} of {counted(found.rows, 'row')} {verb}{known}.")
    if found.impossible:
        terminal.line(f"{counted(found.impossible, 'score')} beyond the scale: not counted.")
    if found.repeated:
        terminal.line(
            f"{counted(found.repeated, 'further answer')} of one contact about one ticket: the last one counts."
        )
    if found.without_ticket:
        terminal.line(f"{found.without_ticket:,} about tickets that the store does not have.")
    for bad in found.bad:
        terminal.line(f"Line {bad.line}: {bad.reason}")
    if found.left_out > len(found.bad):
        terminal.line(f"and {found.left_out - len(found.bad):,} more left out.")


def written(terminal: Terminal, found: Written) -> None:
    """Print where a template is, and what to do with it."""
    terminal.line(f"Written to {found.file}.")
    terminal.line(found.next)
