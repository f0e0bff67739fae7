"""The connector: what core calls. Each hook is a few lines over the rooms below."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from servicedesk_autotask.api.client import Api, Row
from servicedesk_autotask.api.profile import VENDOR
from servicedesk_autotask.api.query import where
from servicedesk_autotask.callouts import deliveries
from servicedesk_autotask.callouts.subscribing import BY_STREAM, Subscriber
from servicedesk_autotask.capabilities import capabilities
from servicedesk_autotask.checks import check_stream, describe_stream, picklist_rows
from servicedesk_autotask.meaning.lists import MAX_AGE, TenantLists, fresh_lists, saved_lists
from servicedesk_autotask.meaning.mapper import Mapper
from servicedesk_autotask.reading.communications import communications
from servicedesk_autotask.reading.content import fetch_content
from servicedesk_autotask.reading.fetch import fetch_by_ids, fetch_histories
from servicedesk_autotask.reading.joins import Joiner
from servicedesk_autotask.reading.partitions import split
from servicedesk_autotask.reading.position import read_position
from servicedesk_autotask.reading.pull import conditions_for, pull_pages, record_for
from servicedesk_autotask.reading.stream import Stream
from servicedesk_autotask.reading.streams import STREAMS
from servicedesk_autotask.settings import AutotaskSettings
from servicedesk_autotask.writing.attachments import Pace
from servicedesk_autotask.writing.finding import Finder
from servicedesk_autotask.writing.sender import Sender
from servicedesk_core import hookimpl
from servicedesk_core.domain import Attachment, Communication
from servicedesk_core.errors import PermissionDeniedError, UnsupportedError
from servicedesk_core.hooks import (
    BudgetUse,
    Capabilities,
    Connector,
    ConnectorContext,
    ConnectorSettings,
    Delivery,
    FetchOutcome,
    FetchStatus,
    FieldInfo,
    FindResult,
    Mapped,
    Page,
    PullMode,
    PullRequest,
    Receiver,
    SourceRecord,
    StreamCheck,
    Subscription,
    VendorIdentity,
    Verdict,
    WebhookEndpoint,
    WebhookEvent,
    Write,
    WriteProblem,
    WriteReceipt,
)
from servicedesk_core.http import together

_RECORD_PAGES = {
    "tickets": "Mvc/ServiceDesk/TicketDetail.mvc?ticketId={external_id}",
    "companies": "Autotask/AutotaskExtend/ExecuteCommand.aspx?Code=OpenAccount&AccountID={external_id}",
    "contacts": "Autotask/AutotaskExtend/ExecuteCommand.aspx?Code=OpenContact&ContactID={external_id}",
    "assets": "Autotask/AutotaskExtend/ExecuteCommand.aspx?Code=OpenInstalledProduct&InstalledProductID={external_id}",
}
_UNKNOWN_VALUE_PAUSE = timedelta(minutes=15)
_NAME_MAX_AGE_S = 3600.0
"""How long the tenant's name and the credentials count as seen, while a connection stays open."""
_AUTHORS = {"TicketNotes": "creatorResourceID"}
_AUTHOR_KEY = "author"


