"""The open tickets of the store, as the figures of a coordinator look at them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Final

from servicedesk_core.business_time import Calendar
from servicedesk_core.config.people import Colleague
from servicedesk_core.faces import Period
from servicedesk_core.features.attention import NOBODY, Booked, Found, booked, staff, standings
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.kpi.goals import GOALS
from servicedesk_core.features.kpi.now.coordinator import HORIZON, OpenDesk, OpenTicket
from servicedesk_core.features.kpi.now.taken import Session, is_taken, of_visits, sessions
from servicedesk_core.features.kpi.tables.dimensions import About, Dimensions
from servicedesk_core.features.kpi.tables.lookup import Lookup
from servicedesk_core.features.sla import CALENDARS, POLICIES
from servicedesk_core.features.tickets import TicketChoice, TicketFilter, conditions
from servicedesk_core.store import Tx, bulk
from servicedesk_core.store.queries.scope import Scope

USUAL_HOURS: Final = {"mon-fri": "08:00-18:00"}
"""Hours of a desk that has no calendar."""

_PLAIN: Final = (
    "SELECT local_id, number, estimated_s, site_ref, kind, source, issue, sub_issue, contract_ref FROM tickets "
    "WHERE local_id IN {values}"
)


def open_desk(
    tx: Tx,
    at: datetime,
    zone: tzinfo,
    scope: Scope | None = None,
    known: Sequence[Found] | None = None,
    *,
    among: TicketChoice | None = None,
    people: Mapping[str, Colleague] = NOBODY,
    visits: Sequence[Booked] | None = None,
    is_named: bool = True,
) -> OpenDesk:
    """Return the open tickets.

    Args:
        tx: A transaction.
        at: The present instant.
        zone: Where its day begins; who is off is known by the day.
        scope: Only what it lets through.
        known: How all of them stand, where that was read already.
        among: Only these tickets.
        people: The people of the desk: they say whom a name in the rota means.
        visits: The appointments for them that are not over, where those were read already.
        is_named: Whether what they belong to is told, by dimension.
    """
    found = known
    if found is None:
        where = conditions(tx, TicketFilter.of(among), scope, at=at)
        found = list(standings(tx, at, staff(tx, at, zone, people, scope=scope), where))
    lookup = Lookup(tx, Period(at.astimezone(zone), at), scope, people)
    dimensions, pulled = Dimensions(lookup), pulls(tx, at)
    refs: dict[int, list[str]] = defaultdict(list)
    for one in found:
        refs[one.state.source_id].append(one.state.external_id)
    plain = {row[0]: row[1:] for row in bulk.select_in(tx, _PLAIN, None, [one.state.local_id for one in found])}
    worked, work = _worked(tx, refs), _going_on(tx, refs, at, booked(tx, at) if visits is None else visits)
    tickets = []
    for one in found:
        state = one.state
        number, estimated, *more = plain[state.local_id]
        about = About(state.company_ref, more[0], state.queue_ref, more[1], state.priority, *more[2:])
        promised = one.standing.promised
        tickets.append(
            OpenTicket(
                record=number or state.external_id,
                standing=one.standing,
                technician=state.assignee_ref,
                clock=None if promised is None else promised.clock,
                due_at=None if promised is None else promised.due_at,
                estimated_s=estimated,
                worked_s=worked.get((state.source_id, state.external_id)),
                of=dimensions.of_ticket(state.source_id, state.external_id, state.assignee_ref, about)
                if is_named
                else {},
                connection=lookup.connections[state.source_id],
                is_taken=is_taken(work.get((state.source_id, state.external_id), ()), state.assignee_ref, at),
                queue=state.queue_ref if pulled else None,
                ref=state.external_id,
                local_id=state.local_id,
            )
        )
    return OpenDesk(at, _soon(tx, at), tickets)


def pulls(tx: Tx, at: datetime) -> bool:
    """Whether teams take their tickets from one list at an instant."""
    return any(one.pull for one in in_force(tx, GOALS, at))


def _going_on(
    tx: Tx, refs: Mapping[int, list[str]], at: datetime, visits: Iterable[Booked]
) -> Mapping[tuple[int, str], Sequence[Session]]:
    found: dict[tuple[int, str], list[Session]] = defaultdict(list)
    for source, wanted in refs.items():
        for ref, several in sessions(tx, source, wanted, at, at).items():
            found[source, ref] += several
    for source, ref, one in of_visits(visits):
        found[source, ref].append(one)
    return found


def _worked(tx: Tx, refs: dict[int, list[str]]) -> dict[tuple[int, str], int]:
    query = (
        "SELECT ticket_ref, SUM(worked_s) FROM time_entries "
        "WHERE source_id = {source} AND ticket_ref IN {values} AND gone_at IS NULL GROUP BY ticket_ref"
    )
    return {
        (source, ref): int(seconds)
        for source, wanted in refs.items()
        for ref, seconds in bulk.select_in(tx, query, source, wanted)
        if seconds is not None
    }


def working_hours(tx: Tx, at: datetime) -> Calendar | None:
    """Return the calendar of the desk: that of its policies, else the only one; ``None`` = nobody defined one."""
    calendars = in_force(tx, CALENDARS, at)
    named = next((one.calendar for one in in_force(tx, POLICIES, at)), None)
    found = [one for one in calendars if named in {None, one.name}]
    return found[0] if len(found) == 1 else None


def _soon(tx: Tx, at: datetime) -> datetime:
    """Return until when something is coming up: in the hours of the desk's calendar, where it has one."""
    calendar = working_hours(tx, at)
    return at + HORIZON if calendar is None else calendar.add(at, HORIZON)
