"""The morning page, put together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from servicedesk_core.config import DeskSettings
from servicedesk_core.config.people import Colleague
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Figure
from servicedesk_core.faces.kpi import number
from servicedesk_core.features.alerts import open_alerts
from servicedesk_core.features.attention import Booked, Found, booked, past_standings, staff, standings
from servicedesk_core.features.contact import ClientPromise, awaited_before
from servicedesk_core.features.kpi import Value, kept_up, measured_up, open_desk, went
from servicedesk_core.features.report.board.lent import Asked, sums_of
from servicedesk_core.features.report.morning.model import DueTimes, Morning, Trend
from servicedesk_core.features.report.morning.rules import last_working_day_ended, read_at, verdict
from servicedesk_core.features.report.morning.tables import Pass, appointments, calendar_of, flow, nights, once
from servicedesk_core.features.report.queries import build as desk_page
from servicedesk_core.features.shiftlog import written_since
from servicedesk_core.features.sla import ClockStatus
from servicedesk_core.features.tickets import TicketChoice, TicketFilter, conditions
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.completeness import StreamCompleteness, completeness
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.wording import counted

if TYPE_CHECKING:
    from servicedesk_core.features.report.board.sums import Sums

DAY: Final = timedelta(days=1)
"""How figures went is told over it."""

WEEKS: Final = 13

_LINES: Final = 20
"""Lines of the shift log that the page shows, the newest."""

NO_POLICY = "No SLA policy yet: due times are those of the vendor's agreement, and due dates."

OF_THE_PAST = (
    "Of the past nobody can say what the figures were, and tickets that the vendor has no more are left out. Our own "
    "promises and leave are those that were known then; due times and time off of the vendor are those of today."
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the page is to be about.

    Attributes:
        now: The present instant.
        as_of: An instant that is past; ``None`` = the present.
        connection: Only of this connection.
        scope: Only what it lets through.
        clocks: How the promises stand then; ``None`` = nobody said.
        people: The people of the desk: they say whom a name in the rota means.
        with_alerts: Whether whoever reads it may know what is wrong with the desk itself.
        with_internal: Whether they may know what only the staff may.
        with_absences: Whether they may know who is away.
        with_weeks: With 13 weeks of the figures, which takes longer the more tickets there were.
    """

    now: datetime
    as_of: datetime | None = None
    connection: str | None = None
    scope: Scope | None = None
    with_alerts: bool = True
    with_internal: bool = True
    with_absences: bool = True
    with_weeks: bool = False
    clocks: ClockStatus | None = None
    people: Mapping[str, Colleague] = field(default_factory=dict)


def build(tx: Tx, settings: DeskSettings, wanted: Wanted) -> Morning:
    """Return the morning page.

    Args:
        tx: Any transaction.
        settings: The desk.
        wanted: What the page is to be about.

    Raises:
        SettingsError: It is about an instant that is still to come.
        NotFoundLocallyError: There is no such connection.
    """
    connection, scope = wanted.connection, wanted.scope
    at, zone = wanted.as_of or wanted.now, ZoneInfo(settings.desk.timezone)
    is_past = wanted.as_of is not None
    if at > wanted.now:
        raise SettingsError("Nobody knows the desk at an instant that is still to come.", hint="Name one that is past.")
    calendar, called = calendar_of(tx, settings.morning.calendar, settings.desk.timezone, at)
    may = wanted.with_internal
    people = staff(
        tx, at, zone, wanted.people, scope=scope, with_internal=may, with_absences=wanted.with_absences,
        known_at=wanted.as_of,
    )  # fmt: skip
    known = completeness(tx, connection, scope=scope)
    caveats = [] if is_past else list(_about(wanted.clocks))
    since = last_working_day_ended(calendar, at)
    sums = None
    if not is_past and connection is None and may and (wanted.with_absences or scope is not None):
        sums = sums_of(tx, Asked(at.astimezone(zone), since, zone, people, wanted.people, TicketChoice(), scope))
    open_ones: list[Found] | None = None
    found: Iterable[Found] = ()
    if is_past:
        found, unknown = past_standings(tx, at, people, connection, scope=scope, with_internal=may)
        caveats += _of_the_past(tx, at, unknown, known)
    elif sums is None:
        where = conditions(tx, TicketFilter(connection=connection), scope)
        found = standings(tx, at, people, where, with_internal=may)
        if connection is None and may and wanted.with_absences:  # the figures look at the same tickets
            found = open_ones = list(found)
    passed = (
        Pass.over(found, people, at) if sums is None else sums.passed({one.id: one.name for one in sources.all(tx)})
    )
    tolerance = timedelta(minutes=settings.morning.max_age_minutes)
    said, is_calm = verdict(passed.reasons, at if is_past else read_at(known), at, tolerance)
    visits, absent = appointments(tx, _booked(tx, at, connection, scope), people, passed, at)
    figures, trends = ((), ()) if is_past else _kept_up(tx, at.astimezone(zone), wanted, open_ones, sums)
    caveats += _judged(passed.due_times, wanted.clocks)
    caveats += [NO_POLICY] if is_past and not passed.due_times.by_clock else []
    is_whole = wanted.with_alerts and not is_past and scope is None
    return Morning(
        desk=settings.desk.name,
        timezone=settings.desk.timezone,
        at=at,
        verdict=said,
        is_calm=is_calm,
        caveats=tuple(caveats),
        since=since,
        calendar=called,
        night=nights(tx, calendar, (since, at), connection, scope),
        absent=absent,
        black_hole=passed.black_hole.listed(tx),
        client_replied=passed.client_replied.listed(tx),
        attention=passed.attention.listed(tx),
        reasons={reason: passed.reasons[reason] for reason in sorted(passed.reasons, key=lambda one: one.rank)},
        alerts=tuple(alert.problem for alert in open_alerts(tx)) if is_whole else (),
        next_actors=dict(passed.actors.most_common()),
        clocks=wanted.clocks,
        due_times=passed.due_times,
        promises=() if is_past or not may else _promised(tx, at, connection, scope),
        shift_log=written_since(tx, since, at, scope, _LINES) if may else (),
        figures=figures,
        trends=trends,
        upcoming=once((*passed.dues(tx), *visits)),
        flow=flow(tx, at, passed.by_client if sums is None else None, connection, scope),
        completeness=known,
        page=None
        if is_past
        else desk_page(
            tx,
            desk=settings.desk.name,
            timezone=settings.desk.timezone,
            now=at,
            connection=connection,
            scope=scope,
            known=known,
        ),
    )


