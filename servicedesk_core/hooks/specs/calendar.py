"""Hooks of connectors to calendars of our own people."""

from datetime import datetime

from servicedesk_core.domain.calendars import BusyTime
from servicedesk_core.hooks.markers import hookspec


class CalendarSpecs:
    """How calendars are asked when technicians are busy.

    That is the only hook of the family: whose calendars a connection reads is in its settings, by the names of
    technicians in the definitions. What comes back is kept until it is read again, and counts as taken time wherever
    somebody looks for free time.
    """

    @hookspec
    async def busy_times(self, technician: str, start: datetime, end: datetime) -> tuple[BusyTime, ...]:
        """Say when somebody is busy. Must not change anything.

        An event that is repeated comes once for each time that lies in the span, with its exceptions, by the clock of
        its own zone. A whole day lasts from midnight to midnight. What is cancelled, or is marked as taking no time, is
        left out.

        Args:
            technician: Who, of those whom the capabilities name.
            start: Begin of the span.
            end: End of it.

        Returns:
            What has an instant in common with the span, in any order, each with a beginning before its end.

        Raises:
            AuthenticationError: The credentials were refused.
            ConnectorError: The calendar could not be read: then nothing is known of it, and what was kept stays.

        Added in 1.0.
        """
        raise AssertionError  # pragma: no cover
