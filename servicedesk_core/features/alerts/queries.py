"""What is wrong with the desk, and who has been told."""

from typing import Annotated

from sqlalchemy import Connection as Tx

from servicedesk_core.capabilities import Capability
from servicedesk_core.faces import After, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.alerts import tables
from servicedesk_core.features.alerts.model import Alert, Channel


class Alerts(Namespace[Manner]):
    """What is wrong with the desk, and who has been told."""

    @query(
        "alerts.list",
        about="Open alerts, or those that are over.",
        needs=Capability.DESK_READ,
        sorts=tables.COLUMNS,
        unscoped="they are about the desk itself",
        empty='There is no such alert. The job "alerts" looks for what is wrong.',
    )
    def list(
        self,
        tx: Tx,
        *,
        ended: Annotated[bool, Help("Those that are over, the newest first.")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Page[Alert]:
        """List what is wrong with the desk, the oldest first.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        return tables.page(tx, ended=ended, sort=sort, after=after, limit=limit)

    @query(
        "alerts.channels",
        about="How the channels stand that are told.",
        needs=Capability.DESK_READ,
        unscoped="they are the desk's own",
        empty="No channel has been told anything.",
    )
    def channels(self, tx: Tx, *, sort: Sort = None, limit: Limit = 100, after: After = None) -> Page[Channel]:
        """List the channels that were ever told of an alert, with what they did not take.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        found = Page(tuple(tables.channels(tx)))
        return piece(found, Channel, by="name", sort=sort, after=after, limit=limit)
