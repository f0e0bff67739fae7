"""Documents that are carried into the books, as lists show them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from servicedesk_core.domain.billing import DocumentKind
from servicedesk_core.faces import Column
from servicedesk_core.outbox.views import WriteView


class DocumentState(StrEnum):
    """Where a document stands: with us until the ledger was read, then as the ledger says."""

    PROPOSED = "proposed"
    """Waits for somebody's approval."""
    QUEUED = "queued"
    """Approved, and not in the ledger yet."""
    SENDING = "sending"
    IN_DOUBT = "in_doubt"
    """The ledger may have it; it is looked for before it is sent again."""
    SENT = "sent"
    """The ledger has it, and was not read since."""
    DRAFT = "draft"
    SUBMITTED = "submitted"
    """Waits in the ledger for somebody's approval."""
    OPEN = "open"
    """In the books, and not wholly settled."""
    PAID = "paid"
    VOID = "void"
    DELETED = "deleted"
    """The ledger had it, and has it no more."""
    REFUSED = "refused"
    """It was not taken; what it bills can be billed again."""
    DISCARDED = "discarded"
    """Somebody dropped it; what it bills can be billed again."""

    @property
    def is_over(self) -> bool:
        """Whether it stands for no money any more."""
        return self in {
            DocumentState.VOID, DocumentState.DELETED, DocumentState.REFUSED, DocumentState.DISCARDED
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document that is carried into the books."""

    number: Annotated[str, Column("Its number, by which it is found in the ledger.", leads="billing.status:number")]
    kind: Annotated[DocumentKind, Column("sales_invoices or credit_notes.", shown=False)]
    client: Annotated[str, Column("Who pays.", cut=12, leads="tickets.list:company")]
    connection: Annotated[str, Column("Connection of the PSA whose work it bills.", shown=False)]
    client_ref: Annotated[str, Column("Its id of the client.", shown=False)]
    period: Annotated[str, Column("What is billed: a month, or its days.")]
    net: Annotated[Decimal | None, Column("Without tax; nothing = not to be seen.", "Net")]
    total: Annotated[
        Decimal | None, Column("With tax: as the ledger says, else as it was asked for; nothing = not known yet.")
    ]
    currency: Annotated[str | None, Column("Of all amounts.")]
    state: Annotated[DocumentState, Column("Where it stands.")]
    balance: Annotated[Decimal | None, Column("What is still to be paid, as the ledger says.")]
    paid_on: Annotated[date | None, Column("When nothing was left to pay.", "Paid", spare=2)]
    credited_by: Annotated[tuple[str, ...], Column("Numbers of credit notes that take of it back.", shown=False)]
    credits: Annotated[str | None, Column("Of a credit note: number of the invoice.", shown=False)]
    problem: Annotated[str | None, Column("What somebody has to know of it.", wraps=True)]
    ledger: Annotated[str, Column("Connection of the ledger.", shown=False)]
    ref: Annotated[str | None, Column("The ledger's id of it.", shown=False)]
    made_at: Annotated[datetime, Column("When it was proposed.", shown=False)]
    made_by: Annotated[str, Column("Who proposed it.", shown=False)]
    write: Annotated[
        int | None,
        Column("Number of the write; nothing = it was in the ledger before.", "Write", spare=1, leads="writes.show"),
    ]


@dataclass(frozen=True, slots=True)
class Carried:
    """Documents that were proposed, and what became of them."""

    documents: Annotated[tuple[DocumentRow, ...], Column("The documents.")]
    digest: Annotated[str, Column("Stands for all of them, as they were previewed.")]
    needs_another: Annotated[tuple[str, ...], Column("Why another person must approve some; empty = nobody has to.")]
    writes: Annotated[tuple[WriteView, ...], Column("The writes that make them.")]
