"""A manufacturer that answers for many claims in one request, for the measure of polling."""

from collections.abc import AsyncIterator, Sequence

from servicedesk_core.domain.warranty import ClaimReport, ClaimStatus, DeviceRef
from servicedesk_core.hooks import Capabilities, Connector, FetchStatus, ItemOutcome, hookimpl
from servicedesk_core.hooks.capabilities import VendorIdentity, WarrantyCapability
from servicedesk_core.hooks.context import ConnectorContext, ConnectorSettings
from servicedesk_core.http import HttpProfile, Route

BATCH = 50


class MakerSettings(ConnectorSettings):
    url: str
    requests: int
    window_s: float


class Maker(Connector[MakerSettings]):
    Settings = MakerSettings

    def __init__(self, ctx: ConnectorContext[MakerSettings]) -> None:
        super().__init__(ctx)
        own = ctx.settings
        self._http = ctx.http(
            HttpProfile(
                vendor="measured-maker",
                account="one",
                base_url=own.url,
                budget=ctx.vendor_budget(requests=own.requests, window_s=own.window_s),
                routes=(Route("POST", "claims"),),
            )
        )

    @hookimpl
    def describe_capabilities(self) -> Capabilities:
        return Capabilities("Measured maker", warranty=WarrantyCapability(claims_per_request=BATCH))

    @hookimpl
    async def vendor_identity(self) -> VendorIdentity:
        return VendorIdentity("measured-maker", "one")

    @hookimpl
    def recognise(self, device: DeviceRef) -> DeviceRef:
        return device

    @hookimpl
    async def fetch_claims(self, refs: Sequence[str]) -> AsyncIterator[ItemOutcome[ClaimReport]]:
        for start in range(0, len(refs), BATCH):
            some = list(refs[start : start + BATCH])
            answer = (await self._http.request("POST", "claims", json={"refs": some})).json()
            for ref, word in answer.items():
                report = ClaimReport(ref=ref, status=ClaimStatus.APPROVED, vendor_status=word)
                yield ItemOutcome(ref, FetchStatus.FOUND, report)
