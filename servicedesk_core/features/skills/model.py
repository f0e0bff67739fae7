"""What technicians can do, as lists show it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column


class Ability(StrEnum):
    """What something is that a technician has, or should have."""

    SKILL = "skill"
    CERTIFICATION = "certification"


class Validity(StrEnum):
    """How it stands with it today."""

    VALID = "valid"
    ENDS_SOON = "ends soon"
    """Within 60 days."""
    ENDED = "ended"
    NOT_YET = "not yet"
    MISSING = "missing"
    """The job takes it, and it is not there, or not at that level."""


@dataclass(frozen=True, slots=True)
class Held:
    """A skill or a certification of a technician, or one that the job takes and that is not there."""

    technician: Annotated[str, Column("Their name in the definitions.", leads="tickets.list:technician")]
    role: Annotated[str | None, Column("Their job role.", spare=1)]
    kind: Annotated[Ability, Column("What it is.")]
    ability: Annotated[str, Column("Its name.", wraps=True)]
    level: Annotated[int | None, Column("The level of a skill, from 1 to 5.")]
    state: Annotated[Validity, Column("How it stands with it today.")]
    valid_to: Annotated[date | None, Column("Its last day; nothing = there is none.", "Until")]
    is_needed: Annotated[bool, Column("Whether the job takes it.", "Needed")]
