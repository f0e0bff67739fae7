"""What every connector of the calendar family must do, as tests that its author subclasses.

::

    class TestAcmeCalendars(CalendarSuite):
        span = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))  # with something in both halves

        @pytest.fixture
        async def connector(self, stand):
            async with stand.connector() as acme:
                yield acme
"""

from datetime import datetime
from typing import ClassVar

import pytest

from servicedesk_core.domain.calendars import BusyTime
from servicedesk_core.errors import AuthenticationError
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.testing.suites.truths import secrets_of


class CalendarSuite:
    """Subclass it in a test file and give it a ``connector`` fixture: an opened connector with some events behind it.

    Attributes:
        span: Begin and end of a span in both halves of which somebody is busy.
    """

    span: ClassVar[tuple[datetime, datetime]]

    @pytest.fixture
    async def connector(self) -> AnyConnector:
        """Return an opened connector; the subclass overrides this."""
        pytest.fail("give the suite a fixture named 'connector' that yields an opened connector")

    @pytest.fixture
    async def rejected(self) -> AnyConnector | None:
        """Return an opened connector whose credentials the server refuses; override it to have that tested."""
        return None

    def test_whose_calendars_it_reads_is_said(self, connector: AnyConnector) -> None:
        """It names technicians, each once, the same each time."""
        can = connector.describe_capabilities().calendar
        assert can is not None, "describe_capabilities() says nothing of calendars"
        assert can.technicians, "it reads nobody's calendar"
        assert len(set(can.technicians)) == len(can.technicians)
        assert can == connector.describe_capabilities().calendar

    async def test_each_time_lies_in_the_span_and_is_of_somebody_it_named(self, connector: AnyConnector) -> None:
        """It has a zone, an end behind its beginning, and an instant in common with the span."""
        start, end = self.span
        found = await self._busy(connector, start, end)
        assert found, "give in `span` one in which somebody is busy"
        can = connector.describe_capabilities().calendar
        assert can is not None
        for one in found:
            assert one.technician in can.technicians
            assert start < one.end, f"{one} is over before the span begins"
            assert one.start < end, f"{one} begins when the span is over"

    async def test_two_halves_are_the_whole(self, connector: AnyConnector) -> None:
        """What is asked in pieces comes to the same, so that nothing hangs on where a span is cut."""
        start, end = self.span
        middle = start + (end - start) / 2
        halves = [await self._busy(connector, *piece) for piece in ((start, middle), (middle, end))]
        assert all(halves), "give in `span` one in both halves of which somebody is busy"
        assert {*halves[0], *halves[1]} == {*await self._busy(connector, start, end)}

    async def test_reading_twice_is_the_same(self, connector: AnyConnector) -> None:
        """Reading changes nothing, and no time comes twice."""
        first, second = [await self._busy(connector, *self.span) for _ in range(2)]
        assert sorted(first, key=repr) == sorted(second, key=repr)
        assert len({*first}) == len(first)

    async def test_refused_credentials_are_told_as_such(self, rejected: AnyConnector | None) -> None:
        """Whoever reads the error knows what to correct, and reads no secret."""
        if rejected is None:
            pytest.skip("the suite was given no connector whose credentials are refused")
        with pytest.raises(AuthenticationError) as refused:
            await self._busy(rejected, *self.span)
        told = f"{refused.value!r} {refused.value} {refused.value.detail}"
        assert not any(secret in told for secret in secrets_of(rejected)), "a secret stands in the error"

    async def _busy(self, connector: AnyConnector, start: datetime, end: datetime) -> tuple[BusyTime, ...]:
        can = connector.describe_capabilities().calendar
        assert can is not None
        found: list[BusyTime] = []
        for technician in can.technicians:
            theirs = await connector.busy_times(technician, start, end)
            assert {one.technician for one in theirs} <= {technician}
            found += theirs
        return (*found,)
