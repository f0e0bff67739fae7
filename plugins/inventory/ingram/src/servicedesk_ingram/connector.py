"""The connector: what core calls. It says what the distributor has, orders it, and returns goods."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from servicedesk_core import hookimpl
from servicedesk_core.domain.parts import PartOffer, PartQuery
from servicedesk_core.domain.warranty import Claim, ClaimProblem, ClaimReceipt, ClaimReport
from servicedesk_core.errors import OutcomeUnknownError, RejectedError, UnsupportedError
from servicedesk_core.hooks import (
    Capabilities,
    Connector,
    ConnectorContext,
    ConnectorSettings,
    FetchOutcome,
    FieldInfo,
    FindResult,
    ItemOutcome,
    Mapped,
    Page,
    PullRequest,
    StreamCheck,
    VendorIdentity,
    Write,
    WriteProblem,
    WriteReceipt,
)
from servicedesk_ingram.api.client import Api
from servicedesk_ingram.api.profile import VENDOR, messages_in
from servicedesk_ingram.capabilities import CANCEL, PLACE, capabilities
from servicedesk_ingram.catalogue import finding
from servicedesk_ingram.ordering import meaning
from servicedesk_ingram.ordering.reading import STREAM, OrderReader
from servicedesk_ingram.ordering.requests import problems
from servicedesk_ingram.ordering.sending import Buyer
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
        self._orders = OrderReader(self._api, ctx.settings, ctx.clock, ctx.state)
        self._buyer = Buyer(self._api, ctx.settings, ctx.clock)

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
    async def check_connection(self, streams: tuple[str, ...]) -> tuple[StreamCheck, ...]:
        """Count the orders; without streams ask only whether Ingram Micro lets us in."""
        if not streams:
            await self.vendor_identity()
            return ()
        return tuple([await self._orders.check(name) for name in streams])

    @hookimpl
    async def describe_fields(self, stream: str) -> tuple[FieldInfo, ...]:
        """List the vendor's fields, by its published definition: nobody has to be asked."""
        return tuple(FieldInfo(name, maps_to=becomes) for name, becomes in meaning.FIELDS.get(stream, {}).items())

    @hookimpl
    async def count(self, request: PullRequest) -> int | None:
        """Count the orders."""
        return await self._orders.count() if request.stream == STREAM else None

    @hookimpl
    async def pull(self, request: PullRequest) -> AsyncIterator[Page]:
        """Read orders with their lines."""
        if request.stream != STREAM:
            message = f"Ingram Micro has no stream {request.stream!r}."
            raise UnsupportedError(message)
        async for page in self._orders.pull(request):
            yield page

    @hookimpl
    async def fetch_records(self, stream: str, refs: Sequence[str]) -> AsyncIterator[FetchOutcome]:
        """Read named orders."""
        del stream
        async for outcome in self._orders.fetch(refs):
            yield outcome

    @hookimpl
    def map_record(self, stream: str, raw: Mapping[str, Any]) -> Mapped:
        """Say what an order means."""
        del stream
        return meaning.order_of(raw)

    @hookimpl
    def mapping_version(self, stream: str) -> str:
        """Name the code."""
        del stream
        return meaning.VERSION

    @hookimpl
    async def check_write(self, write: Write, max_age_s: float | None) -> tuple[WriteProblem, ...]:
        """Name what Ingram Micro would refuse; nobody has to be asked."""
        del max_age_s
        return tuple(problems(write)) if write.kind == PLACE else ()

    @hookimpl
    async def send_write(self, write: Write) -> WriteReceipt:
        """Place an order, or cancel one."""
        self.describe_capabilities().checked(write)
        return await (self._buyer.cancel(write) if write.kind == CANCEL else self._buyer.place(write))

    @hookimpl
    async def find_write(self, write: Write) -> FindResult:
        """Look for an order, or for its cancellation."""
        return await (self._buyer.find_cancelled(write) if write.kind == CANCEL else self._buyer.find(write))

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
        listed = answer.get("returnsClaims") if isinstance(answer, Mapping) else None
        rows = listed if isinstance(listed, list) else []
        mine = [row for row in rows if isinstance(row, Mapping) and text(row.get("caseRequestNumber"))]
        if not rows and (refused := messages_in(answer)):  # an error beside a return refuses nothing
            raise RejectedError(
                f"Ingram Micro refused the return: {'; '.join(refused)}.",
                field_errors=tuple(refused),
                connection=self.ctx.connection,
            )
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
