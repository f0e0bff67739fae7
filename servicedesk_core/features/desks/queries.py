"""The pages of the desk, put together: a class for each."""

from servicedesk_core.faces import Manner
from servicedesk_core.features.desks.data import DataPage
from servicedesk_core.features.desks.finding import Finding
from servicedesk_core.features.desks.mine import Mine
from servicedesk_core.features.desks.money.billing import BillingPage
from servicedesk_core.features.desks.money.parts import PartsPage
from servicedesk_core.features.desks.money.warranty import WarrantyPage
from servicedesk_core.features.desks.now.escalation import EscalationPage
from servicedesk_core.features.desks.now.recurring import RecurringPage
from servicedesk_core.features.desks.reports import ReportsPage
from servicedesk_core.features.desks.service import ServicePage
from servicedesk_core.features.desks.sla import SlaPage
from servicedesk_core.features.desks.tickets import TicketsPage


class Desks(
    BillingPage[Manner],
    DataPage[Manner],
    EscalationPage[Manner],
    Finding[Manner],
    Mine[Manner],
    PartsPage[Manner],
    RecurringPage[Manner],
    ReportsPage[Manner],
    WarrantyPage[Manner],
    TicketsPage[Manner],
    SlaPage[Manner],
    ServicePage[Manner],
):
    """The pages of the desk; the help lists the last one first."""
