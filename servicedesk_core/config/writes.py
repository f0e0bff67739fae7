"""What ``servicedesk.toml`` says about sending: ``[writes]``, and about what it may cost: ``[orders]``."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from servicedesk_core.domain.base import Amount, Currency, Model

Limit = Annotated[Amount, Field(gt=0)]


class WritesSection(Model):
    """When sending stops and asks, and how much is sent at once: ``[writes]``."""

    stop_after: int = Field(
        default=20, ge=1, le=100_000, description="So many writes over one connection in `minutes` stop sending."
    )
    minutes: int = Field(default=10, ge=1, le=1_440, description="The span in which writes are counted.")
    parallel: int = Field(
        default=4, ge=1, le=32, description="How many writes may be under way at once; never two of one ticket."
    )
    approval: Literal["anybody", "another-person"] = Field(
        default="anybody",
        description='Who may approve a write: anybody who may, or, with four eyes, "another-person" than the one who '
        "proposed or edited it last.",
    )


class OrdersSection(Model):
    """How much may be ordered without another person's approval: ``[orders]``."""

    currency: Currency | None = Field(default=None, description="Of the limits; what costs another one is above them.")
    per_order: Limit | None = Field(
        default=None,
        description='Goods of one order above this take the approval of another person: "500" or "499.90".',
    )
    per_day: Limit | None = Field(
        default=None, description="The same for all orders that were approved on one day, over all connections."
    )

    @property
    def highest(self) -> Decimal | None:
        """The most that any order may cost without another person; ``None`` = there is no limit."""
        return min((limit for limit in (self.per_order, self.per_day) if limit is not None), default=None)

    @model_validator(mode="after")
    def _limits_have_a_currency(self) -> Self:
        if self.currency is None and self.highest is not None:
            msg = 'a limit needs its currency, such as currency = "EUR"'
            raise ValueError(msg)
        return self
