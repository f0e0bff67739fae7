"""How a plan and its outcome look in a terminal."""

from servicedesk_core.faces import Terminal
from servicedesk_core.features.definitions.model import Applied, Difference, Plan
from servicedesk_core.wording import counted


def plan(terminal: Terminal, found: Plan) -> None:
    """Print what would change, and what to do next."""
    if not (found.added or found.changed or found.removed):
        terminal.line(f"Nothing would change: the files say what version {found.version} says.")
        _warnings(terminal, found)
        return
    terminal.rows(Difference, found.items)
    terminal.line(f"{_summed(found)}, as version {found.version + 1}.")
    _warnings(terminal, found)
    for obstacle in found.obstacles:
        terminal.line(f"Refused as it is: {obstacle}")
    if not found.obstacles:
        terminal.line("Have it hold: servicedesk definitions apply --reason WHY")


def _warnings(terminal: Terminal, found: Plan) -> None:
    for warning in found.warnings:
        terminal.line(f"Look at {warning}")


def applied(terminal: Terminal, done: Applied) -> None:
    """Print what holds now."""
    if done.added or done.changed or done.removed:
        terminal.line(f"Version {done.version} is applied: {_summed(done)}.")
    else:
        terminal.line(f"Nothing was to be changed: the files say what version {done.version} says.")
    if not done.is_noted:
        terminal.line(
            f"The folder could not be written, so it does not say that its files are from version {done.version}: "
            f"say --over {done.version} the next time."
        )


def _summed(found: Plan | Applied) -> str:
    counts = ((found.added, "added"), (found.changed, "changed"), (found.removed, "removed"))
    said = ", ".join(f"{number} {word}" for number, word in counts if number)
    return f"{counted(found.added + found.changed + found.removed, 'definition')} ({said})"
