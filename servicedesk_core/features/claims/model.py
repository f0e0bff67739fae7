"""Claims as people and programs see them: in lists, in full, and what acts on them came to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from servicedesk_core.arguments import strict
from servicedesk_core.domain.warranty import (
    ClaimDraft,
    ClaimEvent,
    ClaimEventKind,
    ClaimProblem,
    ClaimProgress,
    ClaimState,
    CreditKind,
)
from servicedesk_core.domain.writing import WriteState
from servicedesk_core.faces import Column, Help
from servicedesk_core.problem import Problem


class Turn(StrEnum):
    """For whom a claim waits."""

    US = "us"
    """For us: to write, to approve, to look into, to answer, or to send a part back."""
    MAKER = "maker"
    """For the manufacturer: to decide, to send, or to pay."""


class MoneyState(StrEnum):
    """Where money of claims stands for us."""

    RECOVERED = "recovered"
    """The manufacturer issued it."""
    WAITING = "waiting"
    """It was asked for or agreed to, and is not issued."""
    LOST = "lost"
    """It was denied, or its claim ended without it."""


@strict
@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """Which claims; what is ``None`` or empty does not restrict.

    Without ``everything`` only those of which something is still expected, unless their state is named or a part of
    them is overdue.

    Attributes:
        ids: Only these, by the desk's own numbers.
        serials: Only of devices with these serial numbers.
    """

    states: Annotated[tuple[ClaimState, ...], Help("Only in this state; repeatable.", name="state")] = ()
    turn: Annotated[Turn | None, Help("Only those that wait for us, or for the manufacturer.")] = None
    manufacturer: Annotated[tuple[str, ...], Help("Only of this manufacturer, in any spelling.")] = ()
    connection: Annotated[str | None, Help("Only over this connection.")] = None
    company: Annotated[
        tuple[str, ...], Help('Only of this client, by name or how it begins, or id; "none" = of no client.', none=True)
    ] = ()
    ticket: Annotated[str | None, Help("Only for this ticket, by number or id.")] = None
    ticket_connection: Annotated[str | None, Help("Where that ticket is, if several connections have it.")] = None
    created_since: Annotated[datetime | None, Help("Drafted at or after.")] = None
    created_before: Annotated[datetime | None, Help("Drafted before.")] = None
    overdue: Annotated[bool, Help("Only with a part that should have been back.")] = False
    everything: Annotated[bool, Help("Also those that are over.", name="all")] = False
    ids: tuple[int, ...] = ()
    serials: tuple[str, ...] = ()

    @property
    def only_open(self) -> bool:
        """Whether those that are over are left out."""
        return not (self.everything or self.states or self.overdue)


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim in a list."""

    id: Annotated[int, Column("The desk's own number.", shown=False)]
    claim_id: Annotated[str, Column("Our id of the claim.", "Our id", shown=False)]
    manufacturer: Annotated[str, Column("The manufacturer.", cut=6)]
    connection: Annotated[str | None, Column("Connection to it.", shown=False)]
    by_hand: Annotated[bool, Column("Whether a person sends it.", shown=False)]
    ref: Annotated[str | None, Column("The manufacturer's id.", "Their id", spare=3)]
    ticket_number: Annotated[str | None, Column("The ticket.", "Ticket", leads="tickets.show")]
    company_ref: Annotated[str | None, Column("The vendor's id of the client.", shown=False)]
    company: Annotated[str | None, Column("Its name.", "Client", cut=12, spare=4, leads="tickets.list:company")]
    serial_number: Annotated[str, Column("The device.", spare=2, leads="warranty.show")]
    state: Annotated[ClaimState, Column("Where it stands.", shown=False)]
    vendor_status: Annotated[str | None, Column("The manufacturer's word.", "Their word", shown=False)]
    state_since: Annotated[datetime, Column("Since when it stands there.", "Since", spare=1)]
    created_at: Annotated[datetime, Column("When it was drafted.", shown=False)]
    submitted_at: Annotated[datetime | None, Column("When the manufacturer had it.", shown=False)]
    polled_at: Annotated[datetime | None, Column("When it was last asked after.", shown=False)]
    filing_due_on: Annotated[date | None, Column("Last day on which it may arrive.", shown=False)]
    return_due_on: Annotated[date | None, Column("Earliest day by which a part must be back.", shown=False)]
    denial_count: Annotated[int, Column("How often it was denied.", "Denials", shown=False)]
    poll_problem: Annotated[str | None, Column("Why the last look brought nothing.", "Problem", wraps=True)]
    ticket_connection: Annotated[str | None, Column("Connection that the ticket comes from.", shown=False)]

    @property
    def claim(self) -> Annotated[str, Column("Our id of the claim.", leads="claims.show")]:
        """What people call it."""
        return self.claim_id

    @property
    def standing(self) -> Annotated[str, Column("Where it stands, with the manufacturer's word.", "State", cut=12)]:
        """Where it stands, with the manufacturer's word."""
        word = f" ({self.vendor_status})" if self.vendor_status else ""
        return self.state.value.replace("_", " ") + word

    @property
    def due(self) -> Annotated[str | None, Column("What has to be done by when.", wraps=True)]:
        """What has to be done by when."""
        if self.return_due_on:
            return f"part back by {self.return_due_on}"
        return f"file by {self.filing_due_on}" if self.filing_due_on and self.submitted_at is None else None


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """Money of a claim."""

    claim: Annotated[str, Column("Our id of the claim.", leads="claims.show")]
    number: Annotated[int, Column("Its place among the money of the claim.", "No.", shown=False)]
    ticket_number: Annotated[str | None, Column("The ticket.", "Ticket", leads="tickets.show", spare=2)]
    connection: Annotated[str | None, Column("Connection that the ticket comes from.", shown=False)]
    company: Annotated[
        str | None, Column("Name of the client.", "Client", cut=12, spare=3, leads="tickets.list:company")
    ]
    manufacturer: Annotated[str, Column("Whose money it is to begin with.")]
    kind: Annotated[CreditKind, Column("What it is for; a fee is money that the manufacturer keeps.", "For")]
    standing: Annotated[MoneyState, Column("Where it stands.", "State")]
    amount: Annotated[
        Decimal | None,
        Column("What was agreed to, else asked for; of a fee below nothing. Nothing = nobody named an amount."),
    ]
    currency: Annotated[str, Column("Of the amount.")]
    approved_on: Annotated[date | None, Column("When it was first seen as agreed.", "Agreed", spare=1)]
    issued_on: Annotated[date | None, Column("When it was issued.", "Issued")]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A ticket that could be claimed."""

    ticket: Annotated[str, Column("The ticket's number.", leads="tickets.show")]
    connection: Annotated[str, Column("Connection that the ticket is of.", shown=False)]
    title: Annotated[str, Column("Its title.", cut=16)]
    company: Annotated[str | None, Column("Name of the client.", "Client", cut=12, leads="tickets.list:company")]
    opened_at: Annotated[datetime | None, Column("When it was opened.", spare=1)]
    asset: Annotated[str | None, Column("What people call the device.", "Device", cut=8, spare=3)]
    serial_number: Annotated[str | None, Column("Its serial number.")]
    manufacturer: Annotated[str | None, Column("As its record states it.", spare=2)]
    covered: Annotated[
        bool | None, Column("Whether it was covered when the ticket was opened; nothing = nobody knows.", shown=False)
    ]
    cover: Annotated[str | None, Column("The cover that a claim would rest on.", wraps=True)]
    claims: Annotated[tuple[str, ...], Column("Claims that were made for the ticket.", shown=False)]
    through: Annotated[
        str | None, Column("Connection that a claim would go through; nothing = none is of its manufacturer.", cut=6)
    ] = None
    by_hand: Annotated[
        bool | None,
        Column("Whether a person would send it; nothing = several manufacturers may have made it.", spare=4),
    ] = None


@dataclass(frozen=True, slots=True)
class Proposals:
    """The tickets that could be claimed, and what was left out on the way to them."""

    tickets: Annotated[tuple[Proposal, ...], Column("Hardware incidents on covered devices, without a claim.")]
    unknown_cover: Annotated[
        tuple[Proposal, ...], Column("Hardware incidents on devices of whose cover nothing is known: look them up.")
    ]
    incidents: Annotated[int, Column("Incidents that were looked at.")]
    without_device: Annotated[int, Column("Of these, how many name no device that the desk knows.")]
    not_hardware: Annotated[int, Column("Of the rest, how many are in no category of hardware.")]
    not_covered: Annotated[int, Column("Of the rest, how many are on devices without cover on that day.")]
    claimed: Annotated[int, Column("Of the rest, how many have a claim.")]


@dataclass(frozen=True, slots=True)
class ClaimFile:
    """A file of a claim, without its content."""

    id: Annotated[int, Column("Its number.")]
    name: Annotated[str, Column("File name.")]
    media_type: Annotated[str, Column("Media type.")]
    kind: Annotated[str, Column("What it proves.")]
    size: Annotated[int, Column("Bytes.")]
    sha256: Annotated[str, Column("SHA-256 of its content, in hexadecimal digits.")]
    added_at: Annotated[datetime, Column("When it was added.")]
    added_by: Annotated[str, Column("Who added it.")]
    sent_as: Annotated[int | None, Column("Number of the write that sent it; nothing = the manufacturer has it not.")]


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A step of a claim's history with who took it."""

    event: Annotated[ClaimEvent, Column("The step.")]
    recorded_at: Annotated[datetime, Column("When the desk learned of it.")]
    actor: Annotated[str, Column("Who; `maker` for the manufacturer.")]


