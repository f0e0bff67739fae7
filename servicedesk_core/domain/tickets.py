"""The ticket and what hangs on it."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import Field

from servicedesk_core.domain.base import OF_DESK, CustomFields, Entity, Instant, Model, Seconds
from servicedesk_core.domain.status import Priority, QueueKind, StatusCategory, TicketKind


class Queue(Entity):
    """A list of tickets that a team works from."""

    stream: ClassVar[str] = "queues"
    whose: ClassVar[str | None] = OF_DESK

    name: str
    kind: QueueKind | None = None
    is_active: bool | None = None


class Ticket(Entity):
    """A piece of work that a client, a device or a plan asked for.

    ``status_category`` is ``None`` while the vendor's status is mapped to nothing: the desk then keeps the
    category it had, counts the ticket as open and raises ``unmapped_status`` once for each word.
    ``estimated_s`` is the planned work; ``resolved_at`` and ``closed_at`` are the vendor's own stamps.
    """

    stream: ClassVar[str] = "tickets"
    whose: ClassVar[str | None] = "company_ref"

    number: str | None = None
    title: str = ""
    description: str | None = None
    resolution: str | None = None
    kind: TicketKind | None = None
    kind_name: str | None = None
    category: str | None = Field(default=None, description="The vendor's ticket category.")
    issue: str | None = None
    sub_issue: str | None = None
    status: str | None = Field(default=None, description="The vendor's own word.")
    status_category: StatusCategory | None = None
    priority: Priority | None = None
    priority_name: str | None = Field(default=None, description="The vendor's own word.")
    source: str | None = None
    queue_ref: str | None = None
    assignee_ref: str | None = None
    assignee_role_ref: str | None = None
    secondary_assignee_refs: tuple[str, ...] = ()
    company_ref: str | None = None
    site_ref: str | None = None
    contact_ref: str | None = None
    asset_ref: str | None = None
    contract_ref: str | None = None
    billing_code_ref: str | None = None
    project_ref: str | None = None
    problem_ref: str | None = None
    parent_ref: str | None = None
    merged_into_ref: str | None = None
    external_reference: str | None = Field(default=None, description="Free field for another system's id.")
    purchase_order_number: str | None = None
    creator_ref: str | None = None
    completed_by_ref: str | None = None
    created_at: Instant | None = None
    due_at: Instant | None = None
    resolved_at: Instant | None = None
    closed_at: Instant | None = None
    modified_at: Instant | None = None
    last_activity_at: Instant | None = None
    last_customer_visible_activity_at: Instant | None = None
    reported_resolved_at: Instant | None = Field(default=None, description="As a person reported it.")
    estimated_s: Seconds | None = None
    sla: str | None = Field(default=None, description="Name of the agreement in force at the vendor.")
    sla_met: bool | None = None
    first_response_due_at: Instant | None = None
    first_response_at: Instant | None = None
    resolution_plan_due_at: Instant | None = None
    resolution_plan_at: Instant | None = None
    resolution_due_at: Instant | None = None
    custom_fields: CustomFields = {}


SLA_TIMES = (
    ("first_response_due_at", "first_response_at"),
    ("resolution_plan_due_at", "resolution_plan_at"),
    ("resolution_due_at", "resolved_at"),
)
"""What the vendor's agreement asks for: field of the due time, and of the instant at which it was fulfilled."""


class EventType(StrEnum):
    """What happened to a ticket."""

    SNAPSHOT = "snapshot"
    """First sight of a ticket: its state, not a change."""
    CREATED = "created"
    STATUS_CHANGED = "status_changed"
    PRIORITY_CHANGED = "priority_changed"
    ASSIGNED = "assigned"
    QUEUE_CHANGED = "queue_changed"
    CUSTOMER_NOTE = "customer_note"
    TECH_NOTE_PUBLIC = "tech_note_public"
    TECH_NOTE_INTERNAL = "tech_note_internal"
    TIME_ENTRY = "time_entry"
    APPOINTMENT_BOOKED = "appointment_booked"
    APPOINTMENT_MOVED = "appointment_moved"
    APPOINTMENT_CANCELLED = "appointment_cancelled"
    APPOINTMENT_COMPLETED = "appointment_completed"
    SURVEY_RECEIVED = "survey_received"
    MERGED = "merged"
    DELETED = "deleted"
    RESTORED = "restored"
    SLA_OVERRIDE = "sla_override"
    ACTIVITY = "activity"
    """A step for which the desk has no type of its own; ``vendor_word`` says what it was."""