def _promised(tx: Tx, at: datetime, connection: str | None, scope: Scope | None) -> tuple[ClientPromise, ...]:
    found = awaited_before(tx, at, at + DAY, scope)
    return tuple(one for one in found if connection in {None, one.connection})


def _kept_up(
    tx: Tx, at: datetime, wanted: Wanted, known: Sequence[Found] | None, sums: "Sums | None"
) -> tuple[tuple[Figure, ...], tuple[Trend, ...]]:
    midnight = datetime.combine(at.date(), time(), at.tzinfo)
    monday = datetime.combine(at.date() - timedelta(days=at.weekday(), weeks=WEEKS - 1), time(), at.tzinfo)
    since = min(at - DAY, midnight, monday) if wanted.with_weeks else min(at - DAY, midnight)
    day, people = at.tzinfo or UTC, wanted.people
    if sums is not None and not wanted.with_weeks:
        past = sums.went()
        figures = measured_up(tx, at, sums.added().measure, past)
    else:
        opened = open_desk(tx, at, day, wanted.scope, known, people=people, is_named=False)
        past = went(tx, since, at, day, wanted.scope, people=people, current=opened.tickets)
        figures = kept_up(tx, opened, past)
    hours = [at - DAY + timedelta(hours=number) for number in range(1, 25)]
    ends = [min(monday + timedelta(weeks=number) - timedelta.resolution, at) for number in range(1, WEEKS + 1)]
    weeks = ends if wanted.with_weeks else []
    return figures, tuple(
        Trend(one.name, *(tuple(_number(past.value(one.name, end)) for end in each) for each in (hours, weeks)))
        for one in figures
    )


def _number(value: Value) -> float | None:
    return None if value is None else number(value)


def _judged(dues: DueTimes, clocks: ClockStatus | None) -> Iterator[str]:
    if dues.by_clock and dues.by_vendor and clocks is not None:
        yield (
            f"{counted(dues.by_clock, 'ticket is', 'tickets are')} judged by our own clocks, "
            f"{dues.by_vendor:,} by the vendor's due times: no policy of ours is applied to them."
        )


def _booked(tx: Tx, at: datetime, connection: str | None, scope: Scope | None) -> list[Booked]:
    source_id = None if connection is None else sources.id_of(tx, connection)
    return [one for one in booked(tx, at, scope=scope) if source_id in {None, one.source_id}]


def _about(clocks: ClockStatus | None) -> Iterator[str]:
    if clocks is None or not clocks.basis.has_policy:
        yield NO_POLICY
    elif clocks.basis.is_behind:
        yield "Not everything that happened is judged yet: servicedesk sla evaluate."


def _of_the_past(tx: Tx, at: datetime, unknown: int, known: tuple[StreamCompleteness, ...]) -> list[str]:
    caveats = [OF_THE_PAST]
    with_tickets = {stream.connection for stream in known if stream.stream == "tickets"}
    if unknown:
        caveats.append(f"{unknown:,} tickets ended since without a history: whether they were open is not known.")
    if late := [one.name for one in sources.all(tx) if one.name in with_tickets and one.created_at > at]:
        caveats.append(f"The desk did not know {', '.join(late)} yet: only the vendor's own history speaks of it.")
    return caveats
