"""What the configuration says about parts: ``[parts]``."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from servicedesk_core.domain import Model
from servicedesk_core.domain.base import Amount, Currency


class PartsSection(Model):
    """Who bills the parts that tickets take: ``[parts]``."""

    billed_by: Literal["nobody", "psa"] = Field(
        default="nobody",
        description='Which system bills parts: with "psa" each part that is taken is charged on its ticket, which '
        'needs the grant "charges.create"; "nobody" leaves that to a person or another program.',
    )
    markup_percent: Annotated[Amount, Field(ge=Decimal(-100))] | None = Field(
        default=None,
        description="What a client pays beyond what a part cost; left out = the price is said with each part.",
    )
    currency: Currency | None = Field(
        default=None,
        description="The currency of costs in the PSA: a cost in another one is not sent, and makes no price.",
    )
    uncharged_after_days: int = Field(
        default=3, ge=0, le=365, description="Days after which a part that is not charged is told of."
    )