class EventSource(StrEnum):
    """How we know of an event."""

    OBSERVED = "observed"
    """Two successive states differed."""
    HISTORY = "history"
    """The vendor's own history told it; supersedes what was observed."""
    IMPORTED = "imported"
    """Read from a file of events."""
    LOCAL = "local"
    """Done in this desk."""


class ActorType(StrEnum):
    """Who acted."""

    CUSTOMER = "customer"
    TECHNICIAN = "technician"
    SYSTEM = "system"
    INTEGRATION = "integration"


class TicketEvent(Entity):
    """Something that happened to a ticket; append-only.

    ``external_id`` is the source key: stable for the same happening however often it is read. The event took place
    at ``effective_at``; when only an interval is known, it lies in ``(effective_after, effective_at]``.
    Order inside a ticket is (``effective_at``, ``source_seq``, arrival) unless the source says that its own
    sequence rules. ``before`` and ``after`` hold the ticket fields that the event changed or stated.
    """

    stream: ClassVar[str] = "ticket_events"
    whose: ClassVar[str | None] = "ticket_ref"

    ticket_ref: str
    type: EventType
    source: EventSource
    effective_at: Instant
    effective_after: Instant | None = None
    source_seq: int = 0
    actor_type: ActorType | None = None
    actor_ref: str | None = None
    vendor_word: str | None = Field(default=None, description="The step's name at the source.")
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}


class NoteVisibility(StrEnum):
    """Who may read a note. What is not known to be public is internal."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PARTNER = "partner"
    """Internal, and shared with a co-managing partner."""


class Note(Entity):
    """Something written on a ticket."""

    stream: ClassVar[str] = "notes"
    whose: ClassVar[str | None] = "ticket_ref"
    internal: ClassVar[frozenset[str]] = frozenset({"title", "body"})

    ticket_ref: str
    title: str | None = None
    body: str | None = None
    visibility: NoteVisibility = NoteVisibility.INTERNAL
    kind: str | None = Field(default=None, description="The vendor's note type.")
    is_system: bool | None = Field(default=None, description="Written by a workflow, not by a person.")
    author_type: ActorType | None = None
    author_ref: str | None = None
    created_at: Instant | None = None
    modified_at: Instant | None = None


class Attachment(Entity):
    """A file on a ticket, or on a note or a time entry of it: what is known of it, never its content.

    ``ticket_ref`` is named wherever the vendor tells it, also when the file hangs on a note or a time entry.
    """

    stream: ClassVar[str] = "attachments"
    whose: ClassVar[str | None] = "ticket_ref"
    internal: ClassVar[frozenset[str]] = frozenset({"name", "title"})

    ticket_ref: str | None = None
    note_ref: str | None = None
    time_entry_ref: str | None = None
    name: str = Field(default="", description="File name, as the vendor tells it.")
    title: str | None = None
    size_bytes: int | None = Field(default=None, ge=0, description="Size of the content.")
    media_type: str | None = Field(default=None, description="What the vendor says it is; never to be trusted.")
    sha256: str | None = Field(default=None, description="Digest of the content in hexadecimal, where it is known.")
    visibility: NoteVisibility = NoteVisibility.INTERNAL
    author_type: ActorType | None = None
    author_ref: str | None = None
    created_at: Instant | None = None


class SecondaryResource(Entity):
    """A technician who helps with a ticket that another one is assigned to."""

    stream: ClassVar[str] = "secondary_resources"
    whose: ClassVar[str | None] = "ticket_ref"

    ticket_ref: str
    technician_ref: str | None = None
    role_ref: str | None = None


class ChecklistItem(Entity):
    """A step of a ticket that can be ticked off."""

    stream: ClassVar[str] = "checklist_items"
    whose: ClassVar[str | None] = "ticket_ref"
    internal: ClassVar[frozenset[str]] = frozenset({"name"})

    ticket_ref: str
    name: str
    position: int | None = Field(default=None, description="Place in the list, the lowest first.")
    is_important: bool | None = None
    is_completed: bool | None = None
    completed_at: Instant | None = None
    completed_by_ref: str | None = None


class MappingIssue(Model):
    """A word of the vendor that the mapping has no meaning for.

    Attributes:
        kind: For example ``unmapped_status``, ``unknown_picklist_value``, ``unmapped_priority``, ``implausible_date``.
        field: The domain field concerned.
        value: The vendor's word or id; never record text.
    """

    kind: str
    field: str
    value: str


def is_plausible(instant: datetime) -> bool:
    """Whether an instant can be a real one: vendors use year 1 and year 9999 as "none" and "for ever"."""
    return 1980 <= instant.year <= 2200  # noqa: PLR2004
