"""The kinds of jobs of every desk. Those of a feature stand in its :class:`servicedesk_core.features.Feature`."""

from typing import Final

from servicedesk_core.config import DeskSettings
from servicedesk_core.faces.job import JobKind


def _may_write(settings: DeskSettings) -> bool:
    return any(connection.writes for connection in settings.connections.values())


KINDS: Final = (
    JobKind(
        "sync",
        "Reads what changed at the vendor.",
        "every 15 minutes",
        "servicedesk_core.jobs.pulling:pull",
        per_connection=True,
    ),
    JobKind(
        "writes",
        "Sends what was approved, and settles doubts.",
        "every 1 minute",
        "servicedesk_core.jobs.sending:send_approved",
        applies=_may_write,
    ),
    JobKind(
        "backup",
        "Copies the store, keeps the newest copies.",
        "30 2 * * *",
        "servicedesk_core.jobs.backup:backup",
        # A server is backed up by its own tools, unless somebody wants it dumped.
        applies=lambda settings: not settings.desk.store.startswith("postgresql") or "backup" in settings.schedules,
    ),
)
