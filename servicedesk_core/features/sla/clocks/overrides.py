"""What a person decides about a clock, against its policy."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from servicedesk_core.domain.base import Instant, Model
from servicedesk_core.features.sla.clocks.policies import Clock


class Override(Model):
    """Another due time for a clock, or that it does not count; it holds until it is lifted.

    It stands in ``after`` of an event of the type ``sla_override``, in JSON form.
    """

    clock: Clock
    cycle: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="Which life of the ticket; else the one that it is in then."
    )
    reason: Annotated[str, Field(min_length=1)]
    due_at: Instant | None = None
    is_exempt: bool = Field(default=False, description="The clock is in no denominator.")
    is_lifted: bool = Field(default=False, description="What was decided before holds no more.")

    @model_validator(mode="after")
    def _decides_one_thing(self) -> Self:
        if [self.due_at is not None, self.is_exempt, self.is_lifted].count(True) != 1:
            msg = "an override says one thing: due_at, is_exempt or is_lifted"
            raise ValueError(msg)
        return self
