"""Work done and work planned."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from servicedesk_core.domain.base import OF_DESK, CustomFields, Entity, Instant, Seconds
from servicedesk_core.domain.status import StatusCategory


class TimeEntry(Entity):
    """Time that a technician recorded."""

    stream: ClassVar[str] = "time_entries"
    whose: ClassVar[str | None] = "ticket_ref"
    internal: ClassVar[frozenset[str]] = frozenset({"internal_notes"})

    ticket_ref: str | None = None
    task_ref: str | None = None
    technician_ref: str | None = None
    role_ref: str | None = None
    billing_code_ref: str | None = None
    contract_ref: str | None = None
    work_date: date | None = None
    start_at: Instant | None = None
    end_at: Instant | None = None
    worked_s: Seconds | None = None
    billed_s: Seconds | None = None
    is_billable: bool | None = None
    summary: str | None = Field(default=None, description="Text that the client may see.")
    internal_notes: str | None = None
    approved_at: Instant | None = Field(
        default=None, description="Approval for billing; empty says nothing: `billing_items` tell what was posted."
    )
    approved_by_ref: str | None = None
    approval_level: int | None = Field(default=None, description="The level of approval that was reached last.")
    created_at: Instant | None = None
    modified_at: Instant | None = None


class TimeOffState(StrEnum):
    """Where a request for time off stands."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class TimeOff(Entity):
    """Time on a day that a technician asked to be away."""

    stream: ClassVar[str] = "time_off"
    holds_absences: ClassVar[bool] = True

    technician_ref: str | None = None
    day: date | None = None
    start_at: Instant | None = None
    end_at: Instant | None = None
    duration_s: Seconds | None = None
    kind: str | None = Field(default=None, description="The vendor's word: vacation, sick leave …")
    status: str | None = None
    state: TimeOffState | None = Field(default=None, description="Empty: the status has no meaning yet.")
    reason: str | None = None
    rejected_because: str | None = None
    approved_at: Instant | None = None
    decided_by_ref: str | None = Field(default=None, description="Who approved or rejected it.")
    created_at: Instant | None = None
    modified_at: Instant | None = None


class AppointmentState(StrEnum):
    """Where an appointment stands."""

    BOOKED = "booked"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Appointment(Entity):
    """A booked slot: a service call for tickets, or a technician's own appointment."""

    stream: ClassVar[str] = "appointments"
    whose: ClassVar[str | None] = "company_ref"

    title: str | None = None
    description: str | None = None
    ticket_refs: tuple[str, ...] = ()
    technician_refs: tuple[str, ...] = ()
    company_ref: str | None = None
    site_ref: str | None = None
    start_at: Instant | None = None
    end_at: Instant | None = None
    state: AppointmentState = AppointmentState.BOOKED
    is_onsite: bool | None = None
    created_at: Instant | None = None
    modified_at: Instant | None = None


class ProjectState(StrEnum):
    """Where a project stands."""

    OPEN = "open"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Project(Entity):
    """A planned undertaking for a client."""

    stream: ClassVar[str] = "projects"
    whose: ClassVar[str | None] = "company_ref"

    name: str
    number: str | None = None
    company_ref: str | None = None
    contract_ref: str | None = None
    lead_ref: str | None = None
    status: str | None = Field(default=None, description="The vendor's own word.")
    state: ProjectState | None = Field(default=None, description="Empty: the status has no meaning yet.")
    start_at: Instant | None = None
    end_at: Instant | None = None
    completed_at: Instant | None = None
    estimated_s: Seconds | None = None
    modified_at: Instant | None = None
    custom_fields: CustomFields = {}


class Task(Entity):
    """A piece of a project: work that somebody is committed to between two instants."""

    stream: ClassVar[str] = "tasks"
    whose: ClassVar[str | None] = "project_ref"

    title: str
    number: str | None = None
    project_ref: str | None = None
    assignee_ref: str | None = None
    assignee_role_ref: str | None = None
    secondary_assignee_refs: tuple[str, ...] | None = None
    status: str | None = Field(default=None, description="The vendor's own word.")
    status_category: StatusCategory | None = Field(default=None, description="Empty: the status has no meaning yet.")
    start_at: Instant | None = None
    end_at: Instant | None = None
    completed_at: Instant | None = None
    estimated_s: Seconds | None = None
    remaining_s: Seconds | None = Field(default=None, description="Planned work that is not done yet.")
    modified_at: Instant | None = None


class Holiday(Entity):
    """A day on which a calendar is closed."""

    stream: ClassVar[str] = "holidays"
    whose: ClassVar[str | None] = OF_DESK

    name: str
    day: date
    calendar: str | None = Field(default=None, description="Name of the holiday set.")
    calendar_ref: str | None = None


class SlaResult(Entity):
    """What the vendor's own SLA clock measured for a ticket, in business seconds."""

    stream: ClassVar[str] = "sla_results"
    whose: ClassVar[str | None] = "ticket_ref"

    ticket_ref: str
    agreement: str | None = None
    first_response_elapsed_s: Seconds | None = None
    first_response_met: bool | None = None
    first_response_by_ref: str | None = None
    resolution_plan_elapsed_s: Seconds | None = None
    resolution_plan_met: bool | None = None
    resolution_plan_by_ref: str | None = None
    resolution_elapsed_s: Seconds | None = None
    resolution_met: bool | None = None
    resolution_by_ref: str | None = None


class Survey(Entity):
    """A client's answer about a ticket. Ratings are the vendor's numbers; the scale is the survey's own."""

    stream: ClassVar[str] = "surveys"
    whose: ClassVar[str | None] = "ticket_ref"

    survey_name: str | None = None
    ticket_ref: str | None = None
    company_ref: str | None = None
    contact_ref: str | None = None
    rating: float | None = None
    company_rating: float | None = None
    contact_rating: float | None = None
    technician_rating: float | None = None
    sent_at: Instant | None = None
    completed_at: Instant | None = None
