"""What somebody should look at of standing approvals: limits that were reached, and those that end soon."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from servicedesk_core.faces import Condition, Watch
from servicedesk_core.features.standing import tables
from servicedesk_core.features.standing.rules import Granted
from servicedesk_core.outbox.standing import HOUR
from servicedesk_core.store.outbox import automatic

WARNED: Final = timedelta(days=7)
"""So long before a standing approval ends somebody is told."""


def conditions(watch: Watch) -> Iterator[Condition]:
    """Yield the limits that were reached, and the standing approvals that end within seven days."""
    for one in tables.granted(watch.tx):
        name, ends = one.approval.name, one.approval.expires_at
        if reached := [*_reached(watch, one)]:
            problem = f"The standing approval {name} reached its limit of {' and '.join(reached)}; the rest waits."
            hint = f"servicedesk standing show {name} lists what it did; grant it anew for more."
            yield Condition(f"standing:{name}/limit", "limit", problem, hint)
        if watch.now <= ends <= watch.now + WARNED:
            problem = f"The standing approval {name} ends at {ends:%Y-%m-%d %H:%M} UTC; {one.approval.act} then stops."
            yield Condition(
                f"standing:{name}/expiry", "expiry", problem, f"servicedesk standing grant {one.approval.act}"
            )


def _reached(watch: Watch, one: Granted) -> Iterator[str]:
    tx, now, said = watch.tx, watch.now, one.approval
    names = ("an hour", "a day")
    for name, (span, most) in zip(names, one.ruling.windows, strict=True):
        if automatic.approved_since(tx, said.name, now - span) >= most:
            yield f"{most:,} in {name}"
    if automatic.largest_run(tx, said.name, now - HOUR) >= said.per_run:
        yield f"{said.per_run:,} in a run"
