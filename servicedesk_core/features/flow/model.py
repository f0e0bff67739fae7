"""What is answered of the course of tickets."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Self

from servicedesk_core.faces import Column
from servicedesk_core.faces.measure import percentile


@dataclass(frozen=True, slots=True)
class Spread:
    """Hours of several tickets."""

    count: Annotated[int, Column("Of how many tickets.")]
    mean: Annotated[float | None, Column("Their mean; nothing = there is none.")] = None
    median: Annotated[float | None, Column("What half of them stay below.")] = None
    p90: Annotated[float | None, Column("What 90 % stay below.")] = None
    p95: Annotated[float | None, Column("What 95 % stay below.")] = None
    min: Annotated[float | None, Column("The least.")] = None
    max: Annotated[float | None, Column("The most.")] = None

    @classmethod
    def of(cls, hours: Iterable[float | None]) -> Self:
        """Return the spread of those that are known."""
        known = sorted(one for one in hours if one is not None)
        if not known:
            return cls(0)
        return cls(
            count=len(known),
            mean=sum(known) / len(known),
            median=percentile(known, 0.5),
            p90=percentile(known, 0.9),
            p95=percentile(known, 0.95),
            min=known[0],
            max=known[-1],
        )


@dataclass(frozen=True, slots=True)
class Flow:
    """How tickets went. Hours are elapsed time since a ticket's first step."""

    tickets: Annotated[int, Column("Tickets with steps.")]
    events: Annotated[int, Column("Their steps.")]
    steps: Annotated[int, Column("Different steps.", "Kinds of steps")]
    people: Annotated[int, Column("Who did them.")]
    teams: Annotated[int, Column("Teams that had them.")]
    repetitions: Annotated[int, Column("Steps that repeat another one of the same ticket exactly.")]
    take: Annotated[Spread, Column("Hours until somebody took it.")]
    first_resolve: Annotated[Spread, Column("Hours until it was first resolved.")]
    resolve: Annotated[Spread, Column("Hours until it was last resolved.")]
    cycle: Annotated[Spread, Column("Hours to its last step.")]
    unresolved: Annotated[int, Column("Tickets that were never resolved.")]
    reopened: Annotated[int, Column("Tickets that were opened again.")]
    reopen_rate: Annotated[float | None, Column("Of all; nothing = there are none.")]
    waiting: Annotated[int, Column("Tickets that waited.")]
    wait_h: Annotated[float, Column("Hours that they waited.")]
    team_hand_overs: Annotated[int, Column("How often a ticket went to another team.")]
    handed_between_teams: Annotated[int, Column("Tickets that did.")]
    person_hand_overs: Annotated[int, Column("How often somebody else did the next step.")]
    handed_between_people: Annotated[int, Column("Tickets of which that is true.")]
    ping_pong: Annotated[int, Column("Tickets that a team had again after another one.")]


@dataclass(frozen=True, slots=True)
class FlowGroup:
    """How the tickets of one client, team, level or person went."""

    group: Annotated[str | None, Column("Whose they are; nothing = nobody's.", "Of")]
    tickets: Annotated[int, Column("How many.")]
    resolved: Annotated[int, Column("Those that were resolved.", spare=4)]
    resolve_mean_h: Annotated[float | None, Column("Mean hours until the last resolution.", "Resolve, mean")]
    resolve_median_h: Annotated[float | None, Column("Half stay below.", "Median")]
    resolve_p90_h: Annotated[float | None, Column("90 % stay below.", "p90")]
    cycle_mean_h: Annotated[float | None, Column("Mean hours to the last step.", "Cycle, mean", spare=3)]
    cycle_median_h: Annotated[float | None, Column("Half stay below.", "Median", spare=2)]
    wait_h: Annotated[float, Column("Hours waited.", "Waited", spare=1)]
    reopened: Annotated[int, Column("Those that were opened again.")]
    team_hand_overs: Annotated[int, Column("How often they went to another team.", "Hand-overs", shown=False)]


@dataclass(frozen=True, slots=True)
class FlowStep:
    """A step, a person, a team or a month in the log."""

    name: Annotated[str | None, Column("What it is; nothing = the log does not say.")]
    events: Annotated[int, Column("Steps.")]
    tickets: Annotated[int, Column("Tickets with one.")]
    first: Annotated[int, Column("First steps of a ticket.")]
    last: Annotated[int, Column("Last steps of a ticket.")]
    dwell_h: Annotated[float, Column("Hours until the next step, all together.", "Hours until the next")]
