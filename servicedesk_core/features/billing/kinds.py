"""What a service manager decides about billing."""

from typing import Annotated, Any, Final

from pydantic import Field

from servicedesk_core.domain.base import Amount, Instant, Model
from servicedesk_core.faces import DefinitionKind, Refers


class BillingPolicy(Model):
    """What time has to look like before it is approved."""

    after_hours: tuple[str, ...] = Field(
        default=(),
        description="Billing codes, by name or id, for work outside the hours of a client; nothing = nobody judges it.",
    )
    after_hours_factor: Annotated[Amount, Field(ge=1)] | None = Field(
        default=None, description="How many times as much an hour costs then; nothing = nobody said."
    )
    step_minutes: Annotated[int, Field(ge=1, le=480)] = Field(
        default=15, description="Time is billed in steps of so many minutes: a step begun is a step billed."
    )
    unposted_days: Annotated[int, Field(ge=1, le=366)] = Field(
        default=7, description="After so many days work shall be approved and posted."
    )
    effective_from: Instant | None = Field(default=None, description="From when on that holds; nothing = since ever.")


BILLING: Final = DefinitionKind(
    "billing", "billing policy", BillingPolicy, many=False, records={"after_hours": Refers("billing_codes")}
)
"""What time has to look like: ``[billing]``."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (BILLING,)
