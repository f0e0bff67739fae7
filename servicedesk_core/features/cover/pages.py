"""What somebody has who is out, in a terminal."""

from servicedesk_core.faces import Narrow, Terminal
from servicedesk_core.features.cover.deciding import Plan
from servicedesk_core.features.cover.model import Handed, HandedOver
from servicedesk_core.wording import counted

_NOTHING = "They have nothing that cannot wait until they are back."


def plan(terminal: Terminal, found: Plan) -> None:
    """Print what somebody has, with who takes it over."""
    terminal.rows(Handed, found.rows, title=f"Of {found.who.shown}", empty=_NOTHING)
    if found.waits:
        can = counted(found.waits, "more ticket can wait", "more tickets can wait")
        terminal.say(f"{can} until they are back.")


def handed_over(terminal: Terminal, done: HandedOver) -> None:
    """Print what became of each."""
    rows = [(row.what, row.ticket, row.title, row.taker, row.state, row.write, row.why) for row in done.items]
    columns = ("What", "Ticket", "Title", "Takes it", "State", "Write", "Why")
    narrow = Narrow(cut={"Title": 12, "Takes it": 12}, wraps=frozenset({"Why"}), spare=("Title",))
    terminal.table(columns, rows, empty=_NOTHING, narrow=narrow)
