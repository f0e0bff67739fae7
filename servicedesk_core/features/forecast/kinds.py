"""The definition of what a technician gets done."""

from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import Field

from servicedesk_core.domain import Model
from servicedesk_core.domain.base import Instant
from servicedesk_core.faces import DefinitionKind


class Staffing(Model):
    """What is reckoned with where the technicians are counted that tickets take."""

    occupancy: Annotated[Decimal, Field(gt=0, le=1)] = Field(
        default=Decimal("0.80"), description="How much of the time that technicians are there goes into tickets."
    )
    shrinkage: Annotated[Decimal, Field(ge=0, lt=1)] | None = Field(
        default=None,
        description="How much of their shifts they are away; nothing = as in the last 13 weeks, else in the next 4.",
    )
    shift_hours: Annotated[Decimal, Field(gt=0, le=24)] | None = Field(
        default=None, description="How long a shift is; nothing = as in the last 13 weeks, else in the next 4."
    )
    handle_hours: Annotated[Decimal, Field(gt=0)] | None = Field(
        default=None,
        description="What a ticket takes; nothing = what was recorded on tickets in the last 8 weeks, over those that "
        "came in them.",
    )
    effective_from: Instant | None = Field(default=None, description="From when on that holds; nothing = since ever.")


STAFFING: Final = DefinitionKind("staffing", "rule of staffing", Staffing, many=False)
"""What a technician gets done: ``[staffing]``."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (STAFFING,)
