"""The connector: what core calls. It says what the distributor has, and returns goods to it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from servicedesk_core import hookimpl
from servicedesk_core.domain.parts import PartOffer, PartQuery
from servicedesk_core.domain.warranty import Claim, ClaimProblem, ClaimReceipt, ClaimReport
from servicedesk_core.errors import OutcomeUnknownError, RejectedError
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
from servicedesk_ingram.api.client import Api
from servicedesk_ingram.api.profile import VENDOR, messages_in
from servicedesk_ingram.capabilities import capabilities
from servicedesk_ingram.catalogue import finding
from servicedesk_ingram.returns import following, requests
from servicedesk_ingram.returns.reports import receipt
from servicedesk_ingram.settings import IngramSettings
from servicedesk_ingram.values import text


class Ingram(Connector[IngramSettings]):
    """One reseller account at Ingram Micro.

    It recognises no device: what is bought there can be of any maker. A claim goes this way when it is told to.
    """

    Settings: ClassVar[type[ConnectorSettings]] = IngramSettings

    def __init__(self, ctx: ConnectorContext[IngramSettings]) -> None:
        super().__init__(ctx)
        self._api = Api(ctx)

    @hookimpl
    def describe_capabilities(self) -> Capabilities:
        """Say what can be returned, and how access is obtained."""
        return capabilities(self.ctx.settings)

    @hookimpl
    async def vendor_identity(self) -> VendorIdentity:
        """Search once; the account is part of every request and refused when it is not the application's."""
        await self._api.knock()
        return VendorIdentity(vendor=VENDOR, account=self.ctx.settings.customer_number)

    @hookimpl
    async def check_connection(self, streams: tuple[str, ...]) -> tuple[StreamCheck, ...]:  # noqa: ARG002
        """There are no streams to look at; ask whether Ingram Micro lets us in."""
        await self.vendor_identity()
        return ()

    @hookimpl
    async def find_parts(self, query: PartQuery) -> tuple[PartOffer, ...]:
        """Search the catalogue, and ask what that costs and where it lies."""
        return await finding.find(self._api, query, self.ctx.settings.currency, self.ctx.clock.now().date())

    @hookimpl
    def check_claim(self, claim: Claim) -> tuple[ClaimProblem, ...]:
        """Name what is missing."""
        return requests.check(claim, self.ctx.settings, self.ctx.clock.now().date())

    @hookimpl
    async def submit_claim(self, claim: Claim) -> ClaimReceipt:
        """Open a return with our reference in it."""
        blocking = [problem for problem in self.check_claim(claim) if problem.is_blocking]
        if blocking:
            raise RejectedError(
                "Ingram Micro would refuse this return; nothing was sent.",
                field_errors=tuple(f"{problem.field} {problem.reason}" for problem in blocking),
                hint="Correct what 'servicedesk claims check' names.",
                connection=self.ctx.connection,
            )
        answer = await self._api.create(requests.body_of(claim, self.ctx.settings))
        if refused := messages_in(answer):
            raise RejectedError(
                f"Ingram Micro refused the return: {'; '.join(refused)}.",
                field_errors=tuple(refused),
                connection=self.ctx.connection,
            )
        listed = answer.get("returnsClaims") if isinstance(answer, Mapping) else None
        rows = listed if isinstance(listed, list) else []
        mine = [row for row in rows if isinstance(row, Mapping) and text(row.get("caseRequestNumber"))]
        if len(mine) != 1:
            raise OutcomeUnknownError(
                "Ingram Micro accepted the return, but its answer does not name it.",
                hint="It is searched for by our reference.",
                connection=self.ctx.connection,
            )
        return receipt(mine[0])

    @hookimpl
    async def find_claim(self, claim: Claim, attempted_at: datetime) -> FindResult:
        """Search for our reference."""
        now, settle_s = self.ctx.clock.now(), self.ctx.settings.settle_s
        return await following.find(self._api, claim, attempted_at, now, settle_s)

    @hookimpl
    async def fetch_claims(self, refs: Sequence[str]) -> AsyncIterator[ItemOutcome[ClaimReport]]:
        """Read returns one by one, each with its credit."""
        async for outcome in following.outcomes(self._api, refs, self.ctx.settings):
            yield outcome
