"""Status: how complete and how old the desk's data is, what runs, and what needs a look."""

from typing import TYPE_CHECKING

from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.status.model import ConnectionInfo as ConnectionInfo
    from servicedesk_core.features.status.model import DeskStatus as DeskStatus
    from servicedesk_core.features.status.quotas import QuotaStatus as QuotaStatus
    from servicedesk_core.features.status.quotas import account_quotas as account_quotas
    from servicedesk_core.features.status.tables import connections as connections
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="status",
    about="Show the desk's data and jobs.",
    queries=f"{__name__}.queries:Status",
    needs=("alerts",),
)
