"""Hooks of connectors to calendars of our own people."""

from datetime import datetime

from servicedesk_core.domain.calendars import BusyTime, CalendarEvent
from servicedesk_core.hooks.markers import hookspec


class CalendarSpecs:
    """How calendars are asked when technicians are busy, and what the desk put into them.

    Whose calendars a connection reads is in its settings, by the names of technicians in the definitions. What
    ``busy_times`` says is kept until it is read again, and counts as taken time wherever somebody looks for free time.

    A connector that books declares the kinds ``events.put`` and ``events.cancel`` and implements ``send_write`` and
    ``find_write``. The target of such a write is the event's id, its values are ``technician`` and, for ``events.put``,
    ``start_at``, ``end_at`` and ``summary``. Its ``base_revision`` is what :meth:`read_event` said last: empty = the
    calendar has no such event, and must not get it over another one.
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

    @hookspec
    async def read_event(self, technician: str, uid: str) -> CalendarEvent | None:
        """Read an event that the desk may have put there. Must not change anything.

        Args:
            technician: In whose calendar, of those whom the capabilities name.
            uid: The event's id.

        Returns:
            The event; ``None`` = the calendar certainly has none of that id.

        Raises:
            AuthenticationError: The credentials were refused.
            ConnectorError: It could not be read: then nothing is known of it.

        Added in 1.0.
        """
        raise AssertionError  # pragma: no cover
