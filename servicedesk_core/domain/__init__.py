"""The domain model: pure, immutable, free of I/O. Importable without any other part of the product."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servicedesk_core.domain.assets import Asset as Asset
    from servicedesk_core.domain.assets import Product as Product
    from servicedesk_core.domain.base import Amount as Amount
    from servicedesk_core.domain.base import Currency as Currency
    from servicedesk_core.domain.base import CustomFields as CustomFields
    from servicedesk_core.domain.base import Entity as Entity
    from servicedesk_core.domain.base import Instant as Instant
    from servicedesk_core.domain.base import Model as Model
    from servicedesk_core.domain.base import Seconds as Seconds
    from servicedesk_core.domain.billing.records import Bill as Bill
    from servicedesk_core.domain.billing.records import CreditNote as CreditNote
    from servicedesk_core.domain.billing.records import Customer as Customer
    from servicedesk_core.domain.billing.records import LedgerAccount as LedgerAccount
    from servicedesk_core.domain.billing.records import Payment as Payment
    from servicedesk_core.domain.billing.records import PaymentAllocation as PaymentAllocation
    from servicedesk_core.domain.billing.records import SalesInvoice as SalesInvoice
    from servicedesk_core.domain.billing.records import SalesItem as SalesItem
    from servicedesk_core.domain.billing.records import TaxCode as TaxCode
    from servicedesk_core.domain.child_keys import ChildKey as ChildKey
    from servicedesk_core.domain.contracts import BillingCode as BillingCode
    from servicedesk_core.domain.contracts import Contract as Contract
    from servicedesk_core.domain.contracts import ContractBlock as ContractBlock
    from servicedesk_core.domain.contracts import ContractKind as ContractKind
    from servicedesk_core.domain.contracts import ContractRate as ContractRate
    from servicedesk_core.domain.contracts import ContractService as ContractService
    from servicedesk_core.domain.contracts import ContractUnits as ContractUnits
    from servicedesk_core.domain.crm import Communication as Communication
    from servicedesk_core.domain.crm import Opportunity as Opportunity
    from servicedesk_core.domain.crm import OpportunityState as OpportunityState
    from servicedesk_core.domain.money import BillingItem as BillingItem
    from servicedesk_core.domain.money import Charge as Charge
    from servicedesk_core.domain.money import Invoice as Invoice
    from servicedesk_core.domain.names import Words as Words
    from servicedesk_core.domain.names import plain_name as plain_name
    from servicedesk_core.domain.parties import Company as Company
    from servicedesk_core.domain.parties import Contact as Contact
    from servicedesk_core.domain.parties import Role as Role
    from servicedesk_core.domain.parties import Site as Site
    from servicedesk_core.domain.parties import Technician as Technician
    from servicedesk_core.domain.parts.orders import GoodsReceipt as GoodsReceipt
    from servicedesk_core.domain.parts.orders import OrderStatus as OrderStatus
    from servicedesk_core.domain.parts.orders import PurchaseOrder as PurchaseOrder
    from servicedesk_core.domain.parts.orders import PurchaseOrderLine as PurchaseOrderLine
    from servicedesk_core.domain.parts.records import Part as Part
    from servicedesk_core.domain.parts.records import StockLevel as StockLevel
    from servicedesk_core.domain.parts.records import StockMove as StockMove
    from servicedesk_core.domain.status import DONE as DONE
    from servicedesk_core.domain.status import Priority as Priority
    from servicedesk_core.domain.status import QueueKind as QueueKind
    from servicedesk_core.domain.status import StatusCategory as StatusCategory
    from servicedesk_core.domain.status import TicketKind as TicketKind
    from servicedesk_core.domain.streams import REFERENCES as REFERENCES
    from servicedesk_core.domain.streams import STREAMS as STREAMS
    from servicedesk_core.domain.tickets import ActorType as ActorType
    from servicedesk_core.domain.tickets import Attachment as Attachment
    from servicedesk_core.domain.tickets import ChecklistItem as ChecklistItem
    from servicedesk_core.domain.tickets import EventSource as EventSource
    from servicedesk_core.domain.tickets import EventType as EventType
    from servicedesk_core.domain.tickets import MappingIssue as MappingIssue
    from servicedesk_core.domain.tickets import Note as Note
    from servicedesk_core.domain.tickets import NoteVisibility as NoteVisibility
    from servicedesk_core.domain.tickets import Queue as Queue
    from servicedesk_core.domain.tickets import SecondaryResource as SecondaryResource
    from servicedesk_core.domain.tickets import Ticket as Ticket
    from servicedesk_core.domain.tickets import TicketEvent as TicketEvent
    from servicedesk_core.domain.work import Appointment as Appointment
    from servicedesk_core.domain.work import AppointmentState as AppointmentState
    from servicedesk_core.domain.work import Holiday as Holiday
    from servicedesk_core.domain.work import Project as Project
    from servicedesk_core.domain.work import ProjectState as ProjectState
    from servicedesk_core.domain.work import SlaResult as SlaResult
    from servicedesk_core.domain.work import Survey as Survey
    from servicedesk_core.domain.work import Task as Task
    from servicedesk_core.domain.work import TimeEntry as TimeEntry
    from servicedesk_core.domain.work import TimeOff as TimeOff
    from servicedesk_core.domain.work import TimeOffState as TimeOffState
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
