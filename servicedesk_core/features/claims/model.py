"""Claims as people and programs see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from servicedesk_core.domain.warranty import ClaimDraft, ClaimEventKind, ClaimProblem, ClaimProgress
from servicedesk_core.features.claims.tables import ClaimRow
from servicedesk_core.features.claims.tables.stored import HistoryEntry
from servicedesk_core.problem import Problem


@dataclass(frozen=True, slots=True)
class Proposal:
    """A ticket that could be claimed.

    Attributes:
        ticket: The ticket's number.
        connection: Connection that the ticket is of.
        title: Its title.
        company: Name of the client.
        opened_at: When it was opened.
        asset: What people call the device.
        serial_number: Its serial number.
        manufacturer: As its record states it.
        covered: Whether it was covered on the day when the ticket was opened; ``None`` = nobody knows.
        cover: The cover that a claim would rest on.
        claims: Claims that were made for the ticket.
    """

    ticket: str
    connection: str
    title: str
    company: str | None
    opened_at: datetime | None
    asset: str | None
    serial_number: str | None
    manufacturer: str | None
    covered: bool | None
    cover: str | None
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposals:
    """The tickets that could be claimed, and what was left out on the way to them.

    Attributes:
        tickets: Hardware incidents on covered devices, without a claim.
        unknown_cover: Hardware incidents on devices of whose cover nothing is known: look them up.
        incidents: Incidents that were looked at.
        without_device: Of these, how many name no device that the desk knows.
        not_hardware: Of the rest, how many are in no category of hardware.
        not_covered: Of the rest, how many are on devices without cover on that day.
        claimed: Of the rest, how many have a claim.
    """

    tickets: tuple[Proposal, ...]
    unknown_cover: tuple[Proposal, ...]
    incidents: int
    without_device: int
    not_hardware: int
    not_covered: int
    claimed: int


@dataclass(frozen=True, slots=True)
class ClaimFile:
    """A file of a claim.

    Attributes:
        id: Its number.
        name: File name.
        media_type: Media type.
        kind: What it proves.
        size: Bytes.
        is_sent: Whether the manufacturer has it.
        added_by: Who added it.
    """

    id: int
    name: str
    media_type: str
    kind: str
    size: int
    is_sent: bool
    added_by: str


@dataclass(frozen=True, slots=True)
class ClaimDetail:
    """A claim with everything that hangs on it.

    Attributes:
        claim: Where it stands.
        draft: What is claimed.
        progress: What the manufacturer told.
        files: Its files.
        history: Everything that happened to it.
        write: Number of the write that sends it now, if one does.
        doubt: Why nobody knows whether the manufacturer has it, while that is so.
        waits: Why it could not be sent yet, while that is so.
        is_unapproved: Whether somebody must approve it before it is sent.
        hint: What to do about either.
        candidates: The manufacturer's ids that might be it, while in doubt.
    """

    claim: ClaimRow
    draft: ClaimDraft
    progress: ClaimProgress
    files: tuple[ClaimFile, ...]
    history: tuple[HistoryEntry, ...]
    write: int | None
    doubt: str | None = None
    candidates: tuple[str, ...] = ()
    waits: str | None = None
    is_unapproved: bool = False
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class ClaimCheck:
    """What a check of a claim came to.

    Attributes:
        claim: The claim after the check.
        can_be_sent: Whether nothing blocks it.
        problems: Everything that is wrong, the blocking first.
    """

    claim: ClaimRow
    can_be_sent: bool
    problems: tuple[ClaimProblem, ...]


@dataclass(frozen=True, slots=True)
class ClaimPreview:
    """Exactly what would leave the desk, and where to.

    Attributes:
        claim_id: Our id of the claim.
        kind: What is sent; the grant that it needs.
        connection: Name of the connection.
        environment: ``live`` or ``sandbox``.
        vendor: The manufacturer's system.
        account: Our account there.
        values: Every field that leaves; files by name, size and hash.
        side_effects: What may happen at the manufacturer besides.
        warnings: What does not block it.
    """

    claim_id: str
    kind: str
    connection: str
    environment: str
    vendor: str
    account: str | None
    values: dict[str, Any]
    side_effects: str
    warnings: tuple[ClaimProblem, ...]


@dataclass(frozen=True, slots=True)
class AlertView:
    """Something about a claim that somebody should look at.

    Attributes:
        claim_id: Our id of the claim.
        kind: What it is.
        text: The same, for people.
    """

    claim_id: str
    kind: ClaimEventKind
    text: str


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """What following the claims of one connection brought.

    Attributes:
        connection: Name of the connection; empty = the desk's own look at parts that should have been back.
        asked: Claims that were asked after.
        changed: Of these, how many had news.
        not_found: Of these, how many the manufacturer does not know by their id.
        failed: Of these, how many could not be answered.
        left: Claims that were due and wait for the next run.
        requests: Requests that were sent.
        alerts: What somebody should look at.
        error: Why the connection could not go on, if it could not.
    """

    connection: str
    asked: int = 0
    changed: int = 0
    not_found: int = 0
    failed: int = 0
    left: int = 0
    requests: int = 0
    alerts: tuple[AlertView, ...] = ()
    error: Problem | None = None


@dataclass(frozen=True, slots=True)
class PackOutcome:
    """Where a claim pack is.

    Attributes:
        claim_id: Our id of the claim.
        path: The folder, or the archive.
        files: Names of the files in it.
    """

    claim_id: str
    path: str
    files: tuple[str, ...]
