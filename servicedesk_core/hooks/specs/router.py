"""Hooks of connectors to whoever knows roads."""

from datetime import timedelta

from servicedesk_core.domain.places import Point
from servicedesk_core.hooks.markers import hookspec


class RouterSpecs:
    """How a map is asked how long ways take.

    That is the only hook of the family. What comes back is kept, and counts in place of the estimate wherever the desk
    looks at ways: who takes work on site, and the order of a day's visits.
    """

    @hookspec
    async def travel_times(self, ways: tuple[tuple[Point, Point], ...]) -> tuple[timedelta | None, ...]:
        """Say how long each of some ways takes by car, at a usual hour. Must not change anything.

        Args:
            ways: From where to where; at most a few hundred.

        Returns:
            How long each takes, in their order; ``None`` = there is no road, or the map does not know.

        Raises:
            AuthenticationError: The credentials were refused.
            ConnectorError: The map could not be asked.

        Added in 1.0.
        """
        raise AssertionError  # pragma: no cover
