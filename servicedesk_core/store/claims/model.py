"""A claim as the store holds it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import RowMapping

from servicedesk_core.domain.warranty import ClaimDraft, ClaimEvent, ClaimEventKind, ClaimProgress, ClaimState
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.store.fields import from_us, optional_instant

_UNDERWAY = {
    WriteState.PROPOSED: ClaimState.SUBMITTING,
    WriteState.QUEUED: ClaimState.SUBMITTING,
    WriteState.SENDING: ClaimState.SUBMITTING,
    WriteState.IN_DOUBT: ClaimState.IN_DOUBT,
}


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
class StoredClaim:
    """A claim as the store holds it.

    Attributes:
        id: The desk's own number.
        claim_id: Our id; travels in the manufacturer's reference field.
        revision: Rises with every change.
        connection: Connection to the manufacturer, by which the claim is sent or at least followed.
        maker: The manufacturer.
        by_hand: Whether a person sends it, because the manufacturer takes no claims from programs.
        origin: What it came from.
        draft: What is claimed.
        progress: How far it has come at the manufacturer.
        sent_as: Number of the write that sends it now, if one does.
        write_state: Where that write stands.
        state_since: Since when it stands where it stands.
        filing_due_on: Last day on which it may arrive.
        created_at: When it was drafted.
        created_by: By whom.
        changed_at: When anything about it changed last.
        submitted_at: When the manufacturer first had it.
        decided_at: When it was last approved or denied.
        is_approved: What was decided; ``None`` while nothing was, or nobody saw it.
        closed_at: When nothing was expected any more.
        poll_at: When to ask after it next.
        polled_at: When it was last asked after.
        poll_problem: Why the last look brought nothing, if it did not.
    """

    id: int
    claim_id: str
    revision: int
    connection: str | None
    maker: str
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

    @property
    def state(self) -> ClaimState:
        """Where it stands; submitting and in doubt are what its write says."""
        return shown_state(self.progress.state, self.write_state)

    @property
    def is_sent(self) -> bool:
        """Whether the manufacturer has it."""
        return self.submitted_at is not None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A step of a claim's history with who took it.

    Attributes:
        event: The step.
        recorded_at: When the desk learned of it.
        actor: Who; ``maker`` for the manufacturer.
    """

    event: ClaimEvent
    recorded_at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class StoredAttachment:
    """A file of a claim.

    Attributes:
        id: Its number.
        name: File name.
        media_type: Media type.
        kind: What it proves.
        size: Bytes.
        sha256: Its hash, as hexadecimal text.
        added_at: When it was added.
        added_by: By whom.
        sent_as: Number of the write that sent it by itself.
        content: The file; empty in lists.
    """

    id: int
    name: str
    media_type: str
    kind: str
    size: int
    sha256: str
    added_at: datetime
    added_by: str
    sent_as: int | None
    content: bytes = field(default=b"", repr=False)


def shown_state(stored: ClaimState, write: WriteState | None) -> ClaimState:
    """Return where a claim stands, with what its write says.

    Args:
        stored: What the claim's row says.
        write: Where the write that sends it stands, if one does.
    """
    return _UNDERWAY.get(write, stored) if write is not None else stored


def from_row(row: RowMapping, write_state: str | None) -> StoredClaim:
    """Return the claim of a row."""
    return StoredClaim(
        id=row["id"],
        claim_id=row["claim_id"],
        revision=row["revision"],
        connection=row["connection"],
        maker=row["maker"],
        by_hand=bool(row["by_hand"]),
        origin=Origin(row["ticket_source_id"], row["ticket_ref"], row["asset_ref"], row["company_ref"]),
        draft=ClaimDraft.model_validate_json(row["body"]),
        progress=ClaimProgress.model_validate_json(row["progress"]),
        sent_as=row["sent_as"],
        write_state=WriteState(write_state) if write_state else None,
        state_since=from_us(row["state_since"]),
        filing_due_on=date.fromisoformat(row["filing_due_on"]) if row["filing_due_on"] else None,
        created_at=from_us(row["created_at"]),
        created_by=row["created_by"],
        changed_at=from_us(row["changed_at"]),
        submitted_at=optional_instant(row["submitted_at"]),
        decided_at=optional_instant(row["decided_at"]),
        is_approved=None if row["is_approved"] is None else bool(row["is_approved"]),
        closed_at=optional_instant(row["closed_at"]),
        poll_at=optional_instant(row["poll_at"]),
        polled_at=optional_instant(row["polled_at"]),
        poll_problem=row["poll_problem"],
    )


def entry_from_row(row: RowMapping) -> HistoryEntry:
    """Return the step of a row."""
    detail: dict[str, Any] = orjson.loads(row["detail"])
    event = ClaimEvent(
        kind=ClaimEventKind(row["kind"]),
        at=from_us(row["at"]),
        before=ClaimState(row["before"]) if row["before"] else None,
        after=ClaimState(row["after"]) if row["after"] else None,
        vendor_status=row["vendor_status"],
        is_inferred=bool(row["is_inferred"]),
        detail=detail,
    )
    return HistoryEntry(event, from_us(row["recorded_at"]), row["actor"])


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
