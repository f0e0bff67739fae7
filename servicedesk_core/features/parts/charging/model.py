"""Parts by what is charged of them, as lists show them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column


@dataclass(frozen=True, slots=True)
class ClaimedPart:
    """A part and the claim that it is for."""

    write: Annotated[int, Column("Number of the write that took it.", "No.", leads="writes.show")]
    name: Annotated[str, Column("What it is.", "Part")]
    claim: Annotated[str | None, Column("Our id of the claim; nothing = it is for none.", leads="claims.show")]
    due: Annotated[Decimal, Column("How many the client is yet to be charged for.", "To charge")]


@dataclass(frozen=True, slots=True)
class UnchargedRow:
    """A part of which not as much is charged as the client owes."""

    write: Annotated[int, Column("Number of the write that took it.", "No.", leads="writes.show")]
    ticket: Annotated[str, Column("The ticket's number.", leads="tickets.show")]
    name: Annotated[str, Column("What it is.", "Part", cut=14)]
    due: Annotated[Decimal, Column("How many are not charged; below 0 = so many are charged too much.", "To charge")]
    cost: Annotated[Decimal | None, Column("What those cost; nothing = it is not known, or not to be seen.")]
    currency: Annotated[str | None, Column("Of the cost.")]
    claim: Annotated[str | None, Column("The claim that it is for.", spare=1, leads="claims.show")]
    why: Annotated[str, Column("What is the matter.", wraps=True)]
    at: Annotated[datetime, Column("When it was taken.", "When", spare=2)]


class CostOf(StrEnum):
    """What costs of parts are added up by."""

    TICKET = "ticket"
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class PartsCost:
    """What the parts cost that a ticket or a client has."""

    name: Annotated[str, Column("The ticket, or the client.", cut=16)]
    connection: Annotated[str | None, Column("Connection whose id it has.", shown=False)]
    ref: Annotated[str | None, Column("The vendor's id.", shown=False)]
    parts: Annotated[Decimal, Column("How many parts.")]
    cost: Annotated[Decimal | None, Column("What they cost, as far as it is known.")]
    currency: Annotated[str | None, Column("Of the cost.")]
    charged: Annotated[Decimal, Column("How many of them are charged, or are to be.")]
    claimed: Annotated[Decimal, Column("How many are for a claim.")]
    uncosted: Annotated[Decimal, Column("How many have no cost that is known; those cost nothing here.")]
