"""What is wrong with paging: pages that nobody takes on, and messages that nobody can be given."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from servicedesk_core.faces import Condition, Watch
from servicedesk_core.features.paging import tables
from servicedesk_core.wording import counted

_PATIENCE: Final = timedelta(minutes=5)


def unanswered(watch: Watch) -> Iterator[Condition]:
    """Yield the pages that everybody was rung for in turns, and nobody has taken on."""
    for one in tables.unanswered(watch.tx):
        about = f"about {one.ticket} " if one.ticket else ""
        problem = f"Page {one.number} {about}was rung in three rounds, and nobody has taken it on."
        yield Condition(
            f"page:{one.number}", "unanswered", problem, f"Run: servicedesk paging acknowledge {one.number}"
        )


def undelivered(watch: Watch) -> Iterator[Condition]:
    """Yield to whom something could not be handed over for minutes."""
    for recipient, number, why in tables.undelivered(watch.tx, watch.now - _PATIENCE):
        problem = f"{counted(number, 'message')} to {recipient} cannot be handed over: {why}"
        yield Condition(f"staff:{recipient}", "undelivered", problem, "Run: servicedesk paging messages --waiting")
