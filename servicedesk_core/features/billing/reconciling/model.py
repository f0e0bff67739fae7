"""Documents in which we and a ledger part, as lists show them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from servicedesk_core.domain.billing import DocumentKind
from servicedesk_core.faces import Column


class Parting(StrEnum):
    """How our documents and the ledger's part."""

    NOT_IN_LEDGER = "not in the ledger"
    """We sent it, and the ledger does not show it."""
    NOT_OURS = "not ours"
    """The ledger has it, and neither the PSA nor we know of it."""
    NOT_SENT = "not sent"
    """The PSA has invoiced it, and the ledger does not have it."""
    TOTAL = "another total"
    CUSTOMER = "another customer"
    VOIDED = "voided"
    """Somebody voided it in the ledger."""
    DELETED = "deleted"
    """Somebody deleted it in the ledger."""
    TWICE = "twice"
    """The ledger has its number twice."""
    DROPPED = "in the ledger all the same"
    """It was refused or dropped here, and the ledger has it."""


@dataclass(frozen=True, slots=True)
class PartedRow:
    """A document in which we and the ledger part."""

    number: Annotated[str, Column("Its number; where it has none, the ledger's id.", leads="billing.status:number")]
    parting: Annotated[Parting, Column("What is the matter.", "What")]
    client: Annotated[
        str | None, Column("Who pays, as we or the ledger know them.", cut=12, leads="tickets.list:company")
    ]
    ours: Annotated[Decimal | None, Column("With tax, as we asked for it; nothing = we do not have it.")]
    theirs: Annotated[Decimal | None, Column("With tax in the ledger; nothing = it does not have it.")]
    currency: Annotated[str | None, Column("Of both.")]
    do: Annotated[str, Column("What to do.", wraps=True)]
    issued_on: Annotated[date | None, Column("Its date.", shown=False)]
    kind: Annotated[DocumentKind, Column("sales_invoices or credit_notes.", shown=False)]
    connection: Annotated[str, Column("Connection that has it: the ledger, or the PSA.", shown=False)]
    ref: Annotated[str | None, Column("Its id there.", shown=False)]
