"""The pages of the desk, put together: a class for each."""

from servicedesk_core.faces import Manner
from servicedesk_core.features.desks.billing import BillingPage
from servicedesk_core.features.desks.data import DataPage
from servicedesk_core.features.desks.parts import PartsPage
from servicedesk_core.features.desks.reports import ReportsPage
from servicedesk_core.features.desks.service import ServicePage
from servicedesk_core.features.desks.warranty import WarrantyPage


class Desks(
    DataPage[Manner], ReportsPage[Manner], BillingPage[Manner], PartsPage[Manner], WarrantyPage[Manner],
    ServicePage[Manner],
):  # fmt: skip
    """The pages of the desk; the help lists the last one first."""