class Autotask(Connector[AutotaskSettings]):
    """One connection to an Autotask database."""

    Settings: ClassVar[type[ConnectorSettings]] = AutotaskSettings

    def __init__(self, ctx: ConnectorContext[AutotaskSettings]) -> None:
        super().__init__(ctx)
        self._api = Api(ctx)
        self._mapper = Mapper(TenantLists(), ctx.mapping)
        self._named: tuple[float, str] | None = None
        self._sender = Sender(
            self._api,
            ctx.settings,
            ctx.mapping,
            mapper=lambda: self._mapper,
            capabilities=capabilities(ctx.settings),
            load_lists=self._load_words,
            pulled=self._pulled,
            confirmed=self._learn_author,
            pace=Pace(ctx.clock, ctx.state),
        )
        self._subscriber = Subscriber(self._api)
        self._finder = Finder(
            self._api,
            ctx.settings,
            ctx.clock,
            capabilities=capabilities(ctx.settings),
            mapper=lambda: self._mapper,
            pulled=self._pulled,
            author=self._known_author,
        )

    async def open(self) -> None:
        """Find the tenant's zone and load its value lists; both are remembered, the lists for a day."""
        await self._api.connect()
        await self._load_lists(MAX_AGE)

    async def open_offline(self) -> None:
        """Load the value lists as they were last read."""
        self._mapper = Mapper(await saved_lists(self.ctx.state), self.ctx.mapping)

    @hookimpl
    def describe_capabilities(self) -> Capabilities:
        """Say what can be read and written, and how access is obtained."""
        return capabilities(self.ctx.settings)

    @hookimpl
    async def vendor_identity(self) -> VendorIdentity:
        """Name the tenant by its company id, which never changes, and by its own company's name.

        The id is the zone's answer to the user's name, so it costs no request; the name costs one, once an hour.
        """
        now = self.ctx.clock.monotonic()
        if self._named is None or now - self._named[0] >= _NAME_MAX_AGE_S:
            self._named = now, await self._own_name()
        web = self._api.zone.web_url
        return VendorIdentity(
            vendor=VENDOR,
            account=self._api.zone.account,
            name=self._named[1],
            record_urls={stream: web + page for stream, page in _RECORD_PAGES.items()} if web else {},
        )

    @hookimpl
    async def check_connection(self, streams: tuple[str, ...]) -> tuple[StreamCheck, ...]:
        """Count each stream and find its oldest record."""
        if not streams:
            return ()
        # The first one alone: while the vendor has not accepted who asks, one refused log-in is enough.
        first = await check_stream(self._api, _stream(streams[0]))
        return (first, *await together(*(check_stream(self._api, _stream(name)) for name in streams[1:])))

    @hookimpl
    async def describe_fields(self, stream: str) -> tuple[FieldInfo, ...]:
        """List fields and user-defined fields with their values."""
        return await describe_stream(self._api, _stream(stream))

    @hookimpl
    async def usage(self) -> BudgetUse | None:
        """Ask for the tenant's request counter."""
        answer = await self._api.threshold()
        total, allowed = answer.get("currentTimeframeRequestCount"), answer.get("externalRequestThreshold")
        if not isinstance(total, int):
            return None
        # The vendor does not tell whose requests they were; the ledger knows ours.
        return BudgetUse(
            ours=0, total=total, allowed=allowed if isinstance(allowed, int) else None, as_of=self.ctx.clock.now()
        )

    @hookimpl
    async def plan_partitions(self, request: PullRequest) -> tuple[str, ...]:
        """Cut a long backfill or reconciliation into two ranges of ids."""
        stream = _stream(request.stream)
        if not stream.partitioned or request.mode not in {PullMode.BACKFILL, PullMode.RECONCILE}:
            return ()
        source = stream.sources[0]
        ranges = await split(
            self._api,
            source.entity,
            source.created or "",
            conditions_for(source, request, self._mapper.done_statuses),
            until=request.until or self._api.now(),
            total=request.expected,
        )
        return tuple(one.text() for one in ranges)

    @hookimpl
    async def count(self, request: PullRequest) -> int | None:
        """Count what a pass would bring."""
        stream = _stream(request.stream)
        if stream.picklist:
            return len(await picklist_rows(self._api, *stream.picklist))
        total = 0
        for source in stream.sources:
            conditions = conditions_for(source, request, self._mapper.done_statuses) or [where("id", "exist")]
            total += await self._api.count(source.entity, conditions)
        return total

    @hookimpl
    async def pull(self, request: PullRequest) -> AsyncIterator[Page]:
        """Read a stream by rising id."""
        stream = _stream(request.stream)
        if stream.picklist:
            read_position(request.resume, 1)
            yield await self._list_page(stream.picklist, request)
            return
        pages = pull_pages(
            self._api,
            stream,
            request,
            page_size=self.ctx.settings.page_size,
            now=self._api.now(),
            log=self.ctx.log,
            done_statuses=lambda: self._mapper.done_statuses,
            before_page=lambda rows: self._learn_words(stream, rows),
            deleted_log=stream.name == "tickets" and self.ctx.settings.deleted_tickets,
        )
        async for page in pages:
            yield page

    @hookimpl
    async def fetch_records(self, stream: str, refs: Sequence[str]) -> AsyncIterator[FetchOutcome]:
        """Read named records, 200 a request."""
        found = _stream(stream)
        if found.picklist:
            rows = {str(row.get("value")): row for row in await picklist_rows(self._api, *found.picklist)}
            for ref in refs:
                if ref in rows:
                    yield FetchOutcome(ref, FetchStatus.FOUND, (SourceRecord(ref, rows[ref]),))
                else:
                    yield FetchOutcome(ref, FetchStatus.MISSING, reason="not among the tenant's queues")
            return
        async for outcome in fetch_by_ids(self._api, found, refs, joiner=self._joiner()):
            yield outcome

    @hookimpl
    async def fetch_history(self, ticket_refs: Sequence[str]) -> AsyncIterator[FetchOutcome]:
        """Read the history of tickets, one request each."""
        allowance = self.ctx.settings.history_at_once
        async for outcome in fetch_histories(self._api, ticket_refs, allowance=allowance):
            yield outcome

    @hookimpl
    async def fetch_content(self, attachment: Attachment, into: Receiver) -> None:
        """Read the content of a file below what it hangs on."""
        await fetch_content(self._api, attachment, into)

    @hookimpl
    async def find_communications(self, company_ref: str, since: datetime) -> tuple[Communication, ...]:
        """Read the notes of a company, without their texts."""
        return await communications(self._api, company_ref, since)

    @hookimpl
    def map_record(self, stream: str, raw: Mapping[str, Any]) -> Mapped:
        """Say what a raw record means."""
        return self._mapper.map(stream, raw)

    @hookimpl
    def mapping_version(self, stream: str) -> str:
        """Name code, operator's words and tenant's lists."""
        return self._mapper.version(stream)

    @hookimpl
    async def check_write(self, write: Write, max_age_s: float | None) -> tuple[WriteProblem, ...]:
        """Hold a change against the tenant's lists."""
        return await self._sender.check(write, None if max_age_s is None else timedelta(seconds=max_age_s))

    @hookimpl
    async def send_write(self, write: Write) -> WriteReceipt:
        """Send one change."""
        return await self._sender.send(write)

    @hookimpl
    async def find_write(self, write: Write) -> FindResult:
        """Look for a change whose answer got lost."""
        return await self._finder.find(write)

    @hookimpl
    def verify_webhook(self, delivery: Delivery, secret: str, key: bytes | None) -> Verdict:
        """Look at the signature, made of the raw bytes with the secret that we gave."""
        del key  # the vendor publishes none
        return deliveries.verdict(delivery, secret)

    @hookimpl
    def webhook_events(self, delivery: Delivery) -> tuple[WebhookEvent, ...]:
        """Name the record of a callout."""
        return deliveries.events(delivery)

    @hookimpl
    async def register_webhook(self, stream: str, endpoint: WebhookEndpoint) -> Subscription:
        """Have the vendor call about one stream."""
        return await self._subscriber.register(stream, endpoint)

    @hookimpl
    async def list_webhooks(self, endpoint: WebhookEndpoint) -> tuple[Subscription, ...]:
        """List the webhooks of an endpoint."""
        wanted = tuple(name for name in BY_STREAM if not self.ctx.streams or name in self.ctx.streams)
        return await self._subscriber.listed(wanted, endpoint)

    @hookimpl
    async def renew_webhook(self, subscription: Subscription, endpoint: WebhookEndpoint) -> Subscription:
        """Switch a webhook on again."""
        return await self._subscriber.renew(subscription, endpoint)

    @hookimpl
    async def remove_webhook(self, subscription: Subscription) -> bool:
        """Delete a webhook."""
        return await self._subscriber.remove(subscription)

    async def _own_name(self) -> str:
        try:
            own = await self._api.item("Companies", 0)
        except PermissionDeniedError:
            own = None
        return str((own or {}).get("companyName") or "")

    async def _list_page(self, picklist: tuple[str, str], request: PullRequest) -> Page:
        rows = await picklist_rows(self._api, *picklist)
        only_ids = request.mode is PullMode.RECONCILE
        records = [
            SourceRecord(str(row["value"]), None if only_ids else row) for row in rows if row.get("value") is not None
        ]
        return Page(records=records, resume=None, last=True)

    async def _learn_words(self, stream: Stream, rows: Sequence[Row]) -> None:
        """Read the lists again when a page holds a value that they lack: a tenant adds words on the way."""
        for entity in stream.lists:
            if not self._mapper.lists.knows(rows, entity):
                await self._load_lists(_UNKNOWN_VALUE_PAUSE, only=(entity,))

    async def _pulled(self, stream: str, row: Row) -> SourceRecord:
        """Return a row that was read by itself as a pull brings it."""
        source = STREAMS[stream].sources[0]
        (folded,) = await self._joiner().fold([row], source.joins)
        return record_for(source, folded)

    def _joiner(self) -> Joiner:
        return Joiner(self._api, now=self._api.now(), log=self.ctx.log, reserved=False)

    async def _load_words(self, entity: str, max_age: timedelta) -> None:
        await self._load_lists(max_age, only=(entity,))

    async def _learn_author(self, entity: str, row: Row) -> None:
        """Remember which resource the API user is: later, a note is known by its author."""
        found = row.get(_AUTHORS.get(entity, ""))
        if isinstance(found, int) and self.ctx.settings.impersonate is None and found != await self._known_author():
            await self.ctx.state.put(_AUTHOR_KEY, {"username": self.ctx.settings.username, "resource": found})

    async def _known_author(self) -> int | None:
        saved = await self.ctx.state.get(_AUTHOR_KEY)
        if not isinstance(saved, dict) or saved.get("username") != self.ctx.settings.username:
            return None
        return saved["resource"] if isinstance(saved.get("resource"), int) else None

    async def _load_lists(self, max_age: timedelta, only: tuple[str, ...] = ()) -> None:
        wanted = only or tuple(dict.fromkeys(entity for stream in self._streams() for entity in stream.lists))
        ctx = self.ctx
        lists = await fresh_lists(self._api, ctx.state, wanted, now=ctx.clock.now(), log=ctx.log, max_age=max_age)
        # One assignment: a record is mapped by the old words or by the new ones, never by both.
        self._mapper = Mapper(lists, ctx.mapping)

    def _streams(self) -> list[Stream]:
        return [stream for name, stream in STREAMS.items() if not self.ctx.streams or name in self.ctx.streams]


def _stream(name: str) -> Stream:
    try:
        return STREAMS[name]
    except KeyError:
        raise UnsupportedError(
            f"The Autotask connector has no stream {name!r}.", hint=f"It has: {', '.join(STREAMS)}."
        ) from None
