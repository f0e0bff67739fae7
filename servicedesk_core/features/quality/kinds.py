"""The kinds of definitions that quality is measured with."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import Field, field_validator, model_validator

from servicedesk_core.domain.base import Instant, Model
from servicedesk_core.faces import DefinitionKind, Refers

_Text = Annotated[str, Field(min_length=1)]


class Checklist(Model):
    """What is looked at."""

    name: _Text
    items: Annotated[tuple[_Text, ...], Field(min_length=1)] = Field(description="What has to be so, in order.")

    @field_validator("items")
    @classmethod
    def _are_different(cls, items: tuple[str, ...]) -> tuple[str, ...]:
        if len({one.casefold() for one in items}) < len(items):
            msg = "names the same thing twice"
            raise ValueError(msg)
        return items


class SampleRule(Model):
    """Which resolved tickets somebody looks at again."""

    name: _Text
    checklist: str = Field(description="By which checklist: the name of one.")
    percent: Annotated[float, Field(gt=0, le=100)] = Field(
        default=5, description="How many of each technician's resolved tickets, rounded up."
    )
    per_technician: Annotated[int, Field(ge=0)] = Field(
        default=1, description="At least so many of each technician, where there are so many."
    )
    clients: tuple[str, ...] = Field(default=(), description="Only tickets of these clients, by name.")
    queues: tuple[str, ...] = Field(default=(), description="Only tickets in these queues, by name.")
    types: tuple[str, ...] = Field(default=(), description="Only tickets of these types, such as incident.")
    priorities: tuple[str, ...] = Field(default=(), description="Only tickets of these priorities, such as p1.")
    reviewers: tuple[_Text, ...] = Field(
        default=(),
        description="People of the configuration who take turns, each with tickets that they did not work on; "
        "empty = whoever may review.",
    )
    seed: str = Field(default="", description="Another one draws other tickets; nothing = the name.")
    effective_from: Instant | None = Field(default=None, description="From when on; nothing = since ever.")


class Asks(StrEnum):
    """What a survey asks for."""

    SATISFACTION = "satisfaction"
    """A client, how well something was done."""
    RECOMMENDATION = "recommendation"
    """A client, whether they would recommend us: from 0 to 10."""
    STAFF = "staff"
    """Our people, how well they are. Answers are kept without who gave them."""


class Survey(Model):
    """A survey: its scale, and whom it asks for what."""

    name: Annotated[str, Field(min_length=1)] = Field(description="As the PSA, or the file of its answers, calls it.")
    asks: Asks = Field(
        default=Asks.SATISFACTION,
        description="Clients for their satisfaction or their recommendation, or staff.",
    )
    lowest: Decimal = Field(default=Decimal(1), description="The worst that can be chosen.")
    highest: Decimal = Field(default=Decimal(5), description="The best.")
    effective_from: Instant | None = Field(default=None, description="From when on; nothing = since ever.")

    @model_validator(mode="after")
    def _is_a_scale(self) -> Self:
        if self.lowest >= self.highest:
            msg = "lowest must be less than highest"
            raise ValueError(msg)
        if self.asks is Asks.RECOMMENDATION and (self.lowest, self.highest) != (Decimal(0), Decimal(10)):
            msg = 'asks = "recommendation" needs lowest = 0 and highest = 10: promoters are those who choose 9 or 10'
            raise ValueError(msg)
        return self


CHECKLISTS: Final = DefinitionKind("checklists", "checklist", Checklist)
"""What is looked at: ``[checklists.NAME]``."""

SAMPLES: Final = DefinitionKind(
    "samples",
    "sampling rule",
    SampleRule,
    names={"checklist": CHECKLISTS.name},
    records={"clients": Refers("companies"), "queues": Refers("queues")},
)
"""Which tickets somebody looks at again: ``[samples.NAME]``."""

SURVEYS: Final = DefinitionKind("surveys", "survey", Survey)
"""On which scale people answer: ``[surveys.NAME]``."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (CHECKLISTS, SAMPLES, SURVEYS)
