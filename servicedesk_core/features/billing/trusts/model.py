"""Whose documents are trusted, as lists show it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from servicedesk_core.faces import Column


@dataclass(frozen=True, slots=True)
class TrustRow:
    """A client whose documents are trusted."""

    client: Annotated[str, Column("The client.", leads="tickets.list:company")]
    connection: Annotated[str, Column("Connection of the PSA.", shown=False)]
    client_ref: Annotated[str, Column("Its id of the client.", shown=False)]
    ledger: Annotated[str, Column("Connection of the ledger.")]
    reason: Annotated[str, Column("Why.", wraps=True)]
    trusted_by: Annotated[str, Column("Who said so; somebody else sends.", "By")]
    trusted_at: Annotated[datetime, Column("When.", "Since")]


@dataclass(frozen=True, slots=True)
class TrustDecided:
    """What was decided about a client's documents."""

    client: Annotated[str, Column("The client.", leads="tickets.list:company")]
    ledger: Annotated[str, Column("Connection of the ledger.")]
    is_trusted: Annotated[bool, Column("Whether they are trusted now.", "Trusted")]
    by: Annotated[str, Column("Who decided.")]
    reason: Annotated[str, Column("Why.")]
