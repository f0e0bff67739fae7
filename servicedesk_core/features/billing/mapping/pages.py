"""How customers that are made, and what was linked, look in a terminal, and what is said of them."""

from collections import Counter

from servicedesk_core.faces import Terminal
from servicedesk_core.features.billing.mapping.model import Added, AddedCustomer, Linked, LinkedAll
from servicedesk_core.features.writes import SendingDesk
from servicedesk_core.wording import counted


def linked_all(terminal: Terminal, found: LinkedAll) -> None:
    """Print what was linked, and where the rest is to be looked at."""
    terminal.rows(Linked, found.links, empty="Nothing more is certain.")
    if found.left:
        look = "`servicedesk billing map --state suggested` lists what somebody should look at"
        terminal.line(f"{look}: {counted(found.left, 'suggestion')}.")


def added(terminal: Terminal, found: Added) -> None:
    """Print the customers."""
    empty = "Every client is linked, or may be a customer that the accounting system has: see servicedesk billing map."
    terminal.rows(AddedCustomer, found.customers, empty=empty)


def added_warning(desk: SendingDesk, found: Added) -> str:
    """Return what is said before customers are made; nothing where none would be."""
    waiting = [one for one in found.writes if one.state == "proposed"]
    if not waiting or desk.outbox.asks_another:
        return ""
    return f"This makes {counted(len(waiting), 'customer')} in the accounting system."


def added_told(desk: SendingDesk, found: Added) -> str:
    """Return what became of customers, and what can be done next."""
    waiting = " ".join(str(one.id) for one in found.writes if one.state == "proposed")
    if waiting:
        who = "Another person approves" if desk.outbox.asks_another else "To make them"
        then = "servicedesk billing link-certain links them"
        return f"Nothing was made. {who}: servicedesk writes approve {waiting}; then {then}."
    states = Counter(row.state.value.replace("_", " ") for row in found.customers)
    return ", ".join(f"{count} {state}" for state, count in states.items()) + "." if states else ""
