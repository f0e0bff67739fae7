"""The kinds of writes as data: fields, limits, rights, and how a lost one is found."""

from dataclasses import replace
from functools import partial
from typing import Final

from servicedesk_autotask.meaning.shape import Shape
from servicedesk_autotask.meaning.shapes import BY_ENTITY
from servicedesk_autotask.reading.streams import STREAMS
from servicedesk_autotask.settings import AutotaskSettings
from servicedesk_core.hooks import ReconcilableBy, WriteCapability

PREPARE_S, SEND_S, LOOK_BACK_S = 60.0, 120.0, 30.0
"""Longest times for the looks before a write, for the write with its waits, and for reading the result back."""

SETTLE_S = 300.0
"""The vendor ends a call after five minutes at the latest; before that, absence proves nothing."""

LONGEST_ID = 50
"""Characters of the fields that carry the id of a write, see :data:`REFERENCE_FIELDS`."""

REFERENCE_FIELDS: Final = {
    "Tickets": "externalID",
    "TicketCharges": "internalPurchaseOrderNumber",
    "Opportunities": "promotionName",
}
"""Of what is found by a reference: the field that carries the id of its write. No client reads any of them."""

TICKET_FIELDS = (
    "title", "description", "resolution", "status", "status_category", "priority", "priority_name", "kind", "kind_name",
    "category", "issue", "sub_issue", "source", "queue_ref", "assignee_ref", "assignee_role_ref", "site_ref",
    "contact_ref", "asset_ref", "contract_ref", "billing_code_ref", "problem_ref", "purchase_order_number", "due_at",
    "estimated_s", "custom_fields",
)  # fmt: skip
# The vendor documents 255 for titles, and a client in the field met 250.
TICKET_LENGTHS = {"title": 250, "description": 8000, "resolution": 32_000, "purchase_order_number": 50}
# The description of a service call stands in the calendars of the staff; a change leaves room for the mark in it.
APPOINTMENT_FIELDS = ("start_at", "end_at", "ticket_refs", "technician_refs", "site_ref", "description")
OPPORTUNITY_FIELDS = (
    "title", "description", "owner_ref", "contact_ref", "stage", "status", "probability", "amount", "cost",
    "expected_on",
)  # fmt: skip
NOTE_LENGTHS = {"title": 250, "body": 32_000}

PUBLIC, INTERNAL = 1, 2
"""Values of a note's ``publish`` that mean the same at every tenant: everybody, and the MSP's own people."""

_kind = partial(
    WriteCapability,
    counted_in="utf-16",
    settle_s=SETTLE_S,
    timeout_s=PREPARE_S + SEND_S + LOOK_BACK_S,
    side_effects="Workflow rules of the tenant may fire, change the record and send mails.",
)
_ticket = partial(_kind, max_lengths=TICKET_LENGTHS, visible_to="customer", vendor_entities=("Tickets",))
_note = partial(
    _kind,
    reconcilable_by=ReconcilableBy.CONTENT,
    right="Service Desk: Ticket Notes, add",
    fields=("title", "body", "kind"),
    required=("body",),
    needs="parent",
    max_lengths=NOTE_LENGTHS,
    vendor_entities=("TicketNotes",),
)

# The vendor takes six to seven million bytes, and refuses all files for five minutes after ten million in five minutes.
_file = partial(
    _kind,
    reconcilable_by=ReconcilableBy.CONTENT,
    right="Service Desk: Tickets, add attachments",
    fields=("name", "title", "size_bytes", "sha256"),
    required=("name", "size_bytes", "sha256"),
    needs="parent",
    max_lengths={"name": 255, "title": 255},
    max_file_bytes=6_000_000,
    vendor_entities=("AttachmentInfo",),
)

