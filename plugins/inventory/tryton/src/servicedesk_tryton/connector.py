"""The connector: what core calls. Each hook is a few lines over the rooms below."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from servicedesk_core import hookimpl
from servicedesk_core.domain.parts import PartOffer, PartQuery
from servicedesk_core.hooks import (
    Capabilities,
    Connector,
    ConnectorContext,
    ConnectorSettings,
    FetchOutcome,
    FieldInfo,
    FindResult,
    Mapped,
    Page,
    PullRequest,
    StreamCheck,
    VendorIdentity,
    Write,
    WriteReceipt,
    as_ordered,
)
from servicedesk_tryton.api.client import VENDOR, Api
from servicedesk_tryton.api.site import Site
from servicedesk_tryton.capabilities import GIVE_BACK, PLACE, RECEIVE, TAKE, capabilities
from servicedesk_tryton.meaning.mapper import VERSION
from servicedesk_tryton.reading.finding import PartFinder
from servicedesk_tryton.reading.streams import Reader, stream_of
from servicedesk_tryton.settings import TrytonSettings
from servicedesk_tryton.writing.buying import Buyer
from servicedesk_tryton.writing.documents import ORDERS, RECEIPTS, SHIPMENTS, Documents
from servicedesk_tryton.writing.receiving import Receiver
from servicedesk_tryton.writing.sender import Sender


class Tryton(Connector[TrytonSettings]):
    """One company in one database of a Tryton server: our own stock."""

    Settings: ClassVar[type[ConnectorSettings]] = TrytonSettings

    def __init__(self, ctx: ConnectorContext[TrytonSettings]) -> None:
        super().__init__(ctx)
        self._api = Api(ctx)
        self._site = Site(self._api, ctx.settings)
        self._reader = Reader(self._api, self._site, ctx.settings)
        self._finder = PartFinder(self._api, self._site, self._reader.products)
        made = {
            kind: Documents(self._api, self._site, ctx.clock, ctx.settings.settle_s, kind)
            for kind in (SHIPMENTS, RECEIPTS, ORDERS)
        }
        sender = Sender(self._api, self._site, made[SHIPMENTS], ctx.settings)
        self._writers: Mapping[str, tuple[Sender | Buyer | Receiver, Documents]] = {
            TAKE: (sender, made[SHIPMENTS]),
            GIVE_BACK: (sender, made[SHIPMENTS]),
            PLACE: (Buyer(self._api, self._site, made[ORDERS], ctx.settings), made[ORDERS]),
            RECEIVE: (Receiver(self._api, self._site, made[RECEIPTS], ctx.settings), made[RECEIPTS]),
        }

    @hookimpl
    def describe_capabilities(self) -> Capabilities:
        """Say what can be read and moved, and how access is obtained."""
        return capabilities(self.ctx.settings)

    @hookimpl
    async def vendor_identity(self) -> VendorIdentity:
        """Name the company by server, database and id."""
        company, settings = await self._site.company(), self.ctx.settings
        pages = f"{settings.url}/#{quote(settings.database, safe='')}/model"
        return VendorIdentity(
            vendor=VENDOR,
            account=f"{urlsplit(settings.url).netloc}/{settings.database}#{company.id}",
            name=company.name,
            record_urls={
                "parts": f"{pages}/product.product/{{external_id}}",
                "purchase_orders": f"{pages}/purchase.purchase/{{external_id}}",
            },
        )

    @hookimpl
    async def check_connection(self, streams: tuple[str, ...]) -> tuple[StreamCheck, ...]:
        """Ask for a little of each stream."""
        await self._site.company()
        return tuple([await self._reader.check(name) for name in streams])

    @hookimpl
    async def describe_fields(self, stream: str) -> tuple[FieldInfo, ...]:
        """List the fields of a record."""
        return await self._reader.fields(stream)

    @hookimpl
    async def count(self, request: PullRequest) -> int | None:
        """Count what a pass brings."""
        return await self._reader.count(request)

    @hookimpl
    async def pull(self, request: PullRequest) -> AsyncIterator[Page]:
        """Read a stream."""
        async for page in self._reader.pull(request):
            yield page

    @hookimpl
    async def fetch_records(self, stream: str, refs: Sequence[str]) -> AsyncIterator[FetchOutcome]:
        """Read named records."""
        async for outcome in self._reader.fetch(stream, refs):
            yield outcome

    @hookimpl
    def map_record(self, stream: str, raw: Mapping[str, Any]) -> Mapped:
        """Say what a record means."""
        return stream_of(stream).meaning(raw)

    @hookimpl
    def mapping_version(self, stream: str) -> str:
        """Name the code: no setting changes what a record means."""
        del stream
        return VERSION

    @hookimpl
    async def find_parts(self, query: PartQuery) -> tuple[PartOffer, ...]:
        """Look for a part, and say what lies where."""
        return await self._finder.find(query)

    @hookimpl
    async def send_write(self, write: Write) -> WriteReceipt:
        """Take pieces, give them back, order parts, or book what has come."""
        self.describe_capabilities().declared(write.kind)
        return await self._writers[write.kind][0].send(write)

    @hookimpl
    async def find_write(self, write: Write) -> FindResult:
        """Look for what became of a write whose answer got lost."""
        self.describe_capabilities().declared(write.kind)
        return await as_ordered(self, write, await self._writers[write.kind][1].find(write))
