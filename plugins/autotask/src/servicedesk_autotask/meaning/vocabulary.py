"""What a tenant's words mean: the operator's mapping first, else what well-known words and system values mean.

Only whole words that mean the same everywhere are listed. A word that is not here stays unmapped and is shown as such:
a guess would be silent and wrong.
"""

from collections.abc import Mapping
from typing import TypeVar

from servicedesk_core.domain import (
    AppointmentState,
    ContractKind,
    NoteVisibility,
    Priority,
    ProjectState,
    QueueKind,
    StatusCategory,
    TicketKind,
    TimeOffState,
    plain_name,
)
from servicedesk_core.hooks import fingerprint

T = TypeVar("T")

STATUS_BY_ID = {"1": StatusCategory.NEW, "5": StatusCategory.RESOLVED}
"""Status values that the vendor itself owns, whatever a tenant calls them.

A complete ticket can be opened again, and goes on then: it is resolved. Clocks close it when it was not opened again
for as long as a policy says.
"""

STATUS_BY_LABEL = {
    "new": StatusCategory.NEW,
    "assigned": StatusCategory.TRIAGED,
    "triaged": StatusCategory.TRIAGED,
    "escalate": StatusCategory.TRIAGED,
    "escalated": StatusCategory.TRIAGED,
    "ready to schedule": StatusCategory.NEEDS_SCHEDULING,
    "needs scheduling": StatusCategory.NEEDS_SCHEDULING,
    "to be scheduled": StatusCategory.NEEDS_SCHEDULING,
    "scheduled": StatusCategory.SCHEDULED,
    "dispatched": StatusCategory.SCHEDULED,
    "in progress": StatusCategory.IN_PROGRESS,
    "work in progress": StatusCategory.IN_PROGRESS,
    "customer note added": StatusCategory.CUSTOMER_REPLIED,
    "reopened": StatusCategory.IN_PROGRESS,
    "waiting customer": StatusCategory.WAITING_CUSTOMER,
    "waiting on customer": StatusCategory.WAITING_CUSTOMER,
    "waiting for customer": StatusCategory.WAITING_CUSTOMER,
    "waiting client": StatusCategory.WAITING_CUSTOMER,
    "waiting vendor": StatusCategory.WAITING_VENDOR,
    "waiting on vendor": StatusCategory.WAITING_VENDOR,
    "waiting third party": StatusCategory.WAITING_VENDOR,
    "waiting materials": StatusCategory.WAITING_PARTS,
    "waiting parts": StatusCategory.WAITING_PARTS,
    "waiting on parts": StatusCategory.WAITING_PARTS,
    "waiting approval": StatusCategory.WAITING_APPROVAL,
    "waiting for approval": StatusCategory.WAITING_APPROVAL,
    "on hold": StatusCategory.ON_HOLD,
    "rmm resolved": StatusCategory.RESOLVED,
    "resolved": StatusCategory.RESOLVED,
    "complete": StatusCategory.RESOLVED,
    "completed": StatusCategory.RESOLVED,
    "closed": StatusCategory.CLOSED,
    "cancelled": StatusCategory.CANCELLED,
    "canceled": StatusCategory.CANCELLED,
    "merged": StatusCategory.MERGED,
    "spam": StatusCategory.SPAM,
}
PRIORITY_BY_LABEL = {
    # The order of the vendor's ids is not the order of severity, and tenants renumber them: labels only.
    "critical": Priority.P1,
    "high": Priority.P2,
    "medium": Priority.P3,
    "normal": Priority.P3,
    "low": Priority.P4,
    "p1": Priority.P1,
    "p2": Priority.P2,
    "p3": Priority.P3,
    "p4": Priority.P4,
    "p5": Priority.P5,
}
QUEUE_BY_LABEL = {
    "triage": QueueKind.TRIAGE,
    "help desk": QueueKind.HELPDESK,
    "helpdesk": QueueKind.HELPDESK,
    "service desk": QueueKind.HELPDESK,
    "level i support": QueueKind.HELPDESK,
    "level ii support": QueueKind.HELPDESK,
    "level iii support": QueueKind.HELPDESK,
    "monitoring alert": QueueKind.ALERT,
    "alerts": QueueKind.ALERT,
    "noc": QueueKind.NOC,
    "dispatch": QueueKind.DISPATCH,
    "projects": QueueKind.PROJECTS,
    "recurring tickets": QueueKind.RECURRING,
}
VISIBILITY_BY_ID = {"1": NoteVisibility.PUBLIC, "2": NoteVisibility.INTERNAL, "4": NoteVisibility.PARTNER}
KIND_BY_ID = {
    "1": TicketKind.SERVICE_REQUEST,
    "2": TicketKind.INCIDENT,
    "3": TicketKind.PROBLEM,
    "4": TicketKind.CHANGE,
    "5": TicketKind.ALERT,
}
CONTRACT_BY_ID = {
    "1": ContractKind.TIME_AND_MATERIALS,
    "3": ContractKind.FIXED_PRICE,
    "4": ContractKind.BLOCK_HOURS,
    "6": ContractKind.RETAINER,
    "7": ContractKind.RECURRING,
    "8": ContractKind.PER_TICKET,
}
TIME_OFF_BY_LABEL = {
    "submitted": TimeOffState.REQUESTED,
    "requested": TimeOffState.REQUESTED,
    "pending": TimeOffState.REQUESTED,
    "pending approval": TimeOffState.REQUESTED,
    "approved": TimeOffState.APPROVED,
    "rejected": TimeOffState.REJECTED,
    "declined": TimeOffState.REJECTED,
    "denied": TimeOffState.REJECTED,
    "cancelled": TimeOffState.CANCELLED,
    "canceled": TimeOffState.CANCELLED,
}
APPOINTMENT_BY_ID = {"1": AppointmentState.BOOKED, "2": AppointmentState.COMPLETED}
APPOINTMENT_BY_LABEL = {
    "new": AppointmentState.BOOKED,
    "scheduled": AppointmentState.BOOKED,
    "confirmed": AppointmentState.BOOKED,
    "complete": AppointmentState.COMPLETED,
    "completed": AppointmentState.COMPLETED,
    "canceled": AppointmentState.CANCELLED,
    "cancelled": AppointmentState.CANCELLED,
}
PROJECT_BY_LABEL = {
    "new": ProjectState.OPEN,
    "in progress": ProjectState.OPEN,
    "on hold": ProjectState.ON_HOLD,
    "complete": ProjectState.COMPLETED,
    "completed": ProjectState.COMPLETED,
    "canceled": ProjectState.CANCELLED,
    "cancelled": ProjectState.CANCELLED,
}
_MEANINGS: dict[str, Mapping[str, str]] = {
    "status": STATUS_BY_ID | STATUS_BY_LABEL,
    "priority": PRIORITY_BY_LABEL,
    "queue": QUEUE_BY_LABEL,
    "visibility": VISIBILITY_BY_ID,
    "kind": KIND_BY_ID,
    "contract": CONTRACT_BY_ID,
    "time_off": TIME_OFF_BY_LABEL,
    "appointment": APPOINTMENT_BY_ID | APPOINTMENT_BY_LABEL,
    "project": PROJECT_BY_LABEL,
}
SYSTEM_NOTE_TYPES = frozenset({"13", "15", "91", "92", "93", "94", "95"})
"""Notes that workflow rules, forwarding and merging write."""

SYSTEM_RESOURCE = "4"
"""The vendor's built-in administrator, in whose name workflow rules act."""


def digest() -> str:
    """Return a text that changes when a word means something else: stored payloads then mean something else, too."""
    return fingerprint(_MEANINGS)


def meaning_of(
    label: str, value: str, chosen: Mapping[str, T], by_label: Mapping[str, T], by_id: Mapping[str, T] | None = None
) -> T | None:
    """Return what a value of a list means, or ``None`` when nobody said.

    Args:
        label: The tenant's word for it.
        value: The vendor's id of it.
        chosen: The operator's mapping, keys folded with :func:`fold`.
        by_label: Well-known words, folded.
        by_id: Values that mean the same at every tenant.
    """
    word = fold(label)
    if word in chosen:
        return chosen[word]
    if word in by_label:
        return by_label[word]
    return by_id.get(value) if by_id else None


def fold(word: str) -> str:
    """Return a word in the form in which words are compared."""
    return plain_name(word).casefold()
