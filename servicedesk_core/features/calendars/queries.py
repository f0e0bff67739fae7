"""When the calendars of technicians were read."""

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import After, Capability, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.calendars.model import ReadCalendars
from servicedesk_core.features.calendars.tables import reads
from servicedesk_core.store import Tx


class Calendars(Namespace[Manner]):
    """Calendars of technicians."""

    desk: ConfiguredDesk

    @query(
        "calendars.list",
        about="When the calendars of technicians were read.",
        needs=Capability.DESK_READ,
        unscoped="our own people belong to no client",
        empty="No calendar was read. Configure a connection with the connector caldav: servicedesk jobs run calendars.",
    )
    def list(self, tx: Tx, *, sort: Sort = None, limit: Limit = 100, after: After = None) -> Page[ReadCalendars]:
        """List connections to calendars, with when they were read, and what went wrong.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        return piece(Page(reads(tx)), ReadCalendars, by="connection", sort=sort, after=after, limit=limit)
