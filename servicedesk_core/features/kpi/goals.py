"""What is wanted of figures: profiles of goals, each goal with its own comparison, and what billing codes mean."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import Field, field_validator

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.domain import Model
from servicedesk_core.domain.base import Instant
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import DefinitionKind, Feature, Figure, Goal, Kpi, Measure, Refers
from servicedesk_core.faces.kpi import figure
from servicedesk_core.features.kpi.baselines import BASELINES
from servicedesk_core.features.kpi.cases.facts import Work


class GoalProfile(Model):
    """Goals that belong together."""

    name: Annotated[str, Field(min_length=1)]
    about: str = Field(default="", description="What they are for.")
    regions: tuple[str, ...] = Field(
        default=(),
        description="For figures of these regions only, before those of everywhere; nothing = for all figures.",
    )
    goals: Mapping[str, str] = Field(
        description='Goals by the name or the number of the figure, such as ">= 85 %" or "< 2 hours".'
    )
    pull: bool = Field(
        default=False,
        description="Whether those of a queue take what they can begin from one list of their team, in place of each "
        "technician from their own.",
    )
    effective_from: Instant | None = Field(default=None, description="From when on they hold. None = since ever.")

    @field_validator("goals")
    @classmethod
    def _are_goals(cls, goals: Mapping[str, str]) -> Mapping[str, str]:
        for goal in goals.values():
            Goal.of(goal)
        return goals


class WorkKinds(Model):
    """Billing codes, by name, that say what recorded time was for. Other time is told by its contract and project."""

    travel: tuple[str, ...] = Field(default=(), description="On the road.")
    goodwill: tuple[str, ...] = Field(default=(), description="For a client, and given away.")
    rework: tuple[str, ...] = Field(default=(), description="Under our own warranty.")
    internal: tuple[str, ...] = Field(default=(), description="For nobody but ourselves.")
    effective_from: Instant | None = Field(default=None, description="From when on they hold. None = since ever.")

    @property
    def codes(self) -> Mapping[str, Work]:
        """What each billing code means."""
        kinds = (
            (Work.TRAVEL, self.travel),
            (Work.GOODWILL, self.goodwill),
            (Work.REWORK, self.rework),
            (Work.INTERNAL, self.internal),
        )
        return {name.casefold(): work for work, names in kinds for name in names}


class Handlers(Model):
    """Who does work that is not done by ourselves: names of technicians, teams or queues. All others are us."""

    outsourcer: tuple[str, ...] = Field(default=(), description="Those of a company that works in our name.")
    vendor: tuple[str, ...] = Field(default=(), description="Those of a vendor or manufacturer.")
    effective_from: Instant | None = Field(default=None, description="From when on that holds. None = since ever.")

    @property
    def names(self) -> Mapping[str, str]:
        """Who handles what, by the name in small letters."""
        kinds = (("outsourcer", self.outsourcer), ("vendor", self.vendor))
        return {name.casefold(): kind for kind, names in kinds for name in names}


def problems(profile: GoalProfile, features: Sequence[Feature]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what is wrong with goals beside the figures that there are: where, and what would be right."""
    known = {key: kpi for feature in features for kpi in feature.figures for key in (kpi.name, kpi.code) if key}
    for key, goal in profile.goals.items():
        if key not in known:
            yield ("goals", key), f'there is no figure "{key}".{did_you_mean(key, known)}'
        elif not Goal.of(goal).is_in(known[key].unit):
            yield ("goals", key), f'"{goal}" is in another unit; the figure is in {known[key].unit or "no unit"}.'


GOALS: Final = DefinitionKind("goals", "goal profile", GoalProfile, check=problems)
"""What is wanted: ``[goals.NAME]``."""

WORK_KINDS: Final = DefinitionKind(
    "work_kinds",
    "set of work kinds",
    WorkKinds,
    many=False,
    records=dict.fromkeys(("travel", "goodwill", "rework", "internal"), Refers("billing_codes")),
)
"""What billing codes mean: ``[work_kinds]``."""

