"""Who would take tickets, in a terminal."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import Terminal
from servicedesk_core.features.assign.choosing import rated
from servicedesk_core.features.assign.model import Given, Rated
from servicedesk_core.features.assign.rules import requires

if TYPE_CHECKING:
    from servicedesk_core.features.assign.actions import Foreseen


def foreseen(terminal: Terminal, shown: "Foreseen") -> None:
    """Print who would take which ticket; of a single one everybody, with the parts of each score."""
    if len(shown.rows) == 1:
        row, choice = shown.rows[0], shown.decided.choices[0]
        terminal.line(f"{row.ticket} {row.title}", style="bold")
        terminal.line(f"  {requires(choice.asked.wanted.demand)}")
        everybody = rated(choice, shown.decided.bench, tells_absences=shown.tells_absences)
        terminal.rows(Rated, everybody, empty="The desk knows no technician there.")
        if choice.problem:
            terminal.say(f"{choice.problem[0].upper()}{choice.problem[1:]}.")
        return
    if shown.rows:
        terminal.rows(Given, shown.rows)
