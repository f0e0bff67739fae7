"""The connector: what core calls. Each hook is a few lines over the rooms below."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import ClassVar

from servicedesk_core import hookimpl
from servicedesk_core.domain.warranty import (
    Claim,
    ClaimProblem,
    ClaimReceipt,
    ClaimReport,
    DeviceRef,
    EntitlementResult,
    PartInfo,
)
from servicedesk_core.hooks import (
    Capabilities,
    Connector,
    ConnectorContext,
    ConnectorSettings,
    FindResult,
    ItemOutcome,
    StreamCheck,
    VendorIdentity,
)
from servicedesk_lenovo import devices
from servicedesk_lenovo.api.client import Api, Role
from servicedesk_lenovo.api.profile import VENDOR
from servicedesk_lenovo.capabilities import capabilities
from servicedesk_lenovo.claims import cases, submit
from servicedesk_lenovo.claims.check import check
from servicedesk_lenovo.lookup.ask import Lookup
from servicedesk_lenovo.lookup.codes import Codes
from servicedesk_lenovo.lookup.parts import parts_of
from servicedesk_lenovo.settings import LenovoSettings

_NO_MACHINE = "PF00TEST"


class Lenovo(Connector[LenovoSettings]):
    """One ClientID of Lenovo's Support API."""

    Settings: ClassVar[type[ConnectorSettings]] = LenovoSettings

    def __init__(self, ctx: ConnectorContext[LenovoSettings]) -> None:
        super().__init__(ctx)
        self._api = Api(ctx)
        self._codes = Codes(self._api, ctx.state, ctx.log)
        self._lookup = Lookup(
            api=self._api,
            codes=self._codes,
            clock=ctx.clock,
            batch=ctx.settings.devices_per_request,
            questions_again=ctx.settings.questions_again,
        )

    async def open(self) -> None:
        """Load what warranty codes mean."""
        await self._codes.load(self.ctx.clock.now())

    @hookimpl
    def describe_capabilities(self) -> Capabilities:
        """Say what can be looked up and claimed, and how access is obtained."""
        return capabilities(self.ctx.settings)

    @hookimpl
    async def vendor_identity(self) -> VendorIdentity:
        """Ask about a machine that does not exist: Lenovo names no account, but refuses a wrong ClientID."""
        await self._api.get(Role.WARRANTY, "warranty", {"Serial": _NO_MACHINE})
        account = self.ctx.settings.account
        unnamed = account == LenovoSettings.model_fields["account"].default
        return VendorIdentity(vendor=VENDOR, account=account, name="the account of this ClientID" if unnamed else "")

    @hookimpl
    async def check_connection(self, streams: tuple[str, ...]) -> tuple[StreamCheck, ...]:  # noqa: ARG002
        """There are no streams to look at."""
        return ()

    @hookimpl
    def recognise(self, device: DeviceRef) -> DeviceRef | None:
        """Take Lenovo's own devices, with the machine type where it is known."""
        return devices.recognise(device)

    @hookimpl
    async def find_entitlements(self, devices: Sequence[DeviceRef]) -> AsyncIterator[EntitlementResult]:
        """Ask in batches and match answers by serial number."""
        async for result in self._lookup.results(devices):
            yield result

    @hookimpl
    async def find_service_parts(self, device: DeviceRef) -> tuple[PartInfo, ...]:
        """List parts by serial number, with their substitutes."""
        return await parts_of(self._api, device)

    @hookimpl
    def check_claim(self, claim: Claim) -> tuple[ClaimProblem, ...]:
        """Name what is missing or too long."""
        return check(claim, self.ctx.settings, self.ctx.clock.now().date())

    @hookimpl
    async def submit_claim(self, claim: Claim) -> ClaimReceipt:
        """Open a case; Lenovo does not say its number here."""
        return await submit.submit(self._api, claim, self.ctx.settings.language)

    @hookimpl
    async def find_claim(self, claim: Claim, attempted_at: datetime) -> FindResult:
        """Search the cases of the device for our reference."""
        return await submit.find(self._api, claim, attempted_at, self.ctx.clock.now())

    @hookimpl
    async def fetch_claims(self, refs: Sequence[str]) -> AsyncIterator[ItemOutcome[ClaimReport]]:
        """Read cases, twenty a request."""
        async for outcome in cases.outcomes(self._api, refs, orders=self.ctx.settings.support_orders):
            yield outcome
