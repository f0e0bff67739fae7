"""The connector: what core calls. It looks up and follows; Cisco takes no claims through its public interfaces."""

from collections.abc import AsyncIterator, Sequence
from typing import ClassVar

from servicedesk_cisco import devices as naming
from servicedesk_cisco import following, lookup
from servicedesk_cisco.api.client import Api
from servicedesk_cisco.api.profile import VENDOR
from servicedesk_cisco.capabilities import capabilities
from servicedesk_cisco.end_of_support import EOX
from servicedesk_cisco.parts import parts_of
from servicedesk_cisco.settings import CiscoSettings
from servicedesk_core import hookimpl
from servicedesk_core.domain.warranty import ClaimReport, DeviceRef, EntitlementResult, PartInfo
from servicedesk_core.hooks import (
    Capabilities,
    Connector,
    ConnectorContext,
    ConnectorSettings,
    ItemOutcome,
    StreamCheck,
    VendorIdentity,
)

_NO_DEVICE = "XXX0000XXXX"


class Cisco(Connector[CiscoSettings]):
    """One application on Cisco's API console."""

    Settings: ClassVar[type[ConnectorSettings]] = CiscoSettings

    def __init__(self, ctx: ConnectorContext[CiscoSettings]) -> None:
        super().__init__(ctx)
        self._api = Api(ctx)

    @hookimpl
    def describe_capabilities(self) -> Capabilities:
        """Say what can be looked up and followed, and how access is obtained."""
        return capabilities(self.ctx.settings)

    @hookimpl
    async def vendor_identity(self) -> VendorIdentity:
        """Ask about a device that does not exist: Cisco names no account, but refuses an application without rights."""
        await self._api.get("sn2info/v2/coverage/status/serial_numbers", _NO_DEVICE)
        return VendorIdentity(vendor=VENDOR, account=self.ctx.settings.client_id)

    @hookimpl
    async def check_connection(self, streams: tuple[str, ...]) -> tuple[StreamCheck, ...]:  # noqa: ARG002
        """There are no streams to look at; ask whether Cisco lets the application in, also to what is optional."""
        await self.vendor_identity()
        if self.ctx.settings.end_of_support:
            await self._api.get(EOX, _NO_DEVICE)
        return ()

    @hookimpl
    def recognise(self, device: DeviceRef) -> DeviceRef | None:
        """Take Cisco's own devices, without Meraki's."""
        return naming.recognise(device)

    @hookimpl
    async def find_entitlements(self, devices: Sequence[DeviceRef]) -> AsyncIterator[EntitlementResult]:
        """Ask in batches and match answers by serial number."""
        today, wanted = self.ctx.clock.now().date(), self.ctx.settings.end_of_support
        async for result in lookup.results(self._api, devices, today, end_of_support=wanted, log=self.ctx.log):
            yield result

    @hookimpl
    async def find_service_parts(self, device: DeviceRef) -> tuple[PartInfo, ...]:
        """List the product ids that can be ordered for a device."""
        return await parts_of(self._api, device)

    @hookimpl
    async def fetch_claims(self, refs: Sequence[str]) -> AsyncIterator[ItemOutcome[ClaimReport]]:
        """Read RMAs one by one, and cases thirty a request."""
        async for outcome in following.outcomes(self._api, refs):
            yield outcome
