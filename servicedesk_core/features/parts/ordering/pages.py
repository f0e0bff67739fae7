"""How orders look in a terminal before they are sent, and what is said of them."""

from servicedesk_core.faces import Terminal
from servicedesk_core.features.parts.ordering.model import (
    ArrivedLine,
    OfferedLine,
    Ordered,
    Received,
    Reordered,
    ReorderRow,
)
from servicedesk_core.features.writes import SendingDesk, told, warning, write


def ordered(terminal: Terminal, found: Ordered) -> None:
    """Print what is ordered at which price, and the write that does it."""
    terminal.rows(OfferedLine, found.lines, empty="")
    total = None if found.total is None else f"{found.total:f} {found.currency}, without freight and tax"
    terminal.facts([("Our number", found.number), ("Total", total), ("Approval", found.needs_another)])
    write(terminal, found.write)


def received(terminal: Terminal, found: Received) -> None:
    """Print what came, and the write that books it, if the source keeps a stock."""
    terminal.rows(ArrivedLine, found.lines, empty="")
    if found.write is not None:
        write(terminal, found.write)


def reordered(terminal: Terminal, found: Reordered) -> None:
    """Print what the shelf lacks, and what was proposed for it."""
    terminal.rows(ReorderRow, found.lines, empty="Nothing is lacking that is not on order.")
    if found.writes:
        numbers = " ".join(map(str, found.writes))
        terminal.say(f"Proposed, and not ordered yet: servicedesk writes approve {numbers}")


def order_warning(desk: SendingDesk, found: Ordered) -> str:
    """Return what is said before an order is sent; nothing where none would be."""
    if not warning(desk, found.write) or found.needs_another:
        return ""
    return "This orders, and somebody will have to pay for it."


def order_told(desk: SendingDesk, found: Ordered) -> str:
    """Return what became of an order, and what can be done next."""
    if found.write.state == "proposed" and found.needs_another:
        return (
            f"Nothing was ordered. Another person must approve it: servicedesk writes approve {found.write.id}. "
            f"{found.needs_another}"
        )
    if found.write.state == "confirmed":
        return f"Ordered as {found.number}; the source's id is {found.write.ref}."
    return told(desk, found.write)


def receipt_warning(desk: SendingDesk, found: Received) -> str:
    """Return what is said before a receipt is sent; nothing where the source keeps no stock."""
    return "" if found.write is None else warning(desk, found.write)


def receipt_told(desk: SendingDesk, found: Received) -> str:
    """Return what became of a receipt."""
    if found.write is not None:
        return told(desk, found.write)
    return "Booked here only: the source of this order keeps no stock."
