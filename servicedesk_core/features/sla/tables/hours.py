"""In whose hours time is counted where no ticket says it."""

from datetime import datetime

from servicedesk_core.business_time.table import micros
from servicedesk_core.business_time.versions import CalendarVersions
from servicedesk_core.errors import SettingsError
from servicedesk_core.features.sla.tables import progress
from servicedesk_core.store import Tx


def elapsed(start_us: int, end_us: int) -> int:
    """Return the time from one instant to another, whatever the hours."""
    return end_us - start_us


def calendar_of_desk(tx: Tx, at: datetime) -> CalendarVersions:
    """Return the calendar that ``[sla]`` names at an instant, in all its versions.

    Raises:
        SettingsError: There is none.
    """
    book = progress.book_of(tx)
    policies = None if book is None else book.in_force(micros(at)).policies
    if book is None or policies is None:
        raise SettingsError("No calendar says which hours would count.", hint="Define [sla] with a calendar.")
    return book.calendars[policies.calendar]
