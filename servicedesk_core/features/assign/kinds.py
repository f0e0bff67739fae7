"""The kinds of definitions of assignment: what tickets require, and what decides between those who can take them."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import Field, model_validator

from servicedesk_core.domain import Model
from servicedesk_core.domain.base import Instant
from servicedesk_core.faces import DefinitionKind, Refers
from servicedesk_core.features.assign.rules import Limits, Part
from servicedesk_core.features.skills import TECHNICIANS

_Word = Annotated[str, Field(min_length=1)]
_Words = tuple[_Word, ...]
_Weight = Annotated[Decimal, Field(ge=0, le=100)]


class Requirements(Model):
    """What some tickets require. Each condition that is given must hold; of its words one must be the ticket's."""

    name: _Word
    queues: _Words = Field(default=(), description="Queues that they are in, by name.")
    kinds: _Words = Field(default=(), description="Kinds of tickets, such as incident.")
    issues: _Words = Field(default=(), description='Issues, or "issue / sub-issue".')
    devices: _Words = Field(default=(), description="Types of devices that they are about, as the vendor calls them.")
    contracts: _Words = Field(default=(), description="Contracts that they are under, by name.")
    companies: _Words = Field(default=(), description="Clients that they are of, by name.")
    skills: Mapping[_Word, Annotated[int, Field(ge=1, le=5)]] = Field(
        default={}, description="The lowest level that whoever takes one must have: { firewall = 3 }."
    )
    certifications: _Words = Field(default=(), description="What they must have proved, and still have at the start.")
    languages: _Words = Field(default=(), description="What they must speak.")
    onsite: bool = Field(default=False, description="Whether somebody has to go there.")
    territory: _Word | None = Field(default=None, description="Where that is; nothing = the region of the client.")
    preferred: _Words = Field(default=(), description="Technicians whom the client prefers.")
    excluded: _Words = Field(default=(), description="Technicians whom the client does not want.")
    hours: Annotated[Decimal, Field(gt=0, le=100)] | None = Field(
        default=None,
        description="How long one takes where it has no estimate; nothing = the median of its issue, else an hour.",
    )
    effective_from: Instant | None = Field(default=None, description="From when on that holds; nothing = since ever.")

    @model_validator(mode="after")
    def _requires(self) -> Self:
        if both := set(self.preferred) & set(self.excluded):
            msg = f"{', '.join(sorted(both))}: preferred and excluded"
            raise ValueError(msg)
        return self

    def hold(self, of: Mapping[str, str | None]) -> bool:
        """Whether a ticket is one of these.

        Args:
            of: What it belongs to, by dimension; ``device`` is the type of its device.
        """
        conditions = (
            (self.queues, ("queue",)),
            (self.kinds, ("type",)),
            (self.issues, ("issue", "sub-issue")),
            (self.devices, ("device",)),
            (self.contracts, ("contract",)),
            (self.companies, ("client",)),
        )
        return all(
            {word.casefold() for word in words} & {(of.get(one) or "").casefold() for one in names}
            for words, names in conditions
            if words
        )


class Mode(StrEnum):
    """How far a rule goes by itself."""

    OFF = "off"
    """Nothing is proposed."""
    RECOMMEND = "recommend"
    """People see who would take a ticket, and decide."""
    AUTO = "auto"
    """A ticket is given away under a standing approval, where the first is good enough and far enough ahead."""


class Weighing(Model):
    """What decides between those who can take a ticket of some queues."""

    name: _Word
    queues: _Words = Field(default=(), description="Queues, by name; nothing = all that no other one names.")
    mode: Mode = Field(default=Mode.RECOMMEND, description="How far it goes by itself.")
    skill: _Weight = Field(default=Decimal(40), description="How much the closest sufficient skill counts.")
    start: _Weight = Field(default=Decimal(20), description="How much it counts to begin soon.")
    load: _Weight = Field(default=Decimal(20), description="How much free time counts.")
    travel: _Weight = Field(default=Decimal(10), description="How much a short way counts.")
    continuity: _Weight = Field(default=Decimal(10), description="How much it counts to know the ticket or the client.")
    most_open: Annotated[int, Field(ge=1, le=1_000)] = Field(
        default=20, description="Who has so many open tickets gets no more."
    )
    least_left_min: Annotated[int, Field(ge=0, le=1_440)] = Field(
        default=60, description="So many minutes of a shift must be left."
    )
    window_h: Annotated[int, Field(ge=1, le=168)] = Field(
        default=24, description="So many hours ahead load and free time are looked at."
    )
    effective_from: Instant | None = Field(default=None, description="From when on that holds; nothing = since ever.")

    @model_validator(mode="after")
    def _weighs(self) -> Self:
        if not any(getattr(self, part.value) for part in Part):
            msg = "nothing counts: give one of skill, start, load, travel and continuity a weight"
            raise ValueError(msg)
        return self

    @property
    def limits(self) -> Limits:
        """What it says, as rules take it."""
        return Limits(
            {part: getattr(self, part.value) for part in Part},
            self.most_open,
            timedelta(minutes=self.least_left_min),
            timedelta(hours=self.window_h),
        )


REQUIREMENTS: Final = DefinitionKind(
    "requirements",
    "set of requirements",
    Requirements,
    names=dict.fromkeys(("preferred", "excluded"), TECHNICIANS.name),
    records={"queues": Refers("queues"), "companies": Refers("companies"), "contracts": Refers("contracts")},
)
"""What tickets require: ``[requirements.NAME]``."""

WEIGHING: Final = DefinitionKind("assignment", "weighing", Weighing, records={"queues": Refers("queues")})
"""What decides between technicians: ``[assignment.NAME]``."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (REQUIREMENTS, WEIGHING)
