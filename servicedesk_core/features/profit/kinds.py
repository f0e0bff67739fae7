"""The kinds of definitions that margins are made with."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final, Self

from pydantic import Field, model_validator

from servicedesk_core.domain.base import Amount, Currency, Instant, Model
from servicedesk_core.faces import Capability, DefinitionKind, Refers

_Factor = Annotated[Amount, Field(gt=0)]
_Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


class CostRate(Model):
    """What an hour of somebody costs, with everything that comes with it: wages, taxes, insurance, car and desk."""

    name: Annotated[str, Field(min_length=1)]
    technicians: tuple[str, ...] = Field(default=(), description="Whose it is: names, or the vendor's ids.")
    roles: tuple[str, ...] = Field(
        default=(), description="In which roles: names or ids. With technicians, theirs in these roles only."
    )
    hour: _Factor = Field(description="What an hour costs.")
    currency: Currency
    multipliers: Mapping[str, _Factor] = Field(
        default={}, description="How many times as much an hour costs, by the type of work: name or id of its code."
    )
    effective_from: Instant | None = Field(default=None, description="From when on; nothing = since ever.")

    @model_validator(mode="after")
    def _is_somebodys(self) -> Self:
        if not (self.technicians or self.roles):
            msg = "names neither technicians nor roles, so it would be nobody's"
            raise ValueError(msg)
        return self


class ExchangeRates(Model):
    """What one unit of a currency is worth in the currency of the report."""

    name: Currency
    months: Mapping[_Month, _Factor] = Field(description='By month: { "2026-10" = 0.92 }.')


class Allocation(StrEnum):
    """By what the revenue of a contract is shared out to the types of work."""

    HOURS = "hours"
    WEIGHTS = "weights"
    ENDPOINTS = "endpoints"
    """Devices that were worked on."""


class ProfitPolicy(Model):
    """How margins are counted."""

    currency: Currency = Field(description="The MSP's own, in which the PSA keeps costs; reports are in it.")
    allocation: Allocation = Field(
        default=Allocation.HOURS, description="By what the revenue of a contract is shared out to the types of work."
    )
    weights: Mapping[str, Annotated[Decimal, Field(gt=0)]] = Field(
        default={}, description="With allocation by weights: the weight of each type of work."
    )
    own_companies: tuple[str, ...] = Field(
        default=(), description="What is the MSP itself: names or ids. Work for it is counted, and has no margin."
    )
    effective_from: Instant | None = Field(
        default=None, description="From when on, for the months that begin then; nothing = since ever."
    )

    @model_validator(mode="after")
    def _has_weights(self) -> Self:
        if (self.allocation is Allocation.WEIGHTS) is not bool(self.weights):
            msg = 'weights belong to allocation = "weights", and it needs them'
            raise ValueError(msg)
        return self


COST_RATES: Final = DefinitionKind(
    "cost_rates",
    "cost rate",
    CostRate,
    needs=Capability.MONEY,
    records={
        "technicians": Refers("technicians"),
        "roles": Refers("roles"),
        "multipliers": Refers("billing_codes"),
    },
)
"""What an hour costs: ``[cost_rates.NAME]``."""

EXCHANGE_RATES: Final = DefinitionKind("exchange_rates", "set of exchange rates", ExchangeRates)
"""What other currencies are worth: ``[exchange_rates.USD]``."""

POLICY: Final = DefinitionKind(
    "profit", "policy of margins", ProfitPolicy, many=False, records={"own_companies": Refers("companies")}
)
"""How margins are counted: ``[profit]``."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (COST_RATES, EXCHANGE_RATES, POLICY)
