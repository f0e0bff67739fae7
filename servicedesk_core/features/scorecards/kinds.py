"""What is on a scorecard, and how much it counts: ``[scorecards]``."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Annotated, Any, Final, Self

from pydantic import Field, model_validator

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.domain import Model
from servicedesk_core.domain.base import Instant
from servicedesk_core.faces import DefinitionKind, Feature, Goal
from servicedesk_core.wording import folded

Share = Annotated[int, Field(ge=0, le=100)]
_Weight = Annotated[int, Field(ge=0)]
_Word = Annotated[str, Field(min_length=1)]


class Group(Model):
    """Technicians who are judged otherwise than all others."""

    teams: tuple[_Word, ...] = Field(default=(), description="Teams or departments, as the vendor calls them.")
    regions: tuple[_Word, ...] = Field(default=(), description="Locations or countries, as the vendor calls them.")
    weights: Mapping[str, _Weight] | None = Field(
        default=None, description="In place of the weights of all others; nothing = the same."
    )
    goals: Mapping[str, str] = Field(
        default={},
        description='Goals by the name of the figure, before those of all others: { satisfaction = ">= 4" }.',
    )

    @model_validator(mode="after")
    def _is_somebodys(self) -> Self:
        if not (self.teams or self.regions):
            msg = "names neither teams nor regions, so it would be nobody's"
            raise ValueError(msg)
        for goal in self.goals.values():
            Goal.of(goal)
        return self

    def has(self, team: Iterable[str], region: Iterable[str]) -> bool:
        """Whether somebody is in it: in one of its teams where it names some, and in one of its regions.

        Args:
            team: The teams that they are in.
            region: Where they are.
        """
        pairs = ((self.teams, team), (self.regions, region))
        return all(not named or not {*map(folded, named)}.isdisjoint(map(folded, theirs)) for named, theirs in pairs)


class ScorecardRules(Model):
    """What is on a card, and how much it counts. Whatever is left out is as the program ships it."""

    weights: Mapping[str, _Weight] = Field(
        default={
            "sla-engagement": 15,
            "satisfaction": 20,
            "resolved": 0,
            "first-call-resolution": 20,
            "repeat-service": 15,
            "utilisation": 15,
            "quality-score": 15,
            "real-time-entry": 15,
            "training": 5,
        },
        description="The figures of a technician in order, by name, each with its weight; 0 is shown and not counted.",
    )
    pairs: tuple[tuple[str, str], ...] = Field(
        default=(
            ("sla-engagement", "satisfaction"),
            ("resolved", "repeat-service"),
            ("utilisation", "quality-score"),
        ),
        description="A figure of speed with the one of quality that it must not be bought with.",
    )
    coordinator: tuple[str, ...] = Field(
        default=(
            "to-triage", "next-due-overdue", "triage-coming", "engagement-coming", "completion-coming", "waiting-stale",
            "on-hold-past-due", "needs-scheduling", "nobody-has-it", "worked-by-estimate", "not-kept-up", "left-lying",
            "open-per-technician", "sla-triage", "triage-time", "rescued",
        ),
        description="The figures of the coordinator in order.",
    )  # fmt: skip
    minimum_sample: Annotated[int, Field(ge=0)] = Field(
        default=5, description="A figure with fewer records is shown and not counted."
    )
    minimum_samples: Mapping[str, Annotated[int, Field(ge=0)]] = Field(
        default={"utilisation": 1, "resource-utilisation": 1, "tickets-per-day": 1, "training": 1},
        description="The same of figures whose records are days or people, of which a week has few.",
    )
    team_share: Share = Field(default=25, description="How many percent of the score are the team's.")
    settle_hours: Annotated[int, Field(ge=0, le=24 * 28)] = Field(
        default=48, description="How long after a week late entries are waited for, in hours."
    )
    groups: Mapping[_Word, Group] = Field(
        default={}, description="Teams and regions with goals or weights of their own; the first that somebody is in."
    )
    effective_from: Instant | None = Field(default=None, description="From when on they hold. None = since ever.")

    def group_of(self, team: Iterable[str], region: Iterable[str]) -> str | None:
        """Return the name of the group that somebody is in; takes what :meth:`Group.has` does."""
        team, region = tuple(team), tuple(region)
        return next((name for name, group in self.groups.items() if group.has(team, region)), None)

    def within(self, group: str | None) -> Self:
        """Return the rules that hold in a group; ``None`` = in none."""
        weights = None if group is None else self.groups[group].weights
        return self if weights is None else self.model_copy(update={"weights": weights})

    def goal(self, group: str | None, figure: str) -> Goal | None:
        """Return what is wanted of a figure in a group; ``None`` = what is wanted of all."""
        text = None if group is None else self.groups[group].goals.get(figure)
        return None if text is None else Goal.of(text)

    @property
    def share(self) -> Fraction:
        """The team's part of the score."""
        return Fraction(self.team_share, 100)

    @property
    def settles(self) -> timedelta:
        """How long after a week late entries are waited for."""
        return timedelta(hours=self.settle_hours)

    @property
    def technician(self) -> tuple[str, ...]:
        """The figures of a technician: those of a pair beside each other, then all others."""
        paired = [name for pair in self.pairs for name in pair]
        return tuple(dict.fromkeys((*paired, *self.weights)))

    def minimum(self, figure: str) -> int:
        """Return how many records a figure needs to count."""
        return self.minimum_samples.get(figure, self.minimum_sample)


def problems(rules: ScorecardRules, features: Sequence[Feature]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what is wrong with cards beside the figures that there are: where, and what would be right."""
    known = {kpi.name: kpi for feature in features for kpi in feature.figures}
    named: list[tuple[tuple[str, ...], str]] = [(("weights",), name) for name in rules.weights]
    named += [(("pairs",), name) for pair in rules.pairs for name in pair]
    named += [(("minimum_samples",), name) for name in rules.minimum_samples]
    for group, one in rules.groups.items():
        named += [(("groups", group, "weights"), name) for name in one.weights or ()]
        named += [(("groups", group, "goals"), name) for name in one.goals]
    for keys, name in (*named, *((("coordinator",), name) for name in rules.coordinator)):
        if name not in known:
            yield keys, f'there is no figure "{name}".{did_you_mean(name, known)}'
        elif keys != ("coordinator",) and known[name].over != "period":
            yield keys, f'"{name}" tells of the present, and belongs to the coordinator.'
    for group, one in rules.groups.items():
        for name, goal in one.goals.items():
            if name in known and not Goal.of(goal).is_in(known[name].unit):
                yield (
                    ("groups", group, "goals"),
                    f'"{goal}" is in another unit than {name}, which is in {known[name].unit}.',
                )


RULES: Final = DefinitionKind("scorecards", "set of rules of scorecards", ScorecardRules, many=False, check=problems)
"""What is on a card: ``[scorecards]``."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (RULES,)
