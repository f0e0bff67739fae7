"""The status vocabulary of the desk: connectors map every vendor status onto one of these."""

from enum import StrEnum


class StatusCategory(StrEnum):
    """What a vendor's ticket status means. Features look at this and never at the vendor's word."""

    NEW = "new"
    """Not triaged."""
    TRIAGED = "triaged"
    """Classified and in the right queue; nobody has started."""
    NEEDS_SCHEDULING = "needs_scheduling"
    """Needs an appointment that does not exist yet."""
    SCHEDULED = "scheduled"
    """Waits for a booked appointment."""
    IN_PROGRESS = "in_progress"
    """Somebody works on it."""
    CUSTOMER_REPLIED = "customer_replied"
    """The client has answered, and nobody has taken it up yet."""
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_VENDOR = "waiting_vendor"
    WAITING_PARTS = "waiting_parts"
    WAITING_APPROVAL = "waiting_approval"
    ON_HOLD = "on_hold"
    """Parked; must have a due date."""
    RESOLVED = "resolved"
    """Solved; may be reopened."""
    CLOSED = "closed"
    CANCELLED = "cancelled"
    MERGED = "merged"
    SPAM = "spam"

    @property
    def is_open(self) -> bool:
        """Whether a ticket of this category still needs somebody's work or attention."""
        return self not in DONE

    @property
    def is_waiting(self) -> bool:
        """Whether the desk waits for somebody else."""
        return self in WAITING


DONE = frozenset(
    {
        StatusCategory.RESOLVED,
        StatusCategory.CLOSED,
        StatusCategory.CANCELLED,
        StatusCategory.MERGED,
        StatusCategory.SPAM,
    }
)
"""Categories that end a ticket's open life."""

WAITING = frozenset(one for one in StatusCategory if one.value.startswith("waiting_"))
"""Categories in which the desk waits for somebody else."""


class Priority(StrEnum):
    """Severity, P1 the most urgent."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"
    P5 = "P5"


class TicketKind(StrEnum):
    """What sort of work a ticket is."""

    INCIDENT = "incident"
    SERVICE_REQUEST = "service_request"
    PROBLEM = "problem"
    CHANGE = "change"
    ALERT = "alert"
    RECURRING = "recurring"
    PROJECT_TASK = "project_task"


class QueueKind(StrEnum):
    """What a queue is for."""

    TRIAGE = "triage"
    HELPDESK = "helpdesk"
    ALERT = "alert"
    NOC = "noc"
    DISPATCH = "dispatch"
    PROJECTS = "projects"
    RECURRING = "recurring"
