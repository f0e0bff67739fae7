"""The connector: what core calls. Each hook is a few lines over the rooms below."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, ClassVar

from servicedesk_core import hookimpl
from servicedesk_core.domain.billing import Document, DocumentKind
from servicedesk_core.errors import NotFoundError
from servicedesk_core.hooks import (
    BudgetUse,
    Capabilities,
    Connector,
    ConnectorContext,
    ConnectorSettings,
    Delivery,
    FetchOutcome,
    FieldInfo,
    FindResult,
    Mapped,
    Page,
    PullRequest,
    StreamCheck,
    VendorIdentity,
    Verdict,
    WebhookEvent,
    Write,
    WriteReceipt,
)
from servicedesk_core.http import OAuth2Code, together
from servicedesk_xero import webhooks
from servicedesk_xero.api.client import Api
from servicedesk_xero.api.profile import VENDOR, person
from servicedesk_xero.capabilities import CREATE_CUSTOMER, VOID_CREDIT, VOID_INVOICE, capabilities
from servicedesk_xero.meaning.documents import document
from servicedesk_xero.meaning.values import guid, text
from servicedesk_xero.reading.reader import Reader
from servicedesk_xero.reading.streams import stream_of
from servicedesk_xero.settings import XeroSettings
from servicedesk_xero.writing.customers import Customers
from servicedesk_xero.writing.documents import PARTS, Documents
from servicedesk_xero.writing.voids import Voids

_MAPPING = "1"
_PAGE = "https://go.xero.com/organisationlogin/default.aspx?shortcode={code}&redirecturl={page}={{external_id}}"
_PAGES = {
    "customers": "/Contacts/View.aspx?contactID",
    "sales_invoices": "/AccountsReceivable/View.aspx?InvoiceID",
    "credit_notes": "/AccountsReceivable/ViewCreditNote.aspx?creditNoteID",
    "bills": "/AccountsPayable/View.aspx?invoiceID",
}


class Xero(Connector[XeroSettings]):
    """The books of one organisation in Xero."""

    Settings: ClassVar[type[ConnectorSettings]] = XeroSettings

    def __init__(self, ctx: ConnectorContext[XeroSettings]) -> None:
        super().__init__(ctx)
        self._api = Api(ctx)
        self._reader = Reader(self._api, ctx.settings)
        self._documents = Documents(self._api, ctx.clock, ctx.settings)
        self._voids = Voids(self._api, ctx.clock, ctx.settings)
        self._customers = Customers(self._api, ctx.clock, ctx.settings)

    @hookimpl
    def describe_capabilities(self) -> Capabilities:
        """Say what can be read and written, and how access is obtained."""
        return capabilities(self.ctx.settings)

    @hookimpl
    def authorization(self) -> OAuth2Code:
        """Say how a person allows the access in a browser."""
        return person(self.ctx)

    @hookimpl
    async def vendor_identity(self) -> VendorIdentity:
        """Name the organisation."""
        told = (await self._api.listed("Organisation", urgent=True)).rows
        about = told[0] if told and isinstance(told[0], Mapping) else {}
        code = text(about.get("ShortCode"))
        urls = {name: _PAGE.format(code=code, page=page) for name, page in _PAGES.items()} if code else {}
        return VendorIdentity(
            VENDOR, str(about.get("OrganisationID")), name=text(about.get("Name")) or "", record_urls=urls
        )

    @hookimpl
    async def check_connection(self, streams: tuple[str, ...]) -> tuple[StreamCheck, ...]:
        """Ask for one record of each stream."""
        return tuple(await together(*(self._reader.check(name) for name in streams)))

    @hookimpl
    async def describe_fields(self, stream: str) -> tuple[FieldInfo, ...]:
        """List the fields of a record."""
        return await self._reader.fields(stream)

    @hookimpl
    async def usage(self) -> BudgetUse | None:
        """Say how many of the day's requests are used."""
        return await self._api.use()

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
        """Name the code."""
        del stream
        return _MAPPING

    @hookimpl
    async def read_document(self, kind: DocumentKind, ref: str) -> Document:
        """Read a document with its lines."""
        if guid(ref) is None:
            raise NotFoundError("Xero has no such document.")
        return document(kind, await self._api.one(PARTS[kind], ref))

    @hookimpl
    async def send_write(self, write: Write) -> WriteReceipt:
        """Make a document or a customer, or take a document back."""
        return await self._sender(write).send(write)

    @hookimpl
    async def find_write(self, write: Write) -> FindResult:
        """Look for what was written when its answer got lost."""
        return await self._sender(write).find(write)

    @hookimpl
    def verify_webhook(self, delivery: Delivery, secret: str, key: bytes | None) -> Verdict:
        """Say whether Xero sent a delivery."""
        del secret, key
        return webhooks.verdict(delivery, self.ctx.settings)

    @hookimpl
    def webhook_events(self, delivery: Delivery) -> tuple[WebhookEvent, ...]:
        """Say what a delivery hints at."""
        return webhooks.events(delivery, self.ctx.settings)

    def _sender(self, write: Write) -> Documents | Voids | Customers:
        if write.kind in {VOID_INVOICE, VOID_CREDIT}:
            return self._voids
        return self._customers if write.kind == CREATE_CUSTOMER else self._documents
