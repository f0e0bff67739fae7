"""servicedesk: an integration framework for managed service providers.

The names here are the public surface, with :mod:`servicedesk_core.domain`, :mod:`.hooks`, :mod:`.http`, :mod:`.faces`,
:mod:`.testing` and :mod:`.errors`; each is imported when it is first used.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servicedesk_core.desk.blocking import BlockingServiceDesk as BlockingServiceDesk
    from servicedesk_core.desk.monitoring.checking import ConnectionCheck as ConnectionCheck
    from servicedesk_core.desk.monitoring.health import Health as Health
    from servicedesk_core.desk.service_desk import ServiceDesk as ServiceDesk
    from servicedesk_core.desk.syncing import SyncOutcome as SyncOutcome
    from servicedesk_core.domain.writing import Intent as Intent
    from servicedesk_core.domain.writing import WriteState as WriteState
    from servicedesk_core.errors import ServiceDeskError as ServiceDeskError
    from servicedesk_core.faces.feature import Feature as Feature
    from servicedesk_core.faces.page import Page as Page
    from servicedesk_core.features.claims.model import ClaimDetail as ClaimDetail
    from servicedesk_core.features.claims.model import ClaimFilter as ClaimFilter
    from servicedesk_core.features.claims.model import ClaimRow as ClaimRow
    from servicedesk_core.features.report.model import DeskReport as DeskReport
    from servicedesk_core.features.status.model import ConnectionInfo as ConnectionInfo
    from servicedesk_core.features.status.model import DeskStatus as DeskStatus
    from servicedesk_core.features.tickets.model import TicketDetail as TicketDetail
    from servicedesk_core.features.tickets.model import TicketFilter as TicketFilter
    from servicedesk_core.features.tickets.model import TicketRow as TicketRow
    from servicedesk_core.features.warranty.lookup.run import LookupReport as LookupReport
    from servicedesk_core.features.warranty.model import ExpiringList as ExpiringList
    from servicedesk_core.features.warranty.model import MissedList as MissedList
    from servicedesk_core.features.warranty.tables.report import WarrantyReport as WarrantyReport
    from servicedesk_core.hooks import Change as Change
    from servicedesk_core.hooks.connector import Connector as Connector
    from servicedesk_core.hooks.context import ConnectorContext as ConnectorContext
    from servicedesk_core.hooks.context import ConnectorSettings as ConnectorSettings
    from servicedesk_core.hooks.markers import API_VERSION as API_VERSION
    from servicedesk_core.hooks.markers import hookimpl as hookimpl
    from servicedesk_core.outbox.views import WriteDetail as WriteDetail
    from servicedesk_core.outbox.views import WriteView as WriteView
    from servicedesk_core.people import Actor as Actor
    from servicedesk_core.people import Way as Way
    from servicedesk_core.store.audit import AuditRecord as AuditRecord
    from servicedesk_core.store.quarantine import QuarantinedRecord as QuarantinedRecord
    from servicedesk_core.store.queries.records import StoredRecord as StoredRecord
    from servicedesk_core.store.queries.scope import Scope as Scope
    from servicedesk_core.sync.options import SyncMode as SyncMode
    from servicedesk_core.sync.report import SyncReport as SyncReport
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)


__version__ = "0.1.0"
