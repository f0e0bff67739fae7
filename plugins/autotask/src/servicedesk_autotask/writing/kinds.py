"""The kinds of writes as data: fields, limits, rights, and how a lost one is found."""

from dataclasses import dataclass, field
from typing import Literal

from servicedesk_autotask.settings import AutotaskSettings
from servicedesk_core.domain import Asset, Entity, Note, Ticket, TimeEntry
from servicedesk_core.hooks import ReconcilableBy, WriteCapability

PREPARE_S, SEND_S, LOOK_BACK_S = 60.0, 120.0, 30.0
"""Longest times for the looks before a write, for the write with its waits, and for reading the result back."""

SETTLE_S = 300.0
"""The vendor ends a call after five minutes at the latest; before that, absence proves nothing."""

LONGEST_ID = 50
"""Characters of ``externalID``, which carries the id of a write."""

Model = type[Entity]

TICKET_FIELDS = (
    "title", "description", "resolution", "status", "status_category", "priority", "priority_name", "kind", "kind_name",
    "category", "issue", "sub_issue", "source", "queue_ref", "assignee_ref", "assignee_role_ref", "site_ref",
    "contact_ref", "asset_ref", "contract_ref", "billing_code_ref", "problem_ref", "purchase_order_number", "due_at",
    "estimated_s", "custom_fields",
)  # fmt: skip
# The vendor documents 255 for titles, and a client in the field met 250.
TICKET_LENGTHS = {"title": 250, "description": 8000, "resolution": 32_000, "purchase_order_number": 50}
NOTE_LENGTHS = {"title": 250, "body": 32_000}
_WORKFLOWS = "Workflow rules of the tenant may fire, change the record and send mails."


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteKind:
    """One kind of write.

    Attributes:
        kind: The grant.
        entity: The vendor's entity.
        model: The kind of record whose fields the values are.
        fields: Domain fields that can be written.
        required: Those that must be there, as :class:`WriteCapability` has them.
        needs: Whether the write names a ``target`` or a ``parent``.
        lengths: Longest texts, in UTF-16 units as the vendor counts them.
        right: What the security level must allow.
        reconcilable_by: How a lost one is found.
        visible_to: Who sees the result.
    """

    kind: str
    entity: str
    model: Model
    fields: tuple[str, ...]
    required: tuple[str, ...] = ()
    needs: Literal["target", "parent", ""] = ""
    lengths: dict[str, int] = field(default_factory=dict)
    right: str
    reconcilable_by: ReconcilableBy
    visible_to: Literal["staff", "customer"] = "staff"


KINDS: dict[str, WriteKind] = {
    one.kind: one
    for one in (
        WriteKind(
            kind="tickets.create",
            entity="Tickets",
            model=Ticket,
            fields=("company_ref", *TICKET_FIELDS),
            required=("company_ref", "title"),
            lengths=TICKET_LENGTHS,
            right="Service Desk: Tickets, add",
            reconcilable_by=ReconcilableBy.REFERENCE,
            visible_to="customer",
        ),
        WriteKind(
            kind="tickets.update",
            entity="Tickets",
            model=Ticket,
            fields=TICKET_FIELDS,
            needs="target",
            lengths=TICKET_LENGTHS,
            right="Service Desk: Tickets, edit",
            reconcilable_by=ReconcilableBy.RECORD,
            visible_to="customer",
        ),
        WriteKind(
            kind="notes.create_internal",
            entity="TicketNotes",
            model=Note,
            fields=("title", "body", "kind"),
            required=("body",),
            needs="parent",
            lengths=NOTE_LENGTHS,
            right="Service Desk: Ticket Notes, add",
            reconcilable_by=ReconcilableBy.CONTENT,
        ),
        WriteKind(
            kind="notes.create_public",
            entity="TicketNotes",
            model=Note,
            fields=("title", "body", "kind"),
            required=("body",),
            needs="parent",
            lengths=NOTE_LENGTHS,
            right="Service Desk: Ticket Notes, add",
            reconcilable_by=ReconcilableBy.CONTENT,
            visible_to="customer",
        ),
        WriteKind(
            kind="time_entries.create",
            entity="TimeEntries",
            model=TimeEntry,
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
            lengths={"summary": 8000, "internal_notes": 8000},
            right="Timesheets: Time Entries, add, also for other resources",
            reconcilable_by=ReconcilableBy.CONTENT,
            visible_to="customer",
        ),
        WriteKind(
            kind="assets.update",
            entity="ConfigurationItems",
            model=Asset,
            fields=("warranty_until", "installed_on", "serial_number", "reference_number", "name", "location"),
            needs="target",
            lengths={"serial_number": 100, "reference_number": 50, "name": 200, "location": 100},
            right="CRM: Configuration Items (Devices/Assets), edit",
            reconcilable_by=ReconcilableBy.RECORD,
        ),
    )
}


def carries_marker(kind: str, settings: AutotaskSettings) -> bool:
    """Return whether notes of this kind end with the marker that names their write."""
    return settings.note_marker == "all" or (settings.note_marker == "internal" and kind == "notes.create_internal")


def write_capabilities(settings: AutotaskSettings) -> tuple[WriteCapability, ...]:
    """Return what can be written, as it stands under these settings."""
    return tuple(_capability(one, settings) for one in KINDS.values())


def _capability(one: WriteKind, settings: AutotaskSettings) -> WriteCapability:
    marked = one.entity == "TicketNotes" and carries_marker(one.kind, settings)
    return WriteCapability(
        kind=one.kind,
        reconcilable_by=ReconcilableBy.MARKER if marked else one.reconcilable_by,
        right=one.right,
        fields=one.fields,
        required=one.required,
        max_lengths=one.lengths,
        needs=one.needs,
        settle_s=SETTLE_S,
        timeout_s=PREPARE_S + SEND_S + LOOK_BACK_S,
        visible_to=one.visible_to,
        side_effects=_WORKFLOWS,
        vendor_entities=(one.entity,),
    )