class Owner(StrEnum):
    """Whose the money of a claim is."""

    US = "us"
    CLIENT = "client"


@dataclass(frozen=True, slots=True)
class ClaimPart:
    """A part of ours that was taken for a claim."""

    write: Annotated[int, Column("Number of the write that took it.", "No.", leads="writes.show")]
    ticket: Annotated[str, Column("The ticket that it was taken for.", leads="tickets.show")]
    name: Annotated[str, Column("What it is.", "Part")]
    quantity: Annotated[Decimal, Column("How many, without what was given back.")]
    cost: Annotated[Decimal | None, Column("What they cost; nothing = it is not known, or not to be seen.")]
    currency: Annotated[str | None, Column("Of the cost.")]
    charged: Annotated[Decimal, Column("How many the client is charged for; above 0 only after a person decided so.")]


@dataclass(frozen=True, slots=True)
class ClaimOrder:
    """A part that was ordered for a claim."""

    write: Annotated[int, Column("Number of the write that orders it.", "No.", leads="writes.show")]
    ticket: Annotated[str | None, Column("The ticket that it is for; nothing = for the shelf.", leads="tickets.show")]
    name: Annotated[str, Column("What it is.", "Part")]
    quantity: Annotated[Decimal, Column("How many.")]
    cost: Annotated[Decimal | None, Column("What they cost as approved; nothing = not known, or not to be seen.")]
    currency: Annotated[str | None, Column("Of the cost.")]
    state: Annotated[WriteState, Column("Where its write stands; parts orders lists what came of it.")]


