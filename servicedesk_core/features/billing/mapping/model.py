"""What is linked, or should be, as lists show it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from servicedesk_core.domain.writing import WriteState
from servicedesk_core.faces import Column
from servicedesk_core.features.billing.mapping.links import Linkable, Target
from servicedesk_core.features.billing.mapping.matching import Evidence
from servicedesk_core.outbox.views import WriteView


class LinkState(StrEnum):
    """How far something is linked."""

    BROKEN = "broken"
    """What it is linked to is gone, inactive, or was merged into another: nothing of it is sent."""
    MISSING = "missing"
    """Nothing in the ledger is like it."""
    SUGGESTED = "suggested"
    """Something in the ledger is like it; nobody has said yet that it is it."""
    LINKED = "linked"


@dataclass(frozen=True, slots=True)
class LinkRow:
    """Something of the PSA, and what it is in the ledger."""

    what: Annotated[Linkable, Column("What of the PSA.")]
    name: Annotated[str, Column("What people call it there; of a default the sort of lines.", cut=12)]
    connection: Annotated[str | None, Column("Connection of the PSA.", shown=False)]
    ref: Annotated[str, Column("The vendor's id of it.", "Id", shown=False)]
    target: Annotated[Target, Column("As what it is in the ledger.", "As")]
    state: Annotated[LinkState, Column("How far it is linked.")]
    lines: Annotated[
        int | None, Column("On how many lines of the month it is named; nothing = nobody asked for one.", spare=1)
    ]
    ledger: Annotated[str, Column("Connection of the ledger.", shown=False)]
    ledger_name: Annotated[str | None, Column("What it is there, or may be.", "In the ledger", cut=12)]
    ledger_ref: Annotated[str | None, Column("The ledger's id of that.", shown=False)]
    confidence: Annotated[int | None, Column("How sure a suggestion is, in percent.", "Sure")]
    why: Annotated[str | None, Column("By what it was found, or what is wrong.", wraps=True)]
    linked_at: Annotated[datetime | None, Column("When it was linked.", "Linked", shown=False)]
    author: Annotated[str | None, Column("By whom.", "By", shown=False)]


@dataclass(frozen=True, slots=True)
class Linked:
    """Something that was linked."""

    what: Annotated[Linkable, Column("What of the PSA.")]
    name: Annotated[str, Column("What people call it there.")]
    target: Annotated[Target, Column("As what it is in the ledger.", "As")]
    ledger: Annotated[str, Column("Connection of the ledger.")]
    ledger_name: Annotated[str, Column("What it is there.", "In the ledger")]
    ledger_ref: Annotated[str, Column("The ledger's id of that.")]
    why: Annotated[Evidence | None, Column("By what it was found; nothing = somebody said it.")]
    shared_with: Annotated[
        tuple[str, ...], Column("Other clients that are the same customer: it gets their invoices, too.", wraps=True)
    ]


@dataclass(frozen=True, slots=True)
class LinkedAll:
    """What was certain, and is linked now."""

    links: Annotated[tuple[Linked, ...], Column("What was linked.")]
    left: Annotated[int, Column("How many suggestions are left for somebody's look.")]


@dataclass(frozen=True, slots=True)
class AddedCustomer:
    """A customer that the ledger is to have for a client."""

    client: Annotated[str, Column("Who it is for.", cut=12, leads="tickets.list:company")]
    connection: Annotated[str, Column("Connection of the PSA.", shown=False)]
    ref: Annotated[str, Column("Its id of the client, which becomes the customer's number.", "Number")]
    state: Annotated[WriteState, Column("Where it stands.")]
    is_linked: Annotated[bool, Column("Whether the client is linked to it.", "Linked")]
    write: Annotated[int, Column("Number of the write that makes it.", "Write", leads="writes.show")]


@dataclass(frozen=True, slots=True)
class Added:
    """Customers that were proposed, and what became of them."""

    customers: Annotated[tuple[AddedCustomer, ...], Column("The customers.")]
    writes: Annotated[tuple[WriteView, ...], Column("The writes that make them.")]


@dataclass(frozen=True, slots=True)
class Unlinked:
    """Something that is linked no more."""

    what: Annotated[Linkable, Column("What of the PSA.")]
    name: Annotated[str, Column("What people call it there.")]
    target: Annotated[Target, Column("As what it was in the ledger.", "As")]
    ledger: Annotated[str, Column("Connection of the ledger.")]
