"""How what was linked looks in a terminal."""

from servicedesk_core.faces import Terminal
from servicedesk_core.features.billing.mapping.model import Linked, LinkedAll
from servicedesk_core.wording import counted


def linked_all(terminal: Terminal, found: LinkedAll) -> None:
    """Print what was linked, and where the rest is to be looked at."""
    terminal.rows(Linked, found.links, empty="Nothing more is certain.")
    if found.left:
        look = "`servicedesk billing map --state suggested` lists what somebody should look at"
        terminal.line(f"{look}: {counted(found.left, 'suggestion')}.")
