"""What is on a scorecard, and how much it counts: ``[scorecards]``."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Annotated, Any, Final

from pydantic import Field

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.domain import Model
from servicedesk_core.domain.base import Instant
from servicedesk_core.faces import DefinitionKind, Feature

Share = Annotated[int, Field(ge=0, le=100)]


class ScorecardRules(Model):
    """What is on a card, and how much it counts. Whatever is left out is as the program ships it."""

    weights: Mapping[str, Annotated[int, Field(ge=0)]] = Field(
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
    effective_from: Instant | None = Field(default=None, description="From when on they hold. None = since ever.")

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
    named = [("weights", name) for name in rules.weights]
    named += [("pairs", name) for pair in rules.pairs for name in pair]
    named += [("minimum_samples", name) for name in rules.minimum_samples]
    for key, name in (*named, *(("coordinator", name) for name in rules.coordinator)):
        if name not in known:
            yield (key,), f'there is no figure "{name}".{did_you_mean(name, known)}'
        elif key != "coordinator" and known[name].over != "period":
            yield (key,), f'"{name}" tells of the present, and belongs to the coordinator.'


RULES: Final = DefinitionKind("scorecards", "set of rules of scorecards", ScorecardRules, many=False, check=problems)
"""What is on a card: ``[scorecards]``."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (RULES,)
