"""A claim as the store holds it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Select

from servicedesk_core.domain.warranty import ClaimDraft, ClaimEvent, ClaimEventKind, ClaimProgress, ClaimState
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.features.claims.model import ClaimFile, HistoryEntry
from servicedesk_core.store.rows import Rows
from servicedesk_core.store.schema import claim_attachments, claim_events, claims, outbox

UNDERWAY: Final = {
    WriteState.PROPOSED: ClaimState.SUBMITTING,
    WriteState.QUEUED: ClaimState.SUBMITTING,
    WriteState.SENDING: ClaimState.SUBMITTING,
    WriteState.IN_DOUBT: ClaimState.IN_DOUBT,
}
"""Where a claim stands while the write that sends it is on its way."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a claim came from.

    Attributes:
        source_id: The desk's number of the connection that the ticket is of.
        ticket_ref: The vendor's id of the ticket.
        asset_ref: The vendor's id of the asset.
        company_ref: The vendor's id of the client.
    """

    source_id: int | None = None
    ticket_ref: str | None = None
    asset_ref: str | None = None
    company_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft that can be stored.

    Attributes:
        draft: The draft.
        origin: What it came from.
        connection: Connection that it goes through, if there is one.
        manufacturer: The manufacturer.
        by_hand: Whether a person sends it.
        filing_due_on: Last day on which it may arrive.
    """

    draft: ClaimDraft
    origin: Origin
    connection: str | None
    manufacturer: str
    by_hand: bool
    filing_due_on: date | None


@dataclass(frozen=True, slots=True)
class StoredClaim:
    """A claim as the store holds it: a row of the table, with where the write that sends it stands."""

    id: int
    claim_id: str
    revision: int
    connection: str | None
    manufacturer: str
    by_hand: bool
    origin: Origin
    draft: ClaimDraft
    progress: ClaimProgress
    sent_as: int | None
    write_state: WriteState | None
    state_since: datetime
    filing_due_on: date | None
    created_at: datetime
    created_by: str
    changed_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    is_approved: bool | None
    closed_at: datetime | None
    poll_at: datetime | None
    polled_at: datetime | None
    poll_problem: str | None
    credits_to_client: bool

    @property
    def state(self) -> ClaimState:
        """Where it stands; submitting and in doubt are what its write says."""
        return shown_state(self.progress.state, self.write_state)

    @property
    def is_sent(self) -> bool:
        """Whether the manufacturer has it."""
        return self.submitted_at is not None


@dataclass(frozen=True, slots=True)
class LoadedFile(ClaimFile):
    """A file of a claim with its content."""

    content: bytes = field(repr=False)


def shown_state(stored: ClaimState, write: WriteState | None) -> ClaimState:
    """Return where a claim stands, with what its write says.

    Args:
        stored: What the claim's row says.
        write: Where the write that sends it stands, if one does.
    """
    return UNDERWAY.get(write, stored) if write is not None else stored


def decision_of(events: Sequence[ClaimEvent]) -> tuple[datetime, bool] | None:
    """Return when it was last decided and how, from what was seen and not inferred; ``None`` when nothing was."""
    decided = None
    for event in events:
        if event.kind is ClaimEventKind.STATE and event.after is not None and not event.is_inferred:
            if event.after in _APPROVED:
                decided = (event.at, True)
            elif event.after in {ClaimState.DENIED, ClaimState.REJECTED}:
                decided = (event.at, False)
    return decided


_APPROVED = frozenset(
    {
        ClaimState.APPROVED,
        ClaimState.PARTIALLY_APPROVED,
        ClaimState.IN_FULFILMENT,
        ClaimState.AWAITING_RETURN,
        ClaimState.RETURN_RECEIVED,
        ClaimState.AWAITING_CREDIT,
    }
)

CLAIMS: Final = Rows(
    StoredClaim,
    claims,
    {"draft": "body", "source_id": "ticket_source_id", "write_state": outbox.c.state},
)
HISTORY: Final = Rows(HistoryEntry, claim_events)
FILES: Final = Rows(ClaimFile, claim_attachments)
LOADED_FILES: Final = Rows(LoadedFile, claim_attachments)


def select_claims() -> Select[Any]:
    """Return a query for all claims, with where their writes stand, to be narrowed."""
    return CLAIMS.select().select_from(claims.outerjoin(outbox, outbox.c.id == claims.c.sent_as))
