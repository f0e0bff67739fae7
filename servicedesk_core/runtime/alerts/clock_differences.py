"""Clocks that do not agree: ours and a vendor's."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from servicedesk_core.clock import CLOCK_HINT, clock_problem
from servicedesk_core.store import state
from servicedesk_core.store.alerts import Condition
from servicedesk_core.store.sources import Source


def wrong_clocks(tx: Connection, known: Sequence[Source]) -> Iterator[Condition]:
    """Yield each connection whose vendor's clock differed from ours when they were last compared.

    Args:
        tx: A read transaction.
        known: The connections to look at.
    """
    ahead = state.of_all(tx, state.CLOCK_AHEAD)
    for source in known:
        if problem := clock_problem(source.name, ahead.get(source.id)):
            yield Condition(f"clock:{source.name}", "clock", problem, CLOCK_HINT)
