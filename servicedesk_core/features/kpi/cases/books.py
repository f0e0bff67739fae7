"""What clients earned and cost, as figures of money see it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Account:
    """What a client, on a contract and with a type of work, earned and cost.

    Attributes:
        client: The name of the client.
        of: What it belongs to, by dimension.
        connection: Where the client comes from.
        revenue: In the smallest unit of the currency, as all amounts.
        cost: All of it, less what was recovered.
        labour: What work on tickets cost.
        is_revenue_known: Whether all revenue of the client is.
        is_cost_known: Whether all cost of the client is.
    """

    client: str
    of: Mapping[str, str | None]
    connection: str
    revenue: int
    cost: int
    labour: int
    is_revenue_known: bool = True
    is_cost_known: bool = True


@dataclass(frozen=True, slots=True)
class Books:
    """What clients earned and cost in a period.

    Attributes:
        accounts: All of it.
        cent: The smallest unit of the currency.
    """

    accounts: Sequence[Account]
    cent: Decimal
