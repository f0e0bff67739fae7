"""The pages of the desk, put together: a class for each."""

from servicedesk_core.faces import Manner
from servicedesk_core.features.desks.billing import BillingPage
from servicedesk_core.features.desks.data import DataPage
from servicedesk_core.features.desks.parts import PartsPage
from servicedesk_core.features.desks.reports import ReportsPage
from servicedesk_core.features.desks.service import ServicePage
from servicedesk_core.features.desks.warranty import WarrantyPage


class Desks(
    ServicePage[Manner], WarrantyPage[Manner], PartsPage[Manner], BillingPage[Manner], ReportsPage[Manner],
    DataPage[Manner],
):  # fmt: skip
    """The pages of the desk."""
