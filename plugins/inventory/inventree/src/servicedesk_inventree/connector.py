"""The connector: what core calls. Each hook is a few lines over the rooms below."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urlsplit

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
from servicedesk_core.http import together
from servicedesk_inventree.api.client import VENDOR, Api
from servicedesk_inventree.capabilities import CANCEL, PLACE, RECEIVE, capabilities
from servicedesk_inventree.meaning.mapper import Mapper
from servicedesk_inventree.meaning.values import text
from servicedesk_inventree.reading.finding import PartFinder
from servicedesk_inventree.reading.streams import Reader, stream_of
from servicedesk_inventree.settings import InvenTreeSettings
from servicedesk_inventree.writing.history import ELSEWHERE, History
from servicedesk_inventree.writing.orders import Orders
from servicedesk_inventree.writing.receipts import Receipts
from servicedesk_inventree.writing.sender import Sender


class InvenTree(Connector[InvenTreeSettings]):
    """One InvenTree server: our own stock."""

    Settings: ClassVar[type[ConnectorSettings]] = InvenTreeSettings

    def __init__(self, ctx: ConnectorContext[InvenTreeSettings]) -> None:
        super().__init__(ctx)
        self._api = Api(ctx)
        self._mapper = Mapper(ctx.settings)
        self._reader = Reader(self._api, ctx.settings)
        self._finder = PartFinder(self._api)
        self._history = History(self._api, ctx.clock, ctx.settings.settle_s)
        self._sender = Sender(self._api, self._history, ctx.settings)
        self._orders = Orders(self._api, ctx.clock, ctx.settings)
        self._receipts = Receipts(self._api, self._history, ctx.settings)

    @hookimpl
    def describe_capabilities(self) -> Capabilities:
        """Say what can be read and moved, and how access is obtained."""
        return capabilities(self.ctx.settings)

    @hookimpl
    async def vendor_identity(self) -> VendorIdentity:
        """Name the server by its own id; older ones have none, and are named by their address."""
        about = await self._api.about()
        url = self.ctx.settings.url
        return VendorIdentity(
            vendor=VENDOR,
            account=text(about.get("id")) or urlsplit(url).netloc,
            name=text(about.get("instance")) or "",
            record_urls={
                "parts": f"{url}/web/part/{{external_id}}/",
                "stock_levels": f"{url}/web/stock/item/{{external_id}}/",
                "purchase_orders": f"{url}/web/purchasing/purchase-order/{{external_id}}/",
            },
        )

    @hookimpl
    async def check_connection(self, streams: tuple[str, ...]) -> tuple[StreamCheck, ...]:
        """Ask for one record of each stream, and whether movements could be found again."""
        is_kept = await self._history.is_kept()
        checks = await together(*(self._reader.check(name) for name in streams))
        return tuple(
            one
            if is_kept or one.stream != "stock_levels"
            else replace(one, note=" ".join((one.note, ELSEWHERE)).strip())
            for one in checks
        )

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
        return stream_of(stream).meaning(self._mapper, raw)

    @hookimpl
    def mapping_version(self, stream: str) -> str:
        """Name the code, the server's zone and its currency."""
        del stream
        return self._mapper.version

    @hookimpl
    async def find_parts(self, query: PartQuery) -> tuple[PartOffer, ...]:
        """Look for a part, and say what lies where."""
        return await self._finder.find(query)

    @hookimpl
    async def send_write(self, write: Write) -> WriteReceipt:
        """Take pieces or give them back, order, or book what came."""
        if write.kind in {PLACE, CANCEL}:
            return await self._orders.send(write)
        return await (self._receipts if write.kind == RECEIVE else self._sender).send(write)

    @hookimpl
    async def find_write(self, write: Write) -> FindResult:
        """Look for a movement or an order whose answer got lost."""
        found = await (self._orders if write.kind in {PLACE, CANCEL} else self._history).find(write)
        return await as_ordered(self, write, found)
