"""What is held of the open tickets, as whoever looks at a page or a list is told them."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from servicedesk_core.capabilities import Capability
from servicedesk_core.faces import Figure, Looking
from servicedesk_core.features.attention import NextActor, Placed, Reason, Staff, staff
from servicedesk_core.features.kpi import measured_up
from servicedesk_core.features.report.board.lent import Asked, sums_of
from servicedesk_core.features.report.board.sums import Sums
from servicedesk_core.features.report.morning.rules import last_working_day_ended
from servicedesk_core.features.report.morning.tables import calendar_of
from servicedesk_core.features.tickets import TicketChoice, mine


def seen(looking: Looking, people: Staff | None = None, back_to: datetime | None = None) -> Sums | None:
    """Return what is counted of the tickets that are meant; ``None`` = they are not held as whoever looks is told them.

    Args:
        looking: Who looks, and which tickets are meant.
        people: Who cannot act, as they are told; ``None`` = nobody has read it.
        back_to: When the last working day ended; ``None`` likewise.
    """
    desk, tx, scope = looking.desk, looking.tx, looking.scope
    internal, absences = desk.may(Capability.INTERNAL), desk.may(Capability.ABSENCES)
    if not internal or not (absences or scope is not None):
        return None
    zone = ZoneInfo(desk.timezone)
    at = looking.at.astimezone(zone)
    if people is None:
        people = staff(tx, at, zone, desk.roster, scope=scope, with_internal=internal, with_absences=absences)
    if back_to is None:
        calendar, _ = calendar_of(tx, desk.settings.morning.calendar, desk.timezone, at)
        back_to = last_working_day_ended(calendar, at)
    chosen = mine(desk, looking.chosen or TicketChoice())
    return sums_of(tx, Asked(at, back_to, zone, people, desk.roster, chosen, scope))


def placed(
    looking: Looking,
    reason: Reason | None,
    actor: NextActor | None,
    everything: bool,  # noqa: FBT001  # see HeldList
) -> Sequence[Placed] | None:
    """Return the tickets of the list of what somebody has to look at, see :class:`HeldList`."""
    sums = seen(looking)
    return None if sums is None else sums.listed(reason, actor, everything=everything)


def figures(looking: Looking) -> tuple[Figure, ...] | None:
    """Return the figures of a coordinator, see :class:`HeldFigures`."""
    sums = seen(looking)
    return None if sums is None else measured_up(looking.tx, sums.look.at, sums.added().measure, sums.went())
