"""The kinds of jobs there are. A new one is a function of its own module and a line here."""

from typing import Final

from servicedesk_core.config import DeskSettings
from servicedesk_core.config.operating import NEVER
from servicedesk_core.jobs.job import JobKind


def has_connections(settings: DeskSettings) -> bool:
    """Whether there is anything that could be asked."""
    return bool(settings.connections)


def has_file(settings: DeskSettings) -> bool:
    """Whether the store is a file that the desk can copy; a server is backed up by its own tools."""
    return not settings.desk.store.startswith("postgresql")


def may_write(settings: DeskSettings) -> bool:
    """Whether the configuration grants any connection anything."""
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
        "alerts",
        "Looks for what fails or is silent, and tells about it once.",
        "every 1 minute",
        "servicedesk_core.runtime.alerts.watching:watch",
    ),
    JobKind(
        "writes",
        "Sends what was approved, and settles doubts.",
        "every 1 minute",
        "servicedesk_core.jobs.sending:send_approved",
        applies=may_write,
    ),
    JobKind(
        "claims",
        "Asks manufacturers how claims stand; sends none.",
        "every 1 hour",
        "servicedesk_core.features.claims.jobs:follow_claims",
        applies=has_connections,
    ),
    JobKind(
        "warranty",
        "Asks manufacturers again what is covered, where the answer is old; changes nothing at your PSA.",
        "15 4 * * *",
        "servicedesk_core.features.warranty.jobs:refresh_covers",
        applies=has_connections,
    ),
    JobKind(
        "reports", "Writes the desk page to a file.", NEVER, "servicedesk_core.runtime.jobs.housekeeping:write_reports"
    ),
    JobKind(
        "backup",
        "Copies the store, keeps the newest copies.",
        "30 2 * * *",
        "servicedesk_core.runtime.jobs.housekeeping:backup",
        applies=has_file,
    ),
)