@dataclass(frozen=True, slots=True)
class ClaimDetail:
    """A claim with everything that hangs on it."""

    claim: Annotated[ClaimRow, Column("Where it stands.")]
    draft: Annotated[ClaimDraft, Column("What is claimed.")]
    progress: Annotated[ClaimProgress, Column("What the manufacturer told.")]
    files: Annotated[tuple[ClaimFile, ...], Column("Its files.")]
    history: Annotated[tuple[HistoryEntry, ...], Column("Everything that happened to it.")]
    write: Annotated[int | None, Column("Number of the write that sends it now, if one does.", leads="writes.show")]
    parts: Annotated[tuple[ClaimPart, ...], Column("Parts of ours that were taken for it.")]
    ordered: Annotated[tuple[ClaimOrder, ...], Column("Parts that were ordered for it.")]
    credits_to_client: Annotated[bool, Column("Whether its money is the client's, and so no recovery of ours.")]
    write_state: Annotated[WriteState | None, Column("Where that write stands.")] = None
    error_code: Annotated[str | None, Column("Code of the error that it met last.")] = None
    doubt: Annotated[str | None, Column("Why nobody knows whether the manufacturer has it, while that is so.")] = None
    candidates: Annotated[tuple[str, ...], Column("The manufacturer's ids that might be it, while in doubt.")] = ()
    waits: Annotated[str | None, Column("Why it could not be sent yet, while that is so.")] = None
    is_unapproved: Annotated[bool, Column("Whether somebody must approve it before it is sent.")] = False
    hint: Annotated[str | None, Column("What to do about either.")] = None


