"""Kit for authors of connectors: a context without a desk, a clock that only moves when told, conformance suites."""

from servicedesk_core.testing.asking import example_claim, followed, hooks_of, looked_up
from servicedesk_core.testing.clock import FakeClock, ImpatientClock
from servicedesk_core.testing.context import make_context, opened
from servicedesk_core.testing.maker import MemoryMaker
from servicedesk_core.testing.memory import MemoryState
from servicedesk_core.testing.pages import documented_settings, traps_without_test
from servicedesk_core.testing.recording import Recorder, Replayer, UnrecordedRequestError, live_connection
from servicedesk_core.testing.stand import Stand, stand_fixtures
from servicedesk_core.testing.suites.billing import BillingSuite
from servicedesk_core.testing.suites.billing_vendor import BillingVendor
from servicedesk_core.testing.suites.calendar import CalendarSuite
from servicedesk_core.testing.suites.crm import CrmSuite
from servicedesk_core.testing.suites.knowledge import KnowledgeSuite
from servicedesk_core.testing.suites.orders import OrdersSuite, OrderVendor
from servicedesk_core.testing.suites.parts import PartsSuite
from servicedesk_core.testing.suites.router import RouterSuite
from servicedesk_core.testing.suites.ticket_sync import TicketSyncSuite
from servicedesk_core.testing.suites.warranty_claims import ClaimVendor, WarrantyClaimsSuite, granted_http
from servicedesk_core.testing.suites.warranty_lookup import Misbehaviour, WarrantyLookupSuite
from servicedesk_core.testing.suites.webhooks import WebhookSuite
from servicedesk_core.testing.suites.write_vendor import WriteFault, WriteVendor, with_file
from servicedesk_core.testing.suites.writes import WriteSuite

__all__ = [
    "BillingSuite",
    "BillingVendor",
    "CalendarSuite",
    "ClaimVendor",
    "CrmSuite",
    "FakeClock",
    "ImpatientClock",
    "KnowledgeSuite",
    "MemoryMaker",
    "MemoryState",
    "Misbehaviour",
    "OrderVendor",
    "OrdersSuite",
    "PartsSuite",
    "Recorder",
    "Replayer",
    "RouterSuite",
    "Stand",
    "TicketSyncSuite",
    "UnrecordedRequestError",
    "WarrantyClaimsSuite",
    "WarrantyLookupSuite",
    "WebhookSuite",
    "WriteFault",
    "WriteSuite",
    "WriteVendor",
    "documented_settings",
    "example_claim",
    "followed",
    "granted_http",
    "hooks_of",
    "live_connection",
    "looked_up",
    "make_context",
    "opened",
    "stand_fixtures",
    "traps_without_test",
    "with_file",
]
