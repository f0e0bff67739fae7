"""The connector: what core calls."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import ClassVar

from servicedesk_core import hookimpl
from servicedesk_core.domain.warranty import DeviceRef, EntitlementResult
from servicedesk_core.errors import NotFoundError
from servicedesk_core.hooks import (
    Capabilities,
    Connector,
    ConnectorSettings,
    StreamCheck,
    VendorIdentity,
)
from servicedesk_core.http import HttpClient
from servicedesk_hpe import devices as names
from servicedesk_hpe.capabilities import capabilities
from servicedesk_hpe.lookup.ask import results
from servicedesk_hpe.profile import ROUTE, VENDOR, profile
from servicedesk_hpe.settings import HpeSettings

_NO_DEVICE = "CZJ000TEST"


class Hpe(Connector[HpeSettings]):
    """One client of HPE's Warranty Check. It only looks up."""

    Settings: ClassVar[type[ConnectorSettings]] = HpeSettings
    http: HttpClient

    async def open(self) -> None:
        """Make the client; the first request fetches a token."""
        budget = self.ctx.vendor_budget(requests=self.ctx.settings.requests_per_hour)
        self.http = self.ctx.http(profile(self.ctx.settings, budget, self.ctx.tokens))

    @hookimpl
    def describe_capabilities(self) -> Capabilities:
        """Say what can be looked up and how access is obtained."""
        return capabilities(self.ctx.settings)

    @hookimpl
    async def vendor_identity(self) -> VendorIdentity:
        """Ask about a device that does not exist: that it is unknown shows that the credentials are good."""
        with suppress(NotFoundError):
            await self.http.get(f"{ROUTE}/{_NO_DEVICE}")
        return VendorIdentity(vendor=VENDOR, account=self.ctx.settings.client_id)

    @hookimpl
    async def check_connection(self, streams: tuple[str, ...]) -> tuple[StreamCheck, ...]:  # noqa: ARG002
        """There are no streams to look at."""
        return ()

    @hookimpl
    def recognise(self, device: DeviceRef) -> DeviceRef | None:
        """Take HPE's own devices."""
        return names.recognise(device, self.ctx.settings.more_names)

    @hookimpl
    async def find_entitlements(self, devices: Sequence[DeviceRef]) -> AsyncIterator[EntitlementResult]:
        """Ask for one device after the other; core has several calls in flight."""
        async for result in results(self.http, devices, self.ctx.settings.hardware_levels, self.ctx.clock):
            yield result
