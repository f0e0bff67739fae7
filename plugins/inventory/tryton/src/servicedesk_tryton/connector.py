"""The connector: what core calls. Each hook is a few lines over the rooms below."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Protocol
from urllib.parse import quote, urlsplit

from servicedesk_core import hookimpl
from servicedesk_core.domain.billing import Document, DocumentKind
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
    SourceRecord,
    StreamCheck,
    VendorIdentity,
    Write,
    WriteReceipt,
    as_ordered,
)
from servicedesk_tryton.api.client import VENDOR, Api
from servicedesk_tryton.api.site import Site
from servicedesk_tryton.capabilities import CREATES, CUSTOMER, GIVE_BACK, PLACE, RECEIVE, TAKE, VOIDS, capabilities
from servicedesk_tryton.meaning.mapper import VERSION
from servicedesk_tryton.reading.books import Books
from servicedesk_tryton.reading.finding import PartFinder
from servicedesk_tryton.reading.streams import Reader, stream_of
from servicedesk_tryton.settings import TrytonSettings
from servicedesk_tryton.writing.buying import Buyer
from servicedesk_tryton.writing.customers import CustomerMaker
from servicedesk_tryton.writing.documents import INVOICES, ORDERS, RECEIPTS, SHIPMENTS, Documents
from servicedesk_tryton.writing.drafting import Drafter
from servicedesk_tryton.writing.invoicing import Invoicer
from servicedesk_tryton.writing.receiving import Receiver
from servicedesk_tryton.writing.sender import Sender
from servicedesk_tryton.writing.voiding import Voider


class Sends(Protocol):
    """Sends writes of some kinds."""

    async def send(self, write: Write) -> WriteReceipt:
        """Send a write."""


class Finds(Protocol):
    """Finds writes of some kinds."""

    async def find(self, write: Write) -> FindResult:
        """Look for what became of a write."""


class Tryton(Connector[TrytonSettings]):
    """One company in one database of a Tryton server: our own stock, and our books."""

    Settings: ClassVar[type[ConnectorSettings]] = TrytonSettings

    def __init__(self, ctx: ConnectorContext[TrytonSettings]) -> None:
        super().__init__(ctx)
        self._api = Api(ctx)
        self._site = Site(self._api, ctx.settings)
        self._reader = Reader(self._api, self._site, ctx.settings)
        self._finder = PartFinder(self._api, self._site, self._reader.products)
        made = {
            kind: Documents(self._api, self._site, ctx.clock, ctx.settings.settle_s, kind)
            for kind in (SHIPMENTS, RECEIPTS, ORDERS, INVOICES)
        }
        self._books = Books(self._api, self._site)
        invoicer = Invoicer(
            Drafter(self._api, self._site, self._books), self._books, made[INVOICES], ctx.settings, ctx.clock
        )
        voider = Voider(self._books, made[INVOICES], ctx.settings, ctx.clock)
        customers = CustomerMaker(self._api, self._site, ctx.settings, ctx.clock)
        sender = Sender(self._api, self._site, made[SHIPMENTS], ctx.settings)
        self._writers: Mapping[str, tuple[Sends, Finds]] = {
            TAKE: (sender, made[SHIPMENTS]),
            GIVE_BACK: (sender, made[SHIPMENTS]),
            PLACE: (Buyer(self._api, self._site, made[ORDERS], ctx.settings), made[ORDERS]),
            RECEIVE: (Receiver(self._api, self._site, made[RECEIPTS], ctx.settings), made[RECEIPTS]),
            CUSTOMER: (customers, customers),
            **dict.fromkeys(CREATES, (invoicer, invoicer)),
            **dict.fromkeys(VOIDS, (voider, voider)),
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
                "customers": f"{pages}/party.party/{{external_id}}",
                **dict.fromkeys(
                    ("sales_invoices", "credit_notes", "bills"), f"{pages}/account.invoice/{{external_id}}"
                ),
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
    async def read_document(self, kind: DocumentKind, ref: str) -> Document:
        """Read a document with its lines."""
        return await self._books.document(kind, ref)

    @hookimpl
    async def send_write(self, write: Write) -> WriteReceipt:
        """Take pieces, give them back, order parts, book what has come, or write into the books."""
        self.describe_capabilities().declared(write.kind)
        receipt = await self._writers[write.kind][0].send(write)
        return replace(receipt, record=await self._shown(write, receipt.ref))

    async def _shown(self, write: Write, ref: str) -> SourceRecord | None:
        """Return what was written into the books, as a pull brings it."""
        stream = write.kind.partition(".")[0]
        if write.kind not in {CUSTOMER, *CREATES, *VOIDS}:
            return None
        found = [one async for one in self._reader.fetch(stream, [ref])]
        return next((record for one in found for record in one.records), None)

    @hookimpl
    async def find_write(self, write: Write) -> FindResult:
        """Look for what became of a write whose answer got lost."""
        self.describe_capabilities().declared(write.kind)
        return await as_ordered(self, write, await self._writers[write.kind][1].find(write))
