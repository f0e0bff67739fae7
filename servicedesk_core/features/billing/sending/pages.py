"""How documents look in a terminal before they are sent, and what is said of them."""

from collections import Counter

from servicedesk_core.faces import Terminal
from servicedesk_core.features.billing.sending.model import Carried, DocumentRow
from servicedesk_core.features.writes import SendingDesk
from servicedesk_core.wording import counted


def carried(terminal: Terminal, found: Carried) -> None:
    """Print the documents, and who has to approve some."""
    terminal.rows(DocumentRow, found.documents, empty="There is nothing to send.")
    terminal.facts([("Stands for all", found.digest or None), ("Approval", found.needs_another or None)])


def carried_warning(desk: SendingDesk, found: Carried) -> str:
    """Return what is said before documents are sent; nothing where none would be."""
    waiting = [one for one in found.writes if one.state == "proposed"]
    if not waiting or desk.outbox.asks_another:
        return ""
    return f"This puts {counted(len(waiting), 'document')} into the accounting system."


def carried_told(desk: SendingDesk, found: Carried) -> str:
    """Return what became of documents, and what can be done next."""
    del desk
    waiting = " ".join(str(one.id) for one in found.writes if one.state == "proposed")
    if waiting:
        who = "Another person approves" if found.needs_another else "To send"
        return f"Not sent yet. {who}: servicedesk writes approve {waiting}"
    if not found.documents:
        return ""
    states = Counter(row.state.value.replace("_", " ") for row in found.documents)
    return ", ".join(f"{count} {state}" for state, count in states.items()) + "."
