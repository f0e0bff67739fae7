"""The kinds of definitions that say who is told when a promise is at stake, and to whom work is handed on."""

import re
from datetime import timedelta
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, Field, model_validator

from servicedesk_core.business_time.table import duration_us
from servicedesk_core.domain import Model, Priority
from servicedesk_core.domain.base import Amount, Instant
from servicedesk_core.faces import DefinitionKind
from servicedesk_core.faces.definition import Refers
from servicedesk_core.features.sla import Clock, Duration

_SHARE = re.compile(r"(\d{1,3})\s*%")
_WHOLE: Final = 100

ON_CALL: Final = "on-call"
"""Names whoever is on call."""


def _share(text: str) -> str:
    found = _SHARE.fullmatch(text.strip())
    if found is None or not 0 < int(found[1]) <= _WHOLE:
        msg = 'write a share of the target, such as "75 %"; what comes after it is after = "60 min"'
        raise ValueError(msg)
    return f"{int(found[1])} %"


_Word = Annotated[str, Field(min_length=1)]


class Step(Model):
    """What is done when a clock gets so far."""

    at: Annotated[str, AfterValidator(_share)] | None = Field(
        default=None, description='At which share of the target, such as "75 %".'
    )
    before: Duration | None = Field(default=None, description="So much business time before it is due.")
    after: Duration | None = Field(default=None, description="So much business time after it was missed.")
    notify: tuple[_Word, ...] = Field(
        default=(),
        description="Who is told: assignee, coordinators, managers, on-call, or names in the list of people.",
    )
    channel: _Word | None = Field(default=None, description="Name of the alert channel that it is posted to.")
    page: bool = Field(default=False, description="Whether it rings whoever is on call until somebody takes it on.")
    reassign: _Word | None = Field(
        default=None,
        description="Who is to have the ticket: on-call, or a name in the list of people or technicians. Under a "
        "standing approval they get it; else that is proposed.",
    )
    raise_to: Priority | None = Field(
        default=None, description="To which priority a lower one is raised, under a standing approval; else proposed."
    )
    urgent: bool = Field(default=False, description="Whether it does not wait for the end of quiet hours.")

    @model_validator(mode="after")
    def _says_when_and_what(self) -> Self:
        if sum(one is not None for one in (self.at, self.before, self.after)) != 1:
            msg = 'say when, in one way: at = "75 %", before = "30 min" or after = "60 min"'
            raise ValueError(msg)
        if not (self.notify or self.channel or self.page or self.acts):
            msg = "does nothing: say notify, channel, page, reassign or raise_to"
            raise ValueError(msg)
        return self

    @property
    def acts(self) -> bool:
        """Whether it changes the ticket."""
        return self.reassign is not None or self.raise_to is not None

    @property
    def key(self) -> str:
        """What it is called beside its ticket and clock: the same in every plan, so that it is taken once."""
        if self.at is not None:
            return self.at
        lasts, sign = (self.before, "-") if self.before is not None else (self.after, "+")
        return f"{sign}{(lasts or timedelta()) // timedelta(minutes=1)} min"

    def offset_us(self, target_us: int) -> int:
        """Return at how much business time used it falls due, in microseconds."""
        if self.at is not None:
            return target_us * int(self.at.removesuffix(" %")) // _WHOLE
        if self.before is not None:
            return target_us - duration_us(self.before)
        return target_us + duration_us(self.after or timedelta())


class Plan(Model):
    """Who is told about a clock, and when. Of plans that fit a ticket the one with the most conditions is its own."""

    name: _Word
    clock: Clock = Field(default=Clock.COMPLETION, description="Which promise it is about.")
    priority: tuple[_Word, ...] = Field(default=(), description="Of which priorities; empty = of all.")
    customer_tier: tuple[_Word, ...] = Field(
        default=(), description="Of clients of which tiers, as `[clients.NAME]` says; empty = of all."
    )
    contract_value: Amount | None = Field(
        default=None, ge=0, description="Of clients whose running contracts are worth so much together, at least."
    )
    steps: tuple[Step, ...] = Field(min_length=1, description="What is done, and when.")
    update_every: Duration | None = Field(
        default=None,
        description="So often the client is to hear something from a person while the ticket is open, at all hours; "
        "whoever is to be told of the first step is told when they did not.",
    )
    effective_from: Instant | None = Field(default=None, description="From when on that holds; nothing = since ever.")

    @model_validator(mode="after")
    def _steps_differ(self) -> Self:
        keys = [one.key for one in self.steps]
        if twice := next((key for key in keys if keys.count(key) > 1), None):
            msg = f"has two steps {twice}; make one of them"
            raise ValueError(msg)
        return self

    @property
    def weight(self) -> int:
        """How many conditions it has."""
        return sum(bool(one) for one in (self.priority, self.customer_tier, self.contract_value is not None))


class Tier(Model):
    """Who works on what others could not solve."""

    name: _Word
    queue: _Word = Field(description="The queue in which its tickets are: the vendor's id, or its name.")
    within: Duration | None = Field(
        default=None, description="Business time in which it is to begin with what it is handed; nothing = none."
    )


PLANS: Final = DefinitionKind("escalation_plans", "escalation plan", Plan)
"""Who is told when a promise is at stake: ``[escalation_plans.NAME]``."""

TIERS: Final = DefinitionKind("tiers", "tier", Tier, records={"queue": Refers("queues")})
"""To whom tickets are handed on: ``[tiers.NAME]``."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (PLANS, TIERS)
