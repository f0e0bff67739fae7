"""The order of a day's visits, in a terminal."""

from servicedesk_core.faces import Narrow, Terminal
from servicedesk_core.features.travel.deciding import Found
from servicedesk_core.features.travel.model import DayOrder, Ordered, Reordered


def order(terminal: Terminal, found: DayOrder) -> None:
    """Print the visits, and what their order saves."""
    terminal.rows(Ordered, found.items, title=f"{found.technician}, {found.day}", empty="Nothing is booked that day.")
    if found.items:
        terminal.say(found.told)


def plan(terminal: Terminal, found: Found) -> None:
    """Print what would be moved."""
    order(terminal, found.order)


def reordered(terminal: Terminal, done: Reordered) -> None:
    """Print what became of each move."""
    columns = ("Appointment", "Client", "Booked", "Then", "State", "Write", "Why")
    rows = [
        (one.appointment, one.client, one.starts_at, one.begins_at, one.state, one.write, one.why) for one in done.items
    ]
    narrow = Narrow(cut={"Client": 12}, wraps=frozenset({"Why"}), spare=("Booked",))
    terminal.table(columns, rows, empty="Nothing was to be moved.", narrow=narrow)
