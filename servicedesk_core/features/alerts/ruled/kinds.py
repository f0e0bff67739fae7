"""The kind of definition that says when a figure is an alert."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Any, Final, Self

from pydantic import Field, field_validator, model_validator

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.domain import Model
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import Capability, DefinitionKind, Feature, Goal, Kpi
from servicedesk_core.faces.spans import span_of
from servicedesk_core.features.alerts.ruled.metrics import METRICS
from servicedesk_core.features.quality import Asks

_Word = Annotated[str, Field(min_length=1)]
_MINUTE: Final = timedelta(minutes=1)
_OFTEN: Final = 10 * _MINUTE
ANSWERS: Final = " answers"
OF_ANSWERS: Final = {"satisfaction": Asks.SATISFACTION, "promoter-score": Asks.RECOMMENDATION}
"""Figures whose window can be so many answers, and to what these are."""


def span(text: str) -> timedelta:
    """Return minutes, "20min", or what other spans are, "4h", "30d".

    Raises:
        ValueError: It is none.
    """
    if text.endswith("min") and text[:-3].isdecimal() and len(text) <= len("99999min"):
        return int(text[:-3]) * _MINUTE
    try:
        return span_of(text)
    except SettingsError as error:
        msg = f"{error.message} Write for example 20min, 4h or 30d"
        raise ValueError(msg) from None


class AlertRule(Model):
    """When a figure is an alert, and when it is over."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$")]
    metric: _Word = Field(description=f"The figure: the name of a KPI, or {', '.join(METRICS)}.")
    by: str = Field(default="", description="Divides it: an alert for each client, queue …; empty = one for all.")
    of: tuple[_Word, ...] = Field(default=(), description="Only these of what it is divided by; empty = each.")
    window: str = Field(default="30d", description="Of which time it is: a span such as 7d, or 10 answers.")
    when: _Word = Field(description='When it is an alert: a comparison with a number, such as "< 4.2".')
    clear: str = Field(default="", description='When that is over, such as ">= 4.4"; empty = when it does not hold.')
    lasts: str = Field(default="0h", description="So long it has to hold before it is an alert.")
    minimum: Annotated[int, Field(ge=1)] = Field(default=1, description="A smaller sample says nothing.")
    cool_down: str = Field(default="0h", description="So long after one is over none opens again.")
    repeat: str = Field(default="", description="Tell it again so often until somebody acknowledges it; empty = never.")
    tell: tuple[_Word, ...] = Field(default=(), description="Channels that are told; empty = all of them.")
    hint: str = Field(default="", description="What to do then.")

    @field_validator("lasts", "cool_down", "repeat")
    @classmethod
    def _is_span(cls, text: str) -> str:
        if text:
            span(text)
        return text

    @field_validator("when", "clear")
    @classmethod
    def _compares(cls, text: str) -> str:
        if text:
            Goal.of(text)
        return text

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.window.endswith(ANSWERS):
            if not self.window.removesuffix(ANSWERS).isdecimal() or not int(self.window.removesuffix(ANSWERS)):
                msg = "window: write how many, such as 10 answers"
                raise ValueError(msg)
            if self.by:
                msg = "by: the last answers are of everybody; write a span, such as window = 30d, to divide it"
                raise ValueError(msg)
        elif span(self.window) < timedelta(hours=1):
            msg = "window: an hour at least"
            raise ValueError(msg)
        if self.repeat and span(self.repeat) < _OFTEN:
            msg = "repeat: 10min at least; rules are measured so often"
            raise ValueError(msg)
        begins, ends = self.begins, self.ends
        if ends is not None and not _beyond(begins, ends):
            msg = f'clear: "{self.clear}" holds while "{self.when}" does; it has to lie beyond it'
            raise ValueError(msg)
        return self

    @cached_property
    def begins(self) -> Goal:
        """When it is an alert."""
        return Goal.of(self.when)

    @cached_property
    def ends(self) -> Goal | None:
        """When it is over; ``None`` = when it does not hold any more."""
        return Goal.of(self.clear) if self.clear else None

    @property
    def answers(self) -> int | None:
        """How many answers it is of; ``None`` = it is of a span of time."""
        return int(self.window.removesuffix(ANSWERS)) if self.window.endswith(ANSWERS) else None


def _beyond(begins: Goal, ends: Goal) -> bool:
    """Whether no value is an alert and over at once."""
    low, high = (begins, ends) if begins.operator.startswith("<") else (ends, begins)
    if not (low.operator.startswith("<") and high.operator.startswith(">")):
        return False
    touches = low.operator == "<=" and high.operator == ">="
    return low.value < high.value or (low.value == high.value and not touches)


def told(needs: Capability) -> bool:
    """Whether channels, which are our own staff's, are told of a figure that takes a right: of money they are not."""
    return needs in {Capability.READ, Capability.INTERNAL}


def tells_of_people(rule: AlertRule, kpi: Kpi[Any]) -> bool:
    """Whether channels would be told what single people did in a period."""
    return kpi.over == "period" and rule.by == "technician"


def figures_of(features: Sequence[Feature]) -> dict[str, Kpi[Any]]:
    """Return the figures of features by name."""
    return {kpi.name: kpi for one in features for kpi in one.figures}


def problems(rule: AlertRule, features: Sequence[Feature]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what is wrong with a rule beside the figures that there are: where, and what would be right."""
    known = figures_of(features)
    if rule.answers is not None and rule.metric not in OF_ANSWERS:
        yield ("window",), f"only {' and '.join(OF_ANSWERS)} are of answers; write a span, such as 30d."
    if rule.metric in METRICS:
        if rule.by not in {"", METRICS[rule.metric].dimension}:
            yield ("by",), f"{rule.metric} is divided by {METRICS[rule.metric].dimension} always."
    elif rule.metric not in known:
        yield ("metric",), f'there is no figure "{rule.metric}".{did_you_mean(rule.metric, (*known, *METRICS))}'
    elif not told(known[rule.metric].needs):
        yield (
            ("metric",),
            f"{rule.metric} takes the right {known[rule.metric].needs}, and channels are told of none such.",
        )
    elif tells_of_people(rule, known[rule.metric]):
        yield ("by",), "what single people did in a period is told to no channel; divide it by team, or not at all."
    elif rule.of and not rule.by:
        yield ("of",), "it keeps to some of what a figure is divided by; say with `by` what that is."


ALERT_RULES: Final = DefinitionKind("alert_rules", "alert rule", AlertRule, check=problems)
"""When figures are alerts: ``[alert_rules.NAME]``."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (ALERT_RULES,)
