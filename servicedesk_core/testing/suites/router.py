"""What every connector of the router family must do, as tests that its author subclasses.

::

    class TestAcmeRoads(RouterSuite):
        ways = ((Point(40.7128, -74.0060), Point(40.7357, -74.1724)), (Point(40.7357, -74.1724), Point(40.8, -74.1)))

        @pytest.fixture
        async def connector(self, stand):
            async with stand.connector() as acme:
                yield acme
"""

from datetime import timedelta
from typing import ClassVar

import pytest

from servicedesk_core.domain.places import Point
from servicedesk_core.errors import AuthenticationError
from servicedesk_core.hooks.connector import AnyConnector
from servicedesk_core.testing.suites.truths import secrets_of

Ways = tuple[tuple[Point, Point], ...]


class RouterSuite:
    """Subclass it in a test file and give it a ``connector`` fixture: an opened connector.

    Attributes:
        ways: Two ways and more that take a while each.
    """

    ways: ClassVar[Ways]

    @pytest.fixture
    async def connector(self) -> AnyConnector:
        """Return an opened connector; the subclass overrides this."""
        pytest.fail("give the suite a fixture named 'connector' that yields an opened connector")

    @pytest.fixture
    async def rejected(self) -> AnyConnector | None:
        """Return an opened connector whose credentials the map refuses; override it to have that tested."""
        return None

    async def test_each_way_has_an_answer_of_its_own_in_their_order(self, connector: AnyConnector) -> None:
        """Asked the other way round, the answers are the other way round; asked alone, each is the same."""
        assert len(self.ways) > 1, "give at least two `ways`"
        found = await self._asked(connector, self.ways)
        assert len(found) == len(self.ways)
        assert all(one is not None and one > timedelta() for one in found), "give `ways` that take a while"
        assert await self._asked(connector, self.ways[::-1]) == found[::-1]
        assert await self._asked(connector, self.ways[:1]) == found[:1]

    async def test_no_way_takes_no_time(self, connector: AnyConnector) -> None:
        """Whoever is there need not go."""
        here = self.ways[0][0]
        assert await self._asked(connector, ((here, here),)) == (timedelta(),)

    async def test_nothing_asked_is_nothing_answered(self, connector: AnyConnector) -> None:
        """It is no error."""
        assert await self._asked(connector, ()) == ()

    async def test_refused_credentials_are_told_as_such(self, rejected: AnyConnector | None) -> None:
        """Whoever reads the error knows what to correct, and reads no secret."""
        if rejected is None:
            pytest.skip("the suite was given no connector whose credentials are refused")
        with pytest.raises(AuthenticationError) as refused:
            await self._asked(rejected, self.ways)
        told = f"{refused.value!r} {refused.value} {refused.value.detail}"
        assert not any(secret in told for secret in secrets_of(rejected)), "a secret stands in the error"

    async def _asked(self, connector: AnyConnector, ways: Ways) -> tuple[timedelta | None, ...]:
        found: tuple[timedelta | None, ...] = await connector.travel_times(ways)
        return found
