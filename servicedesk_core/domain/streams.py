"""Which kinds of records a desk can hold, by stream name."""

from servicedesk_core.domain.assets import Asset, Product
from servicedesk_core.domain.base import Entity
from servicedesk_core.domain.contracts import (
    BillingCode,
    Contract,
    ContractBlock,
    ContractRate,
    ContractService,
    ContractUnits,
)
from servicedesk_core.domain.money import BillingItem, Charge, Invoice
from servicedesk_core.domain.parties import Company, Contact, Role, Site, Technician
from servicedesk_core.domain.tickets import Note, Queue, Ticket, TicketEvent
from servicedesk_core.domain.work import Appointment, Holiday, Project, SlaResult, Survey, Task, TimeEntry, TimeOff

ENTITIES: tuple[type[Entity], ...] = (
    Company,
    Site,
    Contact,
    Role,
    Technician,
    Queue,
    Product,
    Contract,
    ContractService,
    ContractUnits,
    ContractBlock,
    BillingCode,
    ContractRate,
    Asset,
    Project,
    Task,
    Ticket,
    TicketEvent,
    Note,
    TimeEntry,
    Appointment,
    Holiday,
    SlaResult,
    Survey,
    TimeOff,
    Charge,
    Invoice,
    BillingItem,
)
"""Every entity with a stream, parents before children."""

STREAMS: dict[str, type[Entity]] = {entity.stream: entity for entity in ENTITIES}
"""Entity class by stream name, parents before children."""

REFERENCES: dict[str, dict[str, str]] = {
    entity.stream: {
        field: target
        for field in entity.model_fields
        if (
            target := {
                "ticket_ref": "tickets",
                "ticket_refs": "tickets",
                "problem_ref": "tickets",
                "merged_into_ref": "tickets",
                "company_ref": "companies",
                "site_ref": "sites",
                "contact_ref": "contacts",
                "queue_ref": "queues",
                "queue_refs": "queues",
                "assignee_ref": "technicians",
                "secondary_assignee_refs": "technicians",
                "technician_ref": "technicians",
                "technician_refs": "technicians",
                "owner_ref": "technicians",
                "lead_ref": "technicians",
                "completed_by_ref": "technicians",
                "first_response_by_ref": "technicians",
                "resolution_plan_by_ref": "technicians",
                "resolution_by_ref": "technicians",
                "assignee_role_ref": "roles",
                "role_ref": "roles",
                "role_refs": "roles",
                "excluded_role_refs": "roles",
                "default_role_ref": "roles",
                "asset_ref": "assets",
                "product_ref": "products",
                "contract_ref": "contracts",
                "contract_service_ref": "contract_services",
                "contract_block_ref": "contract_blocks",
                "time_entry_ref": "time_entries",
                "charge_ref": "charges",
                "invoice_ref": "invoices",
                "approved_by_ref": "technicians",
                "decided_by_ref": "technicians",
                "voided_by_ref": "technicians",
                "billing_code_ref": "billing_codes",
                "excluded_billing_code_refs": "billing_codes",
                "project_ref": "projects",
                "task_ref": "tasks",
                "parent_ref": entity.stream,
            }.get(field)
        )
    }
    for entity in ENTITIES
}
"""For each stream, which of its reference fields point at which stream."""
