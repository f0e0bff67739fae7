"""The class that a connector subclasses."""

from typing import Any, ClassVar, Generic

from servicedesk_core.hooks.context import ConnectorContext, ConnectorSettings, SettingsT
from servicedesk_core.hooks.markers import API_VERSION
from servicedesk_core.hooks.specs.announcements import AnnouncementSpecs
from servicedesk_core.hooks.specs.billing import BillingSpecs
from servicedesk_core.hooks.specs.calendar import CalendarSpecs
from servicedesk_core.hooks.specs.connection import ConnectionSpecs
from servicedesk_core.hooks.specs.crm import CrmSpecs
from servicedesk_core.hooks.specs.knowledge import KnowledgeSpecs
from servicedesk_core.hooks.specs.parts import PartsSpecs
from servicedesk_core.hooks.specs.router import RouterSpecs
from servicedesk_core.hooks.specs.ticket_sync import TicketSyncSpecs
from servicedesk_core.hooks.specs.warranty import WarrantySpecs
from servicedesk_core.hooks.specs.webhooks import WebhookSpecs


class Connector(
    ConnectionSpecs,
    TicketSyncSpecs,
    WarrantySpecs,
    PartsSpecs,
    BillingSpecs,
    CalendarSpecs,
    RouterSpecs,
    CrmSpecs,
    KnowledgeSpecs,
    WebhookSpecs,
    AnnouncementSpecs,
    Generic[SettingsT],
):
    """One configured use of a vendor's system.

    Subclass it, name the settings class, and mark what you implement with ``@hookimpl``: a connector's capabilities are
    the hooks it implements. The inherited specs do not count.

    The constructor does no I/O. ``open`` is called once before the first work hook, ``aclose`` once at the end, also
    when ``open`` failed. Work hooks may overlap, so attributes do not change after ``open``.

    Attributes:
        Settings: The class that the connection's settings are validated against.
        api: Version of the hook specs that the connector was written for.
    """

    Settings: ClassVar[type[ConnectorSettings]] = ConnectorSettings
    api: ClassVar[tuple[int, int]] = API_VERSION

    def __init__(self, ctx: ConnectorContext[SettingsT]) -> None:
        self.ctx = ctx

    async def open(self) -> None:
        """Get ready: find the vendor's server, load lists. May use the network and ``ctx.state``.

        When the network is not to be used (``remap``), core calls :meth:`open_offline` instead.
        """

    async def open_offline(self) -> None:
        """Get ready to map stored records without a network, from ``ctx.state`` alone."""

    async def aclose(self) -> None:
        """Release what ``open`` took. The HTTP client is closed by core."""


AnyConnector = Connector[Any]
