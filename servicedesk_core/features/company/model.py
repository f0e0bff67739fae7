"""The health of a client as people and programs see it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column


class Weigh(StrEnum):
    """By what the largest come first."""

    COST = "cost"
    HOURS = "hours"
    RHEM = "rhem"
    """Reactive hours per device and month."""


@dataclass(frozen=True, slots=True)
class AgreementHealth:
    """An agreement of a client: what it earns and costs in a month, and what it would have to earn."""

    agreement: Annotated[str, Column("What the contract is called.", cut=14)]
    recurring: Annotated[Decimal, Column("What it earns by itself in a month.", "A month")]
    other: Annotated[Decimal, Column("What else is billed on it in a month.", spare=2)]
    cost: Annotated[Decimal, Column("What its work and goods cost in a month, as far as that is known.")]
    margin_percent: Annotated[
        Decimal | None, Column("Its margin; nothing where a part of revenue or cost is unknown.", "Margin")
    ]
    price: Annotated[
        Decimal | None, Column("What it would have to earn by itself in a month to reach the goal.", "At the goal")
    ]
    change: Annotated[Decimal | None, Column("By how much that is more, or less, than now.")]
    ref: Annotated[str, Column("The vendor's id of the contract.", shown=False)]


@dataclass(frozen=True, slots=True)
class Burden:
    """A cause, a person or a device, with what it takes and what would be left without it."""

    name: Annotated[str, Column("What it is.", cut=14, wraps=True)]
    tickets: Annotated[int, Column("Tickets on which something was spent.")]
    worked_s: Annotated[int, Column("Work, in seconds.", "Hours")]
    cost: Annotated[Decimal, Column("What work and goods cost, before what makers gave back.")]
    uncosted: Annotated[int, Column("Pieces of work and goods whose cost nobody knows.", spare=3)]
    rhem: Annotated[Decimal | None, Column("Reactive hours per device of the client and month.", "RHEM")]
    saves: Annotated[Decimal, Column("What its removal would save in a month.", "Saves a month")]
    margin_without: Annotated[Decimal | None, Column("The margin of the client without it.", "Then margin", spare=2)]
    ref: Annotated[str | None, Column("The vendor's id; nothing = none, or it is a cause.", shown=False)]


@dataclass(frozen=True, slots=True)
class Health:
    """What a client earns and costs, what burdens it most, and what would put that right."""

    company: Annotated[str, Column("The client.", leads="tickets.list:company")]
    connection: Annotated[str, Column("Connection of the client.", shown=False)]
    ref: Annotated[str, Column("The vendor's id of the client.", shown=False)]
    months: Annotated[tuple[str, ...], Column("The months that were looked at.")]
    currency: Annotated[str, Column("The currency of all amounts.")]
    goal_percent: Annotated[Decimal, Column("The margin that an agreement is to reach.", "Goal")]
    revenue: Annotated[Decimal, Column("What was earned in these months, as far as it is known.")]
    cost: Annotated[Decimal, Column("What it cost, as far as that is known.")]
    margin_percent: Annotated[
        Decimal | None, Column("The margin; nothing where a part of either is unknown.", "Margin")
    ]
    tickets: Annotated[int, Column("Tickets on which something was spent.")]
    worked_s: Annotated[int, Column("Work on them, in seconds.", "Hours")]
    devices_mean: Annotated[Decimal, Column("Devices at the beginning and the end, their mean.", "Devices counted")]
    rhem: Annotated[Decimal | None, Column("Reactive hours per device and month.", "RHEM")]
    agreements: Annotated[tuple[AgreementHealth, ...], Column("Its agreements.")]
    causes: Annotated[tuple[Burden, ...], Column("What its tickets were about, the largest first.")]
    users: Annotated[tuple[Burden, ...], Column("Who asked for them.")]
    devices: Annotated[tuple[Burden, ...], Column("Which devices they were about.")]
    not_known: Annotated[tuple[str, ...], Column("What is not known, and makes these figures too small.", wraps=True)]