HANDLERS: Final = DefinitionKind("handlers", "set of handlers", Handlers, many=False)
"""Who works in our place: ``[handlers]``."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (GOALS, BASELINES, WORK_KINDS, HANDLERS)

JOURNEY: Final = GoalProfile(
    name="journey",
    about="What a service department reaches in the long run.",
    goals={
        "K01": ">= 98 %",
        "K05": "< 2 hours",
        "K06": "< 24 hours",
        "K07": ">= 85 %",
        "K08": ">= 4.7 points",
        "K09": ">= 80 %",
        "K11": ">= 40 %",
        "K12": "< 5 %",
        "K13": ">= 95 %",
        "K14": ">= 8",
        "K15": ">= 95 %",
        "K16": ">= 90 %",
        "K17": ">= 4.5 points",
    },
)

COACH: Final = GoalProfile(
    name="coach",
    about="What a coordinator keeps up every day.",
    goals={
        "K02": "> 97 %",
        "K03": "> 95 %",
        "K04": "> 90 %",
        "K10": "> 80 %",
        "K18": "< 0.25 hours",
        "K19": "<= 3",
        "K20": "<= 3",
        "K20a": "<= 2",
        "K20b": "<= 9",
        "K20c": "<= 9",
        "K21": "<= 3",
        "K22": "<= 3",
        "K23": "<= 3",
        "K24": "= 0",
        "K25": "<= 2",
        "K26a": "<= 1",
        "K26b": "<= 1",
        "K27": "<= 20",
    },
)

SHIPPED: Final = (JOURNEY, COACH)
"""They hold until a profile of the same name takes their place."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A goal with whose it is."""

    profile: str
    goal: Goal
    regions: tuple[str, ...] = ()


def wanted(kpi: Kpi[Any], profiles: Iterable[GoalProfile]) -> tuple[Wanted, ...]:
    """Return what each profile wants of a figure; of those that are for what it is of, the first one decides.

    Args:
        kpi: The figure.
        profiles: Those that hold, the most important first.

    Raises:
        SettingsError: A goal is in another unit than the figure.
    """
    keys = (kpi.name, kpi.code)
    return tuple(
        Wanted(profile.name, _goal(kpi, profile, key), profile.regions)
        for profile in profiles
        for key in keys
        if key and key in profile.goals
    )


def deciding(kpi: Kpi[Any], profiles: Iterable[GoalProfile], region: str | None = None) -> Wanted | None:
    """Return what decides of a figure that is of a region, or of several; raises what :func:`wanted` does."""
    return next((one for one in wanted(kpi, profiles) if not one.regions or region in one.regions), None)


def against(wants: Wanted | None, kpi: Kpi[Any], found: Measure, group: str | None = None) -> Figure:
    """Return a figure beside what is wanted of it.

    Args:
        wants: What is wanted; ``None`` = nobody said.
        kpi: The figure.
        found: What was measured.
        group: What it is of.
    """
    goal, profile = (None, None) if wants is None else (wants.goal, wants.profile)
    return figure(kpi, found, goal, profile=profile, group=group)


def _goal(kpi: Kpi[Any], profile: GoalProfile, key: str) -> Goal:
    goal = Goal.of(profile.goals[key])
    if not goal.is_in(kpi.unit):
        raise SettingsError(
            f'[goals.{profile.name}] wants "{profile.goals[key]}" of {key}, which is in {kpi.unit or "no unit"}.',
            hint="Write the goal in the unit of the figure, and apply the definitions.",
        )
    return goal


def in_order(own: Iterable[GoalProfile]) -> tuple[GoalProfile, ...]:
    """Return the service manager's profiles, those of regions first, then the shipped ones that they do not replace."""
    mine = tuple(sorted(own, key=lambda one: (not one.regions, one.name)))
    return *mine, *(one for one in SHIPPED if one.name not in {each.name for each in mine})