NOTE_INTERNAL: Final = "notes.create_internal"
KINDS: dict[str, WriteCapability] = {
    one.kind: one
    for one in (
        _ticket(
            "tickets.create",
            reconcilable_by=ReconcilableBy.REFERENCE,
            right="Service Desk: Tickets, add",
            fields=("company_ref", *TICKET_FIELDS),
            required=("company_ref", "title"),
        ),
        _ticket(
            "tickets.update",
            reconcilable_by=ReconcilableBy.RECORD,
            right="Service Desk: Tickets, edit",
            fields=TICKET_FIELDS,
            needs="target",
        ),
        _note(NOTE_INTERNAL, flags={"publish": INTERNAL}),
        _note("notes.create_public", flags={"publish": PUBLIC}, visible_to="customer"),
        _file("attachments.create_internal", flags={"publish": INTERNAL}),
        _file("attachments.create_public", flags={"publish": PUBLIC}, visible_to="customer"),
        _kind(
            "time_entries.create",
            reconcilable_by=ReconcilableBy.CONTENT,
            right="Timesheets: Time Entries, add, also for other resources",
            fields=(
                "technician_ref",
                "role_ref",
                "billing_code_ref",
                "work_date",
                "start_at",
                "end_at",
                "worked_s",
                "is_billable",
                "summary",
                "internal_notes",
            ),
            required=("technician_ref", "work_date|start_at", "worked_s|end_at"),
            needs="parent",
            max_lengths={"summary": 8000, "internal_notes": 8000},
            visible_to="customer",
            staff_fields=("internal_notes",),
            vendor_entities=("TimeEntries",),
        ),
        _kind(
            "charges.create",
            reconcilable_by=ReconcilableBy.REFERENCE,
            right="Service Desk: Ticket Charges, add",
            fields=(
                "name",
                "description",
                "kind",
                "product_ref",
                "billing_code_ref",
                "contract_service_ref",
                "quantity",
                "unit_cost",
                "unit_price",
                "is_billable",
                "bought_on",
                "purchase_order_number",
            ),
            required=("name", "quantity", "is_billable", "bought_on"),
            needs="parent",
            max_lengths={"name": 100, "description": 2000, "purchase_order_number": 50},
            visible_to="customer",
            staff_fields=("unit_cost", "kind", "billing_code_ref"),
            vendor_entities=("TicketCharges",),
        ),
        _kind(
            "opportunities.create",
            reconcilable_by=ReconcilableBy.REFERENCE,
            right="CRM: Opportunities, add",
            fields=("company_ref", *OPPORTUNITY_FIELDS),
            required=("company_ref", "title", "owner_ref", "expected_on"),
            max_lengths={"title": 128},
            vendor_entities=("Opportunities",),
        ),
        _kind(
            "opportunities.update",
            reconcilable_by=ReconcilableBy.RECORD,
            right="CRM: Opportunities, edit",
            fields=OPPORTUNITY_FIELDS,
            needs="target",
            max_lengths={"title": 128},
            vendor_entities=("Opportunities",),
        ),
        _kind(
            "appointments.create",
            reconcilable_by=ReconcilableBy.MARKER,
            mark_in="description",
            right="Service Desk: Service Calls, add",
            fields=("company_ref", *APPOINTMENT_FIELDS),
            required=("company_ref", "start_at", "end_at", "ticket_refs", "technician_refs"),
            max_lengths={"description": 2000},
            vendor_entities=("ServiceCalls",),
        ),
        _kind(
            "appointments.change",
            reconcilable_by=ReconcilableBy.RECORD,
            right="Service Desk: Service Calls, edit",
            fields=APPOINTMENT_FIELDS,
            needs="target",
            max_lengths={"description": 1950},
            vendor_entities=("ServiceCalls",),
        ),
        _kind(
            "appointments.cancel",
            reconcilable_by=ReconcilableBy.RECORD,
            right="Service Desk: Service Calls, edit",
            fields=("state",),
            required=("state",),
            words={"state": ("cancelled",)},
            needs="target",
            vendor_entities=("ServiceCalls",),
        ),
        _kind(
            "secondary_resources.create",
            reconcilable_by=ReconcilableBy.RECORD,
            right="Service Desk: Tickets, edit",
            fields=("technician_ref", "role_ref"),
            required=("technician_ref",),
            unique_by=("technician_ref",),
            needs="parent",
            vendor_entities=("TicketSecondaryResources",),
        ),
        _kind(
            "secondary_resources.delete",
            reconcilable_by=ReconcilableBy.RECORD,
            right="Service Desk: Tickets, edit",
            fields=("technician_ref",),
            needs="target",
            vendor_entities=("TicketSecondaryResources",),
        ),
        _kind(
            "checklist_items.create",
            reconcilable_by=ReconcilableBy.RECORD,
            right="Service Desk: Tickets, edit",
            fields=("name", "is_important", "position"),
            required=("name",),
            unique_by=("name",),
            needs="parent",
            max_lengths={"name": 255},
            vendor_entities=("TicketChecklistItems",),
        ),
        _kind(
            "checklist_items.update",
            reconcilable_by=ReconcilableBy.RECORD,
            right="Service Desk: Tickets, edit",
            fields=("is_completed",),
            required=("is_completed",),
            needs="target",
            vendor_entities=("TicketChecklistItems",),
        ),
        _kind(
            "assets.update",
            reconcilable_by=ReconcilableBy.RECORD,
            right="CRM: Configuration Items (Devices/Assets), edit",
            fields=("warranty_until", "installed_on", "serial_number", "reference_number", "name", "location"),
            needs="target",
            max_lengths={"serial_number": 100, "reference_number": 50, "name": 200, "location": 100},
            vendor_entities=("ConfigurationItems",),
        ),
    )
}


def write_capabilities(settings: AutotaskSettings) -> tuple[WriteCapability, ...]:
    """Return what can be written, as it stands under these settings."""
    marked = replace(KINDS[NOTE_INTERNAL], reconcilable_by=ReconcilableBy.MARKER, mark_in="body")
    return tuple(marked if one.kind == NOTE_INTERNAL and settings.note_marker == "internal" else one
                 for one in KINDS.values())  # fmt: skip


def entity_of(kind: WriteCapability) -> str:
    """Return the vendor's entity that a kind writes."""
    return kind.vendor_entities[0]


def lists_of(kind: WriteCapability) -> str:
    """Return the entity whose value lists say what a kind may hold; a file is seen by whom a note of its kind is."""
    return "TicketNotes" if entity_of(kind) == "AttachmentInfo" else entity_of(kind)


def shape_of(kind: WriteCapability) -> Shape:
    """Return which field goes where of what a kind writes: as it is read."""
    return BY_ENTITY[entity_of(kind)]


def prefix_of(kind: WriteCapability) -> str:
    """Return what stands before the vendor's id in those of the records that a kind writes."""
    sources = STREAMS[stream_of(kind)].sources
    return next((one.prefix for one in sources if one.entity == entity_of(kind)), "")


def stream_of(kind: WriteCapability) -> str:
    """Return the stream of what a kind writes."""
    return shape_of(kind).model.stream
