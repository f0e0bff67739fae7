"""What somebody decides about billing, and what is carried into the books."""

from typing import Protocol

from servicedesk_core.faces import Manner
from servicedesk_core.features.billing.export.actions import Exporting
from servicedesk_core.features.billing.mapping.adding import Adding
from servicedesk_core.features.billing.periods.actions import BillingDesk, Periods
from servicedesk_core.features.billing.queries import BillingQueries
from servicedesk_core.features.billing.sending.actions import Sending
from servicedesk_core.features.billing.sending.batches import LedgerDesk
from servicedesk_core.features.billing.trusts.actions import Trusting


class ActingDesk(LedgerDesk, BillingDesk, Protocol):
    """A desk on which somebody decides, and that sends documents."""


class Billing(
    Trusting[Manner], Sending[Manner], Adding[Manner], Exporting[Manner], Periods[Manner], BillingQueries[Manner]
):
    """Where money stands, what somebody decides about it, and what is carried into the books."""

    desk: ActingDesk
