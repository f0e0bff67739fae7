"""The kinds of jobs there are. A new one is a function of its own module and a line here."""

from typing import Final

from servicedesk_core.config.operating import NEVER
from servicedesk_core.runtime.alerts.watching import watch
from servicedesk_core.runtime.jobs.covering import refresh_covers
from servicedesk_core.runtime.jobs.following import follow_claims, has_connections
from servicedesk_core.runtime.jobs.housekeeping import backup, has_file, write_reports
from servicedesk_core.runtime.jobs.job import JobKind
from servicedesk_core.runtime.jobs.pulling import pull
from servicedesk_core.runtime.jobs.sending import may_write, send_approved

KINDS: Final = (
    JobKind("sync", "Reads what changed at the vendor.", "every 15 minutes", pull, per_connection=True),
    JobKind("alerts", "Looks for what fails or is silent, and tells about it once.", "every 1 minute", watch),
    JobKind(
        "writes", "Sends what was approved, and settles doubts.", "every 1 minute", send_approved, applies=may_write
    ),
    JobKind(
        "claims",
        "Asks manufacturers how claims stand; sends none.",
        "every 1 hour",
        follow_claims,
        applies=has_connections,
    ),
    JobKind(
        "warranty",
        "Asks manufacturers again what is covered, where the answer is old; changes nothing at your PSA.",
        "15 4 * * *",
        refresh_covers,
        applies=has_connections,
    ),
    JobKind("reports", "Writes the desk page to a file.", NEVER, write_reports),
    JobKind("backup", "Copies the store, keeps the newest copies.", "30 2 * * *", backup, applies=has_file),
)
