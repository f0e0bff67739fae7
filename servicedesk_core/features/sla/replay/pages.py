"""How a replay looks in a terminal."""

from typing import Final

from servicedesk_core.faces import Terminal
from servicedesk_core.features.sla.replay.model import Dimension, OtherVerdict, Reached, Replay, Replayed
from servicedesk_core.wording import counted

_TITLES: Final = {
    Dimension.PRIORITY: "By priority",
    Dimension.CLIENT: "By client",
    Dimension.TYPE: "By type",
}


def replay(terminal: Terminal, found: Replay) -> None:
    """Print what a draft would have come to."""
    terminal.line(
        f"{counted(found.tickets, 'ticket')}, from {terminal.plain(found.since)} to {terminal.plain(found.until)}. "
        "Nothing was applied."
    )
    has_policy = found.basis.has_policy
    if not has_policy:
        terminal.line("There is no SLA policy yet, so there is nothing to compare the draft with.")
    elif found.basis.is_behind:
        terminal.say("Not everything is judged yet by what was promised: servicedesk sla evaluate")
    whole = [one for one in found.attained if one.by is Dimension.ALL]
    terminal.rows(Replayed, whole, empty="No promise was decided in that time.")
    for by, title in _TITLES.items():
        if rows := [one for one in found.attained if one.by is by]:
            terminal.line()
            terminal.rows(Replayed, rows, title=title)
    if found.reached:
        terminal.line()
        terminal.rows(Reached, found.reached, title="What the draft promises, and what history would have kept")
    if has_policy:
        terminal.line()
        terminal.rows(OtherVerdict, found.items, title="Other verdicts", empty="No verdict changes.")
        if found.changes:
            terminal.line(f"Verdicts that change: {'; '.join(f'{one.count:,} {one.reason}' for one in found.changes)}.")
    if found.excluded:
        told = "; ".join(f"{one.count:,} {one.reason}" for one in found.excluded)
        terminal.line(f"Tickets that do not count, or were not judged wholly: {told}.")
