"""What somebody decides about billing."""

from servicedesk_core.faces import Manner
from servicedesk_core.features.billing.export.actions import Exporting
from servicedesk_core.features.billing.mapping.actions import Linking
from servicedesk_core.features.billing.periods.actions import Periods
from servicedesk_core.features.billing.queries import BillingQueries


class Billing(Linking[Manner], Exporting[Manner], Periods[Manner], BillingQueries[Manner]):
    """Where money stands, and what somebody decides about it."""
