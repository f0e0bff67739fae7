"""How clocks look in a terminal."""

from collections.abc import Iterable
from typing import Final

from servicedesk_core.faces import Terminal
from servicedesk_core.features.sla.model import Basis, ClockCounts, ClockStatus, Excluded
from servicedesk_core.wording import counted

NO_POLICY: Final = (
    "There is no SLA policy yet. Write one into service/sla.toml, and the hours of your office into "
    "service/calendars.toml; servicedesk docs definitions says how. Then: servicedesk definitions apply --reason WHY"
)


def status(terminal: Terminal, found: ClockStatus) -> None:
    """Print how the clocks of open tickets stand."""
    if not rests(terminal, found.basis):
        return
    terminal.rows(ClockCounts, found.clocks)
    terminal.line(f"{counted(found.tickets, 'open ticket')} judged{_without(found.excluded)}")


def rests(terminal: Terminal, basis: Basis) -> bool:
    """Print what figures rest on, where that is not as it should be; return whether there are any."""
    if not basis.has_policy:
        terminal.line(NO_POLICY)
        return False
    if basis.is_behind:
        since = f", last at {terminal.plain(basis.judged_at)}" if basis.judged_at is not None else ""
        terminal.say(f"Not everything is judged yet{since}: servicedesk sla evaluate")
    return True


def _without(excluded: Iterable[Excluded]) -> str:
    told = "; ".join(f"{one.count:,} {one.reason}" for one in excluded)
    return f", not judged or not wholly: {told}." if told else "."
