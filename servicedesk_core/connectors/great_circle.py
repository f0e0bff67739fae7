"""The router that needs no map: a road is 1.3 times the great circle, driven at 40 km/h."""

from datetime import timedelta

from servicedesk_core.domain.places import Point, estimate
from servicedesk_core.hooks import Capabilities, Connector, ConnectorSettings, StreamCheck, VendorIdentity, hookimpl


class GreatCircle(Connector[ConnectorSettings]):
    """Estimates how long ways take. A desk without any router counts with the same estimate."""

    @hookimpl
    def describe_capabilities(self) -> Capabilities:
        """There is nothing to be had access to."""
        return Capabilities(vendor="Great circle", access=("None is needed.",), lead_time="none")

    @hookimpl
    async def vendor_identity(self) -> VendorIdentity:
        """Name the rule."""
        return VendorIdentity("great_circle", "great_circle", "Great circle")

    @hookimpl
    async def check_connection(self, streams: tuple[str, ...]) -> tuple[StreamCheck, ...]:
        """It can always be asked."""
        del streams
        return ()

    @hookimpl
    async def travel_times(self, ways: tuple[tuple[Point, Point], ...]) -> tuple[timedelta | None, ...]:
        """Estimate each."""
        return tuple(estimate(*way) for way in ways)
