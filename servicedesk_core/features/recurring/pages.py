"""Occurrences in a terminal, before and after their tickets are made."""

from collections.abc import Sequence
from typing import Final

from servicedesk_core.faces import Narrow, Terminal
from servicedesk_core.features.recurring.model import Generated, Ripe

_NARROW: Final = Narrow(cut={"Client": 14, "Title": 24}, wraps=frozenset({"Why"}), spare=("Client",))


def ripe(terminal: Terminal, rows: Sequence[Ripe]) -> None:
    """Print the tickets that are to be made."""
    shown = [(one.day, one.plan, one.client, one.title, one.steps or None) for one in rows]
    columns = ("Day", "Plan", "Client", "Title", "Steps")
    terminal.table(columns, shown, empty="Nothing is to be made now.", narrow=_NARROW)


def generated(terminal: Terminal, done: Generated) -> None:
    """Print what became of each occurrence."""
    shown = [(one.day, one.plan, one.title, one.write, one.state or "left", one.why or None) for one in done]
    columns = ("Day", "Plan", "Title", "Write", "State", "Why")
    terminal.table(columns, shown, empty="Nothing was made.", narrow=_NARROW)
