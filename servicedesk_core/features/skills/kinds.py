"""The kinds of definitions of technicians and their jobs."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, Field, model_validator

from servicedesk_core.domain import Model, QueueKind
from servicedesk_core.domain.base import Instant
from servicedesk_core.faces import DefinitionKind

_Word = Annotated[str, Field(min_length=1)]
_Level = Annotated[int, Field(ge=1, le=5)]


class Skill(Model):
    """How well somebody can do something."""

    level: _Level = Field(description="From 1, has begun, to 5, teaches others.")
    valid_to: date | None = Field(default=None, description="The last day on which that is so; nothing = no last one.")


class Certification(Model):
    """Something that somebody has proved."""

    valid_from: date | None = Field(
        default=None, description="The first day on which it is valid; nothing = since ever."
    )
    valid_to: date | None = Field(default=None, description="The last one; nothing = there is none.")

    @model_validator(mode="after")
    def _is_a_time(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            msg = "valid_to, the last day, comes before valid_from"
            raise ValueError(msg)
        return self

    def is_valid(self, day: date) -> bool:
        """Whether it is valid on a day."""
        return (self.valid_from or day) <= day <= (self.valid_to or day)


def _skill(value: object) -> object:
    return {"level": value} if isinstance(value, int) else value


class Technician(Model):
    """Somebody who works for clients: what rotas and on-call lists name."""

    name: _Word
    technician: _Word | None = Field(
        default=None,
        description="The vendor's id or name of the technician; nothing = that of the person in `servicedesk.toml` who "
        "is called as this table, else the technician who is.",
    )
    role: _Word | None = Field(default=None, description="Name of their job role.")
    team: _Word | None = Field(default=None, description="The team that they belong to; nothing = as the vendor says.")
    skills: Mapping[str, Annotated[Skill, BeforeValidator(_skill)]] = Field(
        default={},
        description="Level by skill: { firewall = 3 }, or { firewall = { level = 3, valid_to = 2027-06-30 } }.",
    )
    certifications: Mapping[str, Certification] = Field(
        default={}, description="What they have proved: { CCNA = { valid_from = 2025-01-10, valid_to = 2028-01-09 } }."
    )
    languages: tuple[_Word, ...] = Field(default=(), description="What they speak with clients.")
    territories: tuple[_Word, ...] = Field(
        default=(), description="Regions in which they work on site; nothing = everywhere."
    )
    effective_from: Instant | None = Field(default=None, description="From when on that holds; nothing = since ever.")


class JobRole(Model):
    """A job, and what it takes."""

    name: _Word
    certifications: tuple[_Word, ...] = Field(default=(), description="Those that everybody in it must hold.")
    skills: Mapping[str, _Level] = Field(default={}, description="The lowest level that everybody in it must have.")
    queues: tuple[QueueKind, ...] = Field(default=(), description="Kinds of queues that it works; nothing = all.")
    effective_from: Instant | None = Field(default=None, description="From when on that holds; nothing = since ever.")


JOB_ROLES: Final = DefinitionKind("job_roles", "job role", JobRole)
"""What a job takes: ``[job_roles.NAME]``."""

TECHNICIANS: Final = DefinitionKind("technicians", "technician", Technician, names={"role": JOB_ROLES.name})
"""Who works for clients: ``[technicians.NAME]``."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (JOB_ROLES, TECHNICIANS)
