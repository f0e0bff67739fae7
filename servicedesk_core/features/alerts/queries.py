"""What is wrong with the desk, and who has been told."""

from typing import Annotated

from sqlalchemy import Connection as Tx

from servicedesk_core.capabilities import Capability
from servicedesk_core.faces import Help, Manner, Namespace, Page, query
from servicedesk_core.features.alerts import tables
from servicedesk_core.features.alerts.model import Alert, Channel


class Alerts(Namespace[Manner]):
    """What is wrong with the desk, and who has been told."""

    @query(
        "alerts.list",
        about="Open alerts, or those that are over.",
        needs=Capability.DESK_READ,
        unscoped="they are about the desk itself",
        empty='There is no such alert. The job "alerts" looks for what is wrong.',
    )
    def list(
        self,
        tx: Tx,
        *,
        ended: Annotated[bool, Help("Those that are over, the newest first.")] = False,
        limit: Annotated[int, Help("At most so many.", between=(1, 1_000))] = 100,
    ) -> Page[Alert]:
        """List what is wrong with the desk, the oldest first."""
        return Page(tuple(tables.ended(tx, limit) if ended else tables.open_alerts(tx)[:limit]))

    @query(
        "alerts.channels",
        about="How the channels stand that are told.",
        needs=Capability.DESK_READ,
        unscoped="they are the desk's own",
        empty="No channel has been told anything.",
    )
    def channels(self, tx: Tx) -> Page[Channel]:
        """List the channels that were ever told of an alert, with what they did not take."""
        return Page(tuple(tables.channels(tx)))
