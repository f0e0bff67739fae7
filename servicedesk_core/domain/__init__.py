"""The domain model: pure, immutable, free of I/O. Importable without any other part of the product."""

from servicedesk_core.domain.assets import Asset, Product
from servicedesk_core.domain.base import Amount, Currency, CustomFields, Entity, Instant, Model, Seconds
from servicedesk_core.domain.contracts import BillingCode, Contract, ContractKind, ContractService
from servicedesk_core.domain.names import Words, plain_name
from servicedesk_core.domain.parties import Company, Contact, Role, Site, Technician
from servicedesk_core.domain.status import DONE, Priority, QueueKind, StatusCategory, TicketKind
from servicedesk_core.domain.streams import ENTITIES, REFERENCES, STREAMS
from servicedesk_core.domain.tickets import (
    ActorType,
    EventSource,
    EventType,
    MappingIssue,
    Note,
    NoteVisibility,
    Queue,
    Ticket,
    TicketEvent,
)
from servicedesk_core.domain.work import (
    Appointment,
    AppointmentState,
    Holiday,
    Project,
    SlaResult,
    Survey,
    Task,
    TimeEntry,
)

__all__ = [
    "DONE",
    "ENTITIES",
    "REFERENCES",
    "STREAMS",
    "ActorType",
    "Amount",
    "Appointment",
    "AppointmentState",
    "Asset",
    "BillingCode",
    "Company",
    "Contact",
    "Contract",
    "ContractKind",
    "ContractService",
    "Currency",
    "CustomFields",
    "Entity",
    "EventSource",
    "EventType",
    "Holiday",
    "Instant",
    "MappingIssue",
    "Model",
    "Note",
    "NoteVisibility",
    "Priority",
    "Product",
    "Project",
    "Queue",
    "QueueKind",
    "Role",
    "Seconds",
    "Site",
    "SlaResult",
    "StatusCategory",
    "Survey",
    "Task",
    "Technician",
    "Ticket",
    "TicketEvent",
    "TicketKind",
    "TimeEntry",
    "Words",
    "plain_name",
]