@dataclass(frozen=True, slots=True)
class ClaimCheck:
    """What a check of a claim came to."""

    claim: Annotated[ClaimRow, Column("The claim after the check.")]
    can_be_sent: Annotated[bool, Column("Whether nothing blocks it.")]
    problems: Annotated[tuple[ClaimProblem, ...], Column("Everything that is wrong, the blocking first.")]


def field_words(field: str) -> str:
    """Return what people call a field of a claim: what the records call lines are parts to them."""
    return "parts" + field.removeprefix("lines") if field.partition(".")[0] == "lines" else field


class Proof(StrEnum):
    """What a file proves."""

    PROOF_OF_PURCHASE = "proof_of_purchase"
    DIAGNOSTICS = "diagnostics"
    PHOTO = "photo"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ClaimPreview:
    """Exactly what would leave the desk, and where to."""

    claim_id: Annotated[str, Column("Our id of the claim.")]
    kind: Annotated[str, Column("What is sent; the grant that it needs.")]
    connection: Annotated[str, Column("Name of the connection.")]
    environment: Annotated[str, Column("`live` or `sandbox`.")]
    vendor: Annotated[str, Column("The manufacturer's system.")]
    account: Annotated[str | None, Column("Our account there.")]
    values: Annotated[dict[str, Any], Column("Every field that leaves; files by name, size and hash.")]
    side_effects: Annotated[str, Column("What may happen at the manufacturer besides.")]
    warnings: Annotated[tuple[ClaimProblem, ...], Column("What does not block it.")]


@dataclass(frozen=True, slots=True)
class ClaimAlert:
    """Something about a claim that somebody should look at."""

    claim_id: Annotated[str, Column("Our id of the claim.")]
    kind: Annotated[ClaimEventKind, Column("What it is.")]
    text: Annotated[str, Column("The same, for people; no record text.")]


@dataclass(slots=True)
class PollOutcome:
    """What following the claims of one connection brought."""

    connection: Annotated[
        str, Column("Name of the connection; empty = the desk's own look at parts that should have been back.")
    ]
    asked: Annotated[int, Column("Claims that were asked after.")] = 0
    changed: Annotated[int, Column("Of these, how many had news.")] = 0
    not_found: Annotated[int, Column("Of these, how many the manufacturer does not know by their id.")] = 0
    failed: Annotated[int, Column("Of these, how many could not be answered.")] = 0
    left: Annotated[
        int, Column("Claims that were due and wait for the next run, because the connection could not go on.")
    ] = 0
    requests: Annotated[int, Column("Requests that were sent.")] = 0
    alerts: Annotated[tuple[ClaimAlert, ...], Column("What somebody should look at.")] = ()
    error: Annotated[Problem | None, Column("Why the connection could not go on, if it could not.")] = None


@dataclass(frozen=True, slots=True)
class Polled:
    """What following claims brought; going through it goes through its connections."""

    items: Annotated[tuple[PollOutcome, ...], Column("Each connection, and the desk's own look.")]

    def __iter__(self) -> Iterator[PollOutcome]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True, slots=True)
class PackOutcome:
    """Where a claim pack is."""

    claim_id: Annotated[str, Column("Our id of the claim.")]
    path: Annotated[str, Column("The folder, or the archive.")]
    files: Annotated[tuple[str, ...], Column("Names of the files in it.")]
