"""How plans are read: with since when they hold, what their words mean, and when their occurrences are."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from servicedesk_core.business_time import Calendar
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import Finding, Found
from servicedesk_core.features.definitions import CALENDARS, applied, in_force
from servicedesk_core.features.recurring.kinds import PLANS, RecurringPlan
from servicedesk_core.features.recurring.places import Places, Record
from servicedesk_core.features.recurring.when.rules import Occurrence, Timing, occurrences, since
from servicedesk_core.store import Tx, sources
from servicedesk_core.store.queries.scope import Scope

_EVER: Final = datetime.min.replace(tzinfo=UTC)
NO_ASSET: Final = "-"
"""The device of what is done once for a client."""


class Target(NamedTuple):
    """What a ticket of an occurrence is about.

    Attributes:
        asset: The device; ``None`` = the client as a whole.
    """

    asset: Record | None = None

    @property
    def key(self) -> str:
        """What it is known by."""
        return NO_ASSET if self.asset is None else self.asset.ref


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with what its words mean.

    Attributes:
        plan: The plan.
        version: The version of the definitions that last changed it.
        since: Since when it has its rhythm: what was due before is not its own.
        timing: When its occurrences are.
        connection: Where its tickets are made; ``None`` = its client is not known.
        client: Its client.
        agreement: Its agreement, if it names one.
        refs: What else its words mean, by field of the ticket.
        targets: What each occurrence has a ticket for.
        problems: Why nothing can be made of it.
    """

    plan: RecurringPlan
    version: int
    since: datetime
    timing: Timing
    connection: str | None = None
    client: Record | None = None
    agreement: Record | None = None
    refs: Mapping[str, str] = field(default_factory=dict)
    targets: tuple[Target, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def client_name(self) -> str:
        """What people call its client."""
        return self.plan.client if self.client is None else self.client.name

    def occurrences(self, first: date, last: date) -> Iterator[Occurrence]:
        """Yield its occurrences on some days, both ends included, that are its own."""
        return (one for one in occurrences(self.timing, first, last) if one.at >= self.since)

    def why_not(self, one: Occurrence, target: Target) -> str:
        """Return why an occurrence is not made for a target; empty = nothing is in the way."""
        if one.why:
            return one.why
        for each in (self.client, self.agreement, target.asset):
            if each is not None and (why := each.refuses(one.day)):
                return why
        return ""

    def is_seen(self, scope: Scope | None) -> bool:
        """Whether a scope lets its tickets through."""
        if scope is None:
            return True
        if self.client is None or self.connection != scope.connection:
            return False
        return lets_through(scope, self.client.ref, self.refs.get("queue_ref"))


def lets_through(scope: Scope, client: str | None, queue: str | None) -> bool:
    """Return whether a scope lets tickets of a client and queue of its connection through."""
    return (not scope.companies or client in scope.companies) and (not scope.queues or queue in scope.queues)


def plans(tx: Tx, zone: ZoneInfo, now: datetime, *, names: Iterable[str] = ()) -> list[Planned]:
    """Return the plans by their names.

    Args:
        tx: Any transaction.
        zone: The desk's.
        now: The present: calendars are those that hold then.
        names: Only these; nothing = all.

    Raises:
        DefinitionsError: What is stored does not fit this program.
    """
    wanted = set(names)
    history: dict[str, list[tuple[int, datetime, RecurringPlan | None]]] = {}
    for name, version, plan in applied(tx, PLANS):
        if not wanted or name in wanted:
            history.setdefault(name, []).append((version.version, version.at, plan))
    newest = [several[-1][2] for _, several in sorted(history.items())]
    held = [plan for plan in newest if plan is not None]
    calendars = {one.name: one for one in in_force(tx, CALENDARS, now)}
    places, connections = Places(tx, held), {one.id: one.name for one in sources.all(tx)}
    return [_planned(plan, history[plan.name], zone, calendars, places, connections) for plan in held]


def _planned(  # noqa: PLR0917  # what all plans share
    plan: RecurringPlan,
    history: Sequence[tuple[int, datetime, RecurringPlan | None]],
    zone: ZoneInfo,
    calendars: Mapping[str, Calendar],
    places: Places,
    connections: Mapping[int, str],
) -> Planned:
    timing = Timing(
        plan.rhythm,
        zone if plan.zone is None else ZoneInfo(plan.zone),
        plan.at,
        plan.due,
        plan.end,
        plan.lead_days,
        plan.days_after,
        plan.business_days,
        _working(calendars.get(plan.calendar or "")),
    )
    known = since([(at, None if one is None else one.when) for _, at, one in history])
    one = Planned(plan, history[-1][0], known, timing)
    clients = [each for each in places.clients(plan) if plan.connection in {None, connections[each.source_id]}]
    if len(clients) != 1:
        problem = f'There is no client "{plan.client}".' if not clients else _several(plan, clients, connections)
        return replace(one, problems=(problem,))
    (client,) = clients
    problems: list[str] = []
    refs: dict[str, str] = {}
    agreement: Record | None = None
    words = {
        "contract_ref": ("contracts", plan.agreement),
        "site_ref": ("sites", plan.site),
        "queue_ref": ("queues", plan.queue),
        "assignee_ref": ("technicians", plan.technician),
    }
    for name, (stream, word) in words.items():
        found = places.one(stream, word, client) if word is not None else None
        if isinstance(found, str):
            problems.append(found)
        elif found is not None:
            refs[name] = found.ref
            agreement = found if stream == "contracts" else agreement
    assets = [places.one("assets", word, client) for word in plan.assets]
    problems += [each for each in assets if isinstance(each, str)]
    devices = {each.ref: each for each in assets if isinstance(each, Record)}
    devices |= {each.ref: each for kind in plan.asset_kinds for each in places.of_kind(client, kind)}
    targets = tuple(map(Target, devices.values())) if plan.assets or plan.asset_kinds else (Target(),)
    if not targets and not problems:
        problems.append(f"{client.name} has no device in use of the kind {', '.join(plan.asset_kinds)}.")
    return replace(
        one, connection=connections[client.source_id], client=client, agreement=agreement, refs=refs, targets=targets,
        problems=tuple(problems),
    )  # fmt: skip


def _several(plan: RecurringPlan, clients: Sequence[Record], connections: Mapping[int, str]) -> str:
    named = ", ".join(f"{each.ref} at {connections[each.source_id]}" for each in clients[:5])
    return f'There are {len(clients)} clients called "{plan.client}": {named}. Name its id, or its connection.'


def _working(calendar: Calendar | None) -> Callable[[date], bool]:
    """Return what says whether a day has hours; where a calendar is not there, each day has."""
    if calendar is None:
        return lambda _day: True
    known: dict[date, bool] = {}

    def is_working(day: date) -> bool:
        if day not in known:
            known[day] = bool(calendar.hours_of(day))
        return known[day]

    return is_working


def look_over(tx: Tx, found: Found, _desk: ConfiguredDesk) -> Iterator[Finding]:
    """Yield the words of plans that mean nothing in the store."""
    held = [one for (kind, _), one in found.items() if kind == PLANS.name]
    places, connections = Places(tx, held), {one.id: one.name for one in sources.all(tx)}
    for plan in held if connections else ():
        one = _planned(plan, [(0, _EVER, plan)], ZoneInfo("UTC"), {}, places, connections)
        yield from (Finding(PLANS.name, plan.name, problem) for problem in one.problems)
