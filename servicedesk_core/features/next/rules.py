"""What a technician takes next, and why. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from servicedesk_core.features.kpi import OpenDesk, OpenTicket, in_order, is_ready
from servicedesk_core.wording import about

_NOTHING = "Nothing can be begun now: what is open waits for somebody, for a visit or for triage."
_FREE = "No ticket is open."


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What a technician can begin, in the order to take it.

    Attributes:
        mine: All open tickets that they have.
        ready: What they can begin: of theirs, and of what their teams take from one list.
        why: Why the first of it is the first, or why there is none.
    """

    mine: Sequence[OpenTicket]
    ready: Sequence[OpenTicket]
    why: str


def upcoming(opened: OpenDesk, who: tuple[str, str]) -> Upcoming:
    """Return what a technician can begin, the most urgent first: what is due first, then the priority, then the age.

    Args:
        opened: The open tickets that they have, and those that nobody has.
        who: The connection, and the vendor's id of the technician.
    """
    mine = [one for one in opened.tickets if one.who == who]
    teams = {one.holder for one in mine if one.queue is not None}
    own = {one.local_id for one in mine}
    ready = [one for one in opened.tickets if is_ready(one, opened) and (one.local_id in own or one.holder in teams)]
    ready.sort(key=lambda one: in_order(one, opened.now))
    return Upcoming(mine, ready, _why_first(ready[0], opened) if ready else _NOTHING if mine else _FREE)


def why(one: OpenTicket, opened: OpenDesk) -> str:
    """Return by what a ticket has its place, in a few words."""
    if one.until_at is not None:
        is_late = one.until_at < opened.now
        span = about(abs(one.until_at - opened.now).total_seconds())
        return f"{_due(one)} {'was due' if is_late else 'is due in'} {span}{' ago' if is_late else ''}"
    priority = one.standing.priority
    return f"no promise is open; {priority.value if priority is not None else 'no priority'}, by age"


def _why_first(one: OpenTicket, opened: OpenDesk) -> str:
    if one.until_at is not None:
        is_late = "was due" if one.until_at < opened.now else "is due"
        return f"Its {_due(one)} {is_late} before that of every other ticket that can be begun."
    if one.standing.priority is not None:
        return f"No promise is open on what can be begun; it has {one.standing.priority.value}, and waits the longest."
    return "No promise is open on what can be begun, and nothing has a priority; it waits the longest."


def _due(one: OpenTicket) -> str:
    return "completion at the vendor" if one.due_at is None or one.clock is None else one.clock.value
