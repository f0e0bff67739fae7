"""What was promised: policies, in order, as versions."""

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final, Literal, Self, cast

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from servicedesk_core.domain.base import Instant, Model
from servicedesk_core.domain.status import Priority, StatusCategory

_DURATION = re.compile(r"(?:(\d{1,5})\s*h)?\s*(?:(\d{1,5})\s*min)?")


def _duration(value: object) -> object:
    if not isinstance(value, str) or value.startswith("P"):  # what JSON holds begins so
        return value
    match = _DURATION.fullmatch(value.strip())
    if match is None or not any(match.groups()):
        msg = f'"{value}" is no business time; write hours and minutes, such as 30 min, 4 h or 1 h 30 min'
        raise ValueError(msg)
    hours, minutes = (int(part or 0) for part in match.groups())
    return timedelta(hours=hours, minutes=minutes)


def _some(duration: timedelta) -> timedelta:
    if duration <= timedelta():
        msg = "a target is longer than no time; leave it out where nothing is promised"
        raise ValueError(msg)
    return duration


Duration = Annotated[timedelta, BeforeValidator(_duration), AfterValidator(_some)]
Words = tuple[str, ...]


class Clock(StrEnum):
    """What is promised to a client, in the order in which a ticket gets there."""

    TRIAGE = "triage"
    """Until somebody has looked at it and put it where it belongs."""
    ENGAGEMENT = "engagement"
    """Until somebody works on it."""
    COMPLETION = "completion"
    """Until it is resolved."""


class Outcome(StrEnum):
    """Whether a promise was kept."""

    OPEN = "open"
    """Not decided yet."""
    MET = "met"
    MISSED = "missed"
    EXEMPT = "exempt"
    """Does not count; ``reason`` says why."""
    UNKNOWN = "unknown"
    """Cannot be judged: the ticket was first seen when things had already happened to it."""
    NOT_APPLICABLE = "not_applicable"
    """Nothing was promised."""


class Act(StrEnum):
    """What a technician does that can count as working on a ticket."""

    TIME_ENTRY = "time_entry"
    PUBLIC_NOTE = "public_note"
    IN_PROGRESS = "in_progress"
    APPOINTMENT = "appointment"


class ReopenMode(StrEnum):
    """What becomes of the clock of a resolved ticket that is opened again."""

    CONTINUE = "continue"
    """It goes on; the time in between counts like a pause."""
    RESTART = "restart"
    """A new one begins, with the whole target."""
    KEEP_FIRST = "keep_first"
    """The first resolution stands."""


class Conditions(Model):
    """Which tickets a policy is for. Each that is given must hold; of its words one must be the ticket's.

    References are those of the events.

    Attributes:
        company: Ids of clients.
        customer_tier: What a client is to you, in your own words.
        region: Where a client or a site is, in your own words.
        contract: Ids of contracts.
        site: Ids of sites.
        kind: What kind of ticket it is.
        category: Its category.
        priority: Its priority.
        source: How it came in.
        queue: Ids of queues.
    """

    company: Words = ()
    customer_tier: Words = ()
    region: Words = ()
    contract: Words = ()
    site: Words = ()
    kind: Words = ()
    category: Words = ()
    priority: Words = ()
    source: Words = ()
    queue: Words = ()

    def hold(self, facts: Mapping[str, object]) -> bool:
        """Whether a ticket is one of these.

        Args:
            facts: What is known of it, by the names of these fields.
        """
        return all(facts[name] in words for name, words in self if words)


class Targets(Model):
    """Business time that a ticket may take, such as 30 min, 4 h or 1 h 30 min; without one, nothing was promised."""

    triage: Duration | None = None
    engagement: Duration | None = None
    completion: Duration | None = None
    calendar: str | None = Field(default=None, description="Name of its own calendar.")


PAUSES: Final[Mapping[StatusCategory, tuple[Clock, ...]]] = {
    StatusCategory.WAITING_CUSTOMER: (Clock.ENGAGEMENT, Clock.COMPLETION),
    StatusCategory.ON_HOLD: (Clock.COMPLETION,),
}


class Policy(Model):
    """What is promised for some tickets.

    The calendar is that of the targets, else that of the policy, else the ticket's own, else that of the set.
    """

    name: Annotated[str, Field(min_length=1)] = Field(description="What people call it.")
    when: Conditions = Field(default=Conditions(), description="For which tickets; without any, for all.")
    targets: Mapping[Priority, Targets] = Field(default={}, description="Targets by priority.")
    otherwise: Targets = Field(
        default=Targets(), description="Targets of a priority that has none of its own, or none."
    )
    calendar: str | None = Field(default=None, description="Name of the calendar of all its targets.")
    pauses: Mapping[StatusCategory, tuple[Clock, ...]] = Field(
        default=PAUSES, description="Which clocks stand still in which status."
    )
    triaged_with: tuple[Literal["priority", "category", "queue"], ...] = Field(
        default=("priority", "category", "queue"), description="What a triaged ticket must have."
    )
    engaged_by: tuple[Act, ...] = Field(default=tuple(Act), description="What counts as working on a ticket.")
    engagement_from: Literal["created", "triage"] = Field(
        default="created", description="From when the clock of engagement runs."
    )
    reopen: ReopenMode = Field(
        default=ReopenMode.CONTINUE, description="What becomes of a clock whose ticket is opened again."
    )
    reopen_days: Annotated[int, Field(ge=1)] | None = Field(
        default=5, description="Working days after which, as after closing, reopening always begins a new clock."
    )
    retroactive: bool = Field(
        default=True,
        description="When this policy or priority comes to hold for a running clock, it does so from its beginning.",
    )
    counts_superseded: bool = Field(
        default=True, description="A target that was missed before another came to hold stays missed."
    )
    at_risk_share: Annotated[float, Field(gt=0, le=1)] = Field(
        default=0.75, description="From which share of the target on a clock is at risk."
    )

    def of(self, priority: str | None) -> Targets:
        """Return the targets of a priority."""
        return self.targets.get(cast("Priority", priority), self.otherwise)  # texts and priorities are equal


class PolicySet(Model):
    """A version of all policies. The first that fits a ticket is its policy; the last fits all."""

    policies: tuple[Policy, ...] = Field(description="The policies, in order.")
    calendar: str = Field(description="Name of the calendar where nothing else says one.")
    effective_from: Instant | None = Field(
        default=None, description="For tickets that are created from then on. None = since ever."
    )
    reapply: bool = Field(default=False, description="Holds for open clocks too, from that instant on.")

    @field_validator("policies")
    @classmethod
    def _last_fits_all(cls, policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
        if not policies or policies[-1].when != Conditions():
            msg = "the last policy must fit every ticket: give it no conditions"
            raise ValueError(msg)
        return policies

    @model_validator(mode="after")
    def _each_can_apply(self) -> Self:
        names = [policy.name for policy in self.policies]
        problems = [f'two policies are called "{name}"' for name in sorted({n for n in names if names.count(n) > 1})]
        first = next(at for at, policy in enumerate(self.policies) if policy.when == Conditions())
        problems += [
            f'"{name}" never applies: "{names[first]}" before it fits every ticket' for name in names[first + 1 :]
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self
