"""Who would take tickets, in a terminal."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import Narrow, Terminal
from servicedesk_core.features.assign.choosing import rated
from servicedesk_core.features.assign.model import Given, GivenAway, Rated
from servicedesk_core.features.assign.rules import requires

if TYPE_CHECKING:
    from servicedesk_core.features.assign.actions import Foreseen


def foreseen(terminal: Terminal, shown: "Foreseen") -> None:
    """Print who would take which ticket; of a single one everybody, with the parts of each score."""
    if len(shown.rows) == 1:
        row, choice = shown.rows[0], shown.decided.choices[0]
        terminal.line(f"{row.ticket} {row.title}", style="bold")
        terminal.line(f"  {requires(choice.asked.wanted.demand)}")
        everybody = rated(choice, shown.decided.bench, tells_absences=shown.decided.tells_absences)
        terminal.rows(Rated, everybody, empty="The desk knows no technician there.")
        if choice.problem:
            terminal.say(f"{choice.problem[0].upper()}{choice.problem[1:]}.")
        return
    if shown.rows:
        terminal.rows(Given, shown.rows)


def given_away(terminal: Terminal, done: GivenAway) -> None:
    """Print who was given which ticket, and what became of it."""
    rows = [(row.ticket, row.title, row.technician, row.state, row.write, row.why) for row in done.items]
    columns = ("Ticket", "Title", "Technician", "State", "Write", "Why")
    narrow = Narrow(cut={"Title": 12, "Technician": 12}, wraps=frozenset({"Why"}), spare=("Title",))
    terminal.table(columns, rows, empty="No such ticket is without a technician.", narrow=narrow)
