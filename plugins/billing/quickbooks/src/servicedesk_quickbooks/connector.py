"""The connector: what core calls. Each hook is a few lines over the rooms below."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, ClassVar

from servicedesk_core import hookimpl
from servicedesk_core.domain.billing import Document, DocumentKind
from servicedesk_core.hooks import (
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
from servicedesk_quickbooks import webhooks
from servicedesk_quickbooks.api.client import CREDITS, CUSTOMERS, INVOICES, VENDOR, VOID, Api
from servicedesk_quickbooks.api.log_in import credentials
from servicedesk_quickbooks.capabilities import capabilities
from servicedesk_quickbooks.meaning.documents import ENTITIES, document
from servicedesk_quickbooks.meaning.values import text
from servicedesk_quickbooks.reading.streams import Reader, stream_of
from servicedesk_quickbooks.settings import LIVE, QuickBooksSettings
from servicedesk_quickbooks.writing.customers import Customers
from servicedesk_quickbooks.writing.documents import Documents
from servicedesk_quickbooks.writing.finding import Finder
from servicedesk_quickbooks.writing.voiding import Voiding

_PAGES = {"sales_invoices": "invoice?txnId", "credit_notes": "creditmemo?txnId", "payments": "recvpayment?txnId"}
_MAPPING = "1"


class QuickBooks(Connector[QuickBooksSettings]):
    """One company in QuickBooks Online."""

    Settings: ClassVar[type[ConnectorSettings]] = QuickBooksSettings

    def __init__(self, ctx: ConnectorContext[QuickBooksSettings]) -> None:
        super().__init__(ctx)
        settle_s = ctx.settings.settle_s
        self._api = Api(ctx)
        self._reader = Reader(self._api, ctx.clock, ctx.settings)
        finder = Finder(self._api, ctx.clock, settle_s)
        documents = Documents(self._api, finder)
        self._writers: Mapping[str, Documents | Customers | Voiding] = {
            INVOICES: documents,
            CREDITS: documents,
            CUSTOMERS: Customers(self._api, finder),
            VOID: Voiding(self._api, ctx.clock, settle_s),
        }

    @hookimpl
    def describe_capabilities(self) -> Capabilities:
        """Say what can be read and written, and how access is obtained."""
        return capabilities(self.ctx.settings)

    @hookimpl
    def authorization(self) -> OAuth2Code:
        """Say how a person allows the access."""
        return credentials(self.ctx)

    @hookimpl
    async def vendor_identity(self) -> VendorIdentity:
        """Name the company by its id."""
        about = await self._api.company()
        pages = "https://app.qbo.intuit.com" if self.ctx.settings.url == LIVE else "https://app.sandbox.qbo.intuit.com"
        return VendorIdentity(
            vendor=VENDOR,
            account=self.ctx.settings.realm_id,
            name=text(about.get("CompanyName")) or "",
            record_urls={name: f"{pages}/app/{page}={{external_id}}" for name, page in _PAGES.items()},
        )

    @hookimpl
    async def check_connection(self, streams: tuple[str, ...]) -> tuple[StreamCheck, ...]:
        """Count the records of each stream."""
        return tuple(await together(*(self._reader.check(name) for name in streams)))

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
        """Name the code: nothing else decides what a record means."""
        del stream
        return _MAPPING

    @hookimpl
    async def read_document(self, kind: DocumentKind, ref: str) -> Document:
        """Read a document with its lines."""
        return document(kind, await self._api.one(ENTITIES[kind], ref))

    @hookimpl
    async def send_write(self, write: Write) -> WriteReceipt:
        """Make a document or a customer, or void an invoice."""
        capabilities(self.ctx.settings).checked(write)
        return await self._writers[write.kind].send(write)

    @hookimpl
    async def find_write(self, write: Write) -> FindResult:
        """Look for a write whose answer got lost."""
        return await self._writers[write.kind].find(write)

    @hookimpl
    def verify_webhook(self, delivery: Delivery, secret: str, key: bytes | None) -> Verdict:
        """Say whether Intuit sent a delivery; the secret is the app's, and none that core made."""
        del secret, key
        token = self.ctx.settings.verifier_token
        return Verdict.UNSIGNED if token is None else webhooks.verdict(delivery, token.get_secret_value())

    @hookimpl
    def webhook_events(self, delivery: Delivery) -> tuple[WebhookEvent, ...]:
        """Say what a delivery hints at."""
        return webhooks.events(delivery, self.ctx.settings.realm_id)
