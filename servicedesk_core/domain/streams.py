"""Which kinds of records a desk can hold, by stream name; the class of each is imported when it is asked for."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import TypeVar

from servicedesk_core.domain.base import Entity

V = TypeVar("V")


class _ByStream(Mapping[str, V]):
    """What is worked out for a stream when somebody asks for it."""

    def __init__(self, work_out: Callable[[str], V]) -> None:
        self._work_out = work_out
        self._known: dict[str, V] = {}

    def __getitem__(self, stream: str) -> V:
        if stream not in self._known:
            self._known[stream] = self._work_out(stream)
        return self._known[stream]

    def __contains__(self, stream: object) -> bool:
        return stream in _CLASSES

    def __iter__(self) -> Iterator[str]:
        return iter(_CLASSES)

    def __len__(self) -> int:
        return len(_CLASSES)


_CLASSES = {
    "companies": "parties:Company",
    "sites": "parties:Site",
    "contacts": "parties:Contact",
    "roles": "parties:Role",
    "technicians": "parties:Technician",
    "queues": "tickets:Queue",
    "products": "assets:Product",
    "contracts": "contracts:Contract",
    "contract_services": "contracts:ContractService",
    "contract_units": "contracts:ContractUnits",
    "contract_blocks": "contracts:ContractBlock",
    "billing_codes": "contracts:BillingCode",
    "contract_rates": "contracts:ContractRate",
    "assets": "assets:Asset",
    "projects": "work:Project",
    "tasks": "work:Task",
    "tickets": "tickets:Ticket",
    "ticket_events": "tickets:TicketEvent",
    "notes": "tickets:Note",
    "secondary_resources": "tickets:SecondaryResource",
    "checklist_items": "tickets:ChecklistItem",
    "time_entries": "work:TimeEntry",
    "attachments": "tickets:Attachment",
    "appointments": "work:Appointment",
    "holidays": "work:Holiday",
    "sla_results": "work:SlaResult",
    "surveys": "work:Survey",
    "time_off": "work:TimeOff",
    "opportunities": "crm:Opportunity",
    "charges": "money:Charge",
    "invoices": "money:Invoice",
    "billing_items": "money:BillingItem",
    "parts": "parts.records:Part",
    "stock_levels": "parts.records:StockLevel",
    "stock_moves": "parts.records:StockMove",
    "purchase_orders": "parts.orders:PurchaseOrder",
    "purchase_order_lines": "parts.orders:PurchaseOrderLine",
    "goods_receipts": "parts.orders:GoodsReceipt",
    "tax_codes": "billing.records:TaxCode",
    "ledger_accounts": "billing.records:LedgerAccount",
    "sales_items": "billing.records:SalesItem",
    "customers": "billing.records:Customer",
    "sales_invoices": "billing.records:SalesInvoice",
    "credit_notes": "billing.records:CreditNote",
    "payments": "billing.records:Payment",
    "payment_allocations": "billing.records:PaymentAllocation",
    "bills": "billing.records:Bill",
}
"""Module and name of each stream's class, parents before children."""

_TARGETS = {
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
    "note_ref": "notes",
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
    "part_ref": "parts",
    "stock_level_ref": "stock_levels",
    "order_ref": "purchase_orders",
    "tax_code_ref": "tax_codes",
    "income_account_ref": "ledger_accounts",
    "expense_account_ref": "ledger_accounts",
    "customer_ref": "customers",
    "sales_invoice_ref": "sales_invoices",
    "credit_note_ref": "credit_notes",
    "payment_ref": "payments",
}
"""Which stream a reference points at; ``parent_ref`` points at its own."""


def _entity(stream: str) -> type[Entity]:
    module, _, name = _CLASSES[stream].partition(":")
    found: type[Entity] = getattr(import_module(f"servicedesk_core.domain.{module}"), name)
    return found


def _references(stream: str) -> dict[str, str]:
    targets = _TARGETS | {"parent_ref": stream}
    return {field: targets[field] for field in _entity(stream).model_fields if field in targets}


STREAMS: Mapping[str, type[Entity]] = _ByStream(_entity)
"""Entity class by stream name, parents before children."""

REFERENCES: Mapping[str, dict[str, str]] = _ByStream(_references)
"""For each stream, which of its reference fields point at which stream."""


def reference_to(stream: str, parents: str) -> str | None:
    """Return the field of a stream's records that names a record of another; ``None`` = they name none, or several."""
    named = (field for field, target in REFERENCES[stream].items() if target == parents and not field.endswith("_refs"))
    return next(named, None)
