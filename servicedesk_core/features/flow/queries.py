"""How tickets went: all together, divided, and step by step."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.errors import NotPermittedError, SettingsError
from servicedesk_core.faces import (
    After,
    Capability,
    Help,
    Limit,
    Manner,
    Namespace,
    Page,
    PeopleSight,
    Sort,
    piece,
    query,
)
from servicedesk_core.features.flow.measuring import Course, Meaning, Passage, Step, dwell, passage
from servicedesk_core.features.flow.model import Flow, FlowGroup, FlowStep, Spread
from servicedesk_core.features.flow.tables import DIMENSIONS, courses
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope

OF_PEOPLE: Final = frozenset({"technician", "resolver", "person", "assignee_ref"})
"""What tells how single people worked."""

_EMPTY = "No ticket has steps: sync its history, or a file of events."


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which tickets, and what their steps mean."""

    connection: Annotated[str | None, Help("Only of this connection.")] = None
    since: Annotated[datetime | None, Help("Created at or after.")] = None
    before: Annotated[datetime | None, Help("Created before.")] = None
    take: Annotated[
        tuple[str, ...], Help("Steps, by the source's word or a status category, by which somebody takes a ticket.")
    ] = ()
    resolve: Annotated[
        tuple[str, ...],
        Help('Steps that resolve it; without them those of the category "resolved", else those that end a ticket.'),
    ] = ()
    wait: Annotated[tuple[str, ...], Help("Steps with which it waits until the next one.")] = ()
    reopen_within: Annotated[
        timedelta | None, Help("Count a ticket as reopened only so long after it was resolved; without it, ever.")
    ] = None

    def read(self, tx: Tx, scope: Scope | None, *, with_internal: bool) -> tuple[Iterator[Course], Meaning]:
        """Return the tickets, of which one at a time is held, and what their steps mean.

        Raises:
            NotFoundLocallyError: There is no such connection.
            SettingsError: No ticket has a step that was named.
        """
        again = partial(
            courses,
            tx,
            connection=self.connection,
            since=self.since,
            before=self.before,
            with_internal=with_internal,
            scope=scope,
        )
        if named := (*self.take, *self.resolve, *self.wait):
            _check(named, again())
        meaning = Meaning.of(
            again(), take=self.take, resolve=self.resolve, wait=self.wait, reopen_within=self.reopen_within
        )
        return again(), meaning


class FlowQueries(Namespace[Manner]):
    """How tickets went from step to step."""

    @query("flow.show", about="How tickets went.", page="servicedesk_core.features.flow.pages:flow")
    def show(self, tx: Tx, chosen: Chosen = Chosen(), *, scope: Scope | None = None) -> Flow:
        """Show how tickets went: time to take, to resolve and to the end, waits, hand-overs, and what came back.

        Raises:
            NotFoundLocallyError: There is no such connection.
            SettingsError: No ticket has a step that was named.
        """
        found, meaning = chosen.read(tx, scope, with_internal=self.desk.may(Capability.INTERNAL))
        passed: list[Passage] = []
        steps, people, teams = (Counter[str | None]() for _ in range(3))
        for one in found:
            passed.append(passage(one, meaning))
            steps.update(step.word for step in one.steps)
            people.update(step.person for step in one.steps)
            teams.update(step.team for step in one.steps)
        return Flow(
            tickets=len(passed),
            events=steps.total(),
            steps=len(steps),
            people=len(people.keys() - {None}),
            teams=len(teams.keys() - {None}),
            repetitions=sum(one.repetitions for one in passed),
            take=Spread.of(one.take_h for one in passed),
            first_resolve=Spread.of(one.first_resolve_h for one in passed),
            resolve=Spread.of(one.resolve_h for one in passed),
            cycle=Spread.of(one.cycle_h for one in passed),
            unresolved=sum(one.resolve_h is None for one in passed),
            reopened=sum(one.is_reopened for one in passed),
            reopen_rate=sum(one.is_reopened for one in passed) / len(passed) if passed else None,
            waiting=sum(one.waits > 0 for one in passed),
            wait_h=sum(one.wait_h for one in passed),
            team_hand_overs=sum(one.team_hand_overs for one in passed),
            handed_between_teams=sum(one.team_hand_overs > 0 for one in passed),
            person_hand_overs=sum(one.person_hand_overs for one in passed),
            handed_between_people=sum(one.person_hand_overs > 0 for one in passed),
            ping_pong=sum(one.is_ping_pong for one in passed),
        )

    @query("flow.groups", about="How tickets went, by what they belong to.", empty=_EMPTY)
    def groups(
        self,
        tx: Tx,
        by: Annotated[str, Help("client, team, technician, resolver, priority, level or a field of the vendor.")],
        chosen: Chosen = Chosen(),
        *,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[FlowGroup]:
        """List how the tickets of each client, team, level, resolver or of any field's values went.

        Raises:
            NotFoundLocallyError: There is no such connection.
            SettingsError: Tickets do not have what they should be divided by, or no step that was named.
            NotPermittedError: It would tell of single people, and whoever asks sees those of nobody.
        """
        self._ensure_told(by, scope)
        found, meaning = chosen.read(tx, scope, with_internal=self.desk.may(Capability.INTERNAL))
        known = dict.fromkeys(DIMENSIONS)
        groups: dict[str | None, list[Passage]] = defaultdict(list)
        for one in found:
            known |= dict.fromkeys(one.of)
            passed = passage(one, meaning)
            groups[passed.resolver if by == "resolver" else one.of.get(by)].append(passed)
        if by not in known:
            raise SettingsError(
                f'Tickets have no "{by}".{did_you_mean(by, known)}', hint=f"There are: {', '.join(known)}."
            )
        rows = tuple(_group(name, several) for name, several in groups.items())
        return piece(Page(rows), FlowGroup, by="-tickets,group", sort=sort, after=after, limit=limit)

    @query("flow.steps", about="The steps of tickets.", empty=_EMPTY)
    def steps(
        self,
        tx: Tx,
        chosen: Chosen = Chosen(),
        *,
        of: Annotated[str, Help("step, person, team, month, or a field that steps state.", metavar="WHAT")] = "step",
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[FlowStep]:
        """List the steps of tickets, or who did them, with how often they were and how long it was until the next.

        Raises:
            NotFoundLocallyError: There is no such connection.
            SettingsError: Steps do not state what is asked for.
            NotPermittedError: It would tell of single people, and whoever asks sees those of nobody.
        """
        self._ensure_told(of, scope)
        found, _ = chosen.read(tx, scope, with_internal=self.desk.may(Capability.INTERNAL))
        plain = self._plain()
        known = dict.fromkeys(plain)

        def named(step: Step) -> str | None:
            return plain[of](step) if of in plain else step.state.get(of)

        events, tickets, first, last = (Counter[str | None]() for _ in range(4))
        hours: dict[str | None, float] = defaultdict(float)
        for one in found:
            known |= dict.fromkeys(one.steps[-1].state)
            tickets.update({named(step) for step in one.steps})
            first[named(one.steps[0])] += 1
            last[named(one.steps[-1])] += 1
            for step, until in dwell(one):
                events[named(step)] += 1
                hours[named(step)] += until or 0
        if of not in known:
            raise SettingsError(
                f'Steps have no "{of}".{did_you_mean(of, known)}', hint=f"There are: {', '.join(known)}."
            )
        rows = tuple(
            FlowStep(name, events[name], tickets[name], first[name], last[name], hours[name]) for name in events
        )
        return piece(
            Page(rows), FlowStep, by="name" if of == "month" else "-events,name", sort=sort, after=after, limit=limit
        )

    def _ensure_told(self, by: str, scope: Scope | None) -> None:
        if by in OF_PEOPLE and not PeopleSight.of(self.desk, scope).everybody:
            raise NotPermittedError(
                f'How single people worked is told to those with the right "{Capability.SCORECARDS}".',
                hint="Ask by team or by client.",
            )

    def _plain(self) -> dict[str, Callable[[Step], str | None]]:
        zone = ZoneInfo(self.desk.timezone)
        return {
            "step": lambda one: one.word,
            "person": lambda one: one.person,
            "team": lambda one: one.team,
            "month": lambda one: one.at.astimezone(zone).strftime("%Y-%m"),
        }


def _check(named: Sequence[str], found: Iterable[Course]) -> None:
    """Make sure that some ticket has each step that was named, where there are tickets at all."""
    known: set[str] = set()
    for one in found:
        known.update(step.word for step in one.steps)
        known.update(step.category.value for step in one.steps if step.category is not None)
    folded = {one.casefold() for one in known}
    for word in named:
        if known and word.casefold() not in folded:
            message = f'No ticket has a step "{word}".{did_you_mean(word, sorted(known))}'
            raise SettingsError(message, hint='"servicedesk flow steps" lists them.')


def _group(name: str | None, passed: Sequence[Passage]) -> FlowGroup:
    resolve, cycle = Spread.of(one.resolve_h for one in passed), Spread.of(one.cycle_h for one in passed)
    return FlowGroup(
        group=name,
        tickets=len(passed),
        resolved=resolve.count,
        resolve_mean_h=resolve.mean,
        resolve_median_h=resolve.median,
        resolve_p90_h=resolve.p90,
        cycle_mean_h=cycle.mean,
        cycle_median_h=cycle.median,
        wait_h=sum(one.wait_h for one in passed),
        reopened=sum(one.is_reopened for one in passed),
        team_hand_overs=sum(one.team_hand_overs for one in passed),
    )
