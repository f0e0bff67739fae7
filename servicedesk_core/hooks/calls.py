"""The typed façade: the only caller of work hooks.

Every awaited step has a time limit, every generator is closed, every error names the connection, and every answer is
checked before anybody relies on it.
"""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from servicedesk_core.domain.billing import Document, DocumentKind
from servicedesk_core.domain.calendars import BusyTime, CalendarEvent
from servicedesk_core.domain.crm import Communication
from servicedesk_core.domain.knowledge import Article, ArticleText
from servicedesk_core.domain.parts import PartOffer, PartQuery
from servicedesk_core.domain.places import Point
from servicedesk_core.domain.warranty import (
    Attachment,
    Claim,
    ClaimProblem,
    ClaimReceipt,
    ClaimReport,
    DeviceRef,
    EntitlementPage,
    EntitlementResult,
    PartInfo,
)
from servicedesk_core.hooks.calling import Caller
from servicedesk_core.hooks.capabilities import Capabilities, FieldInfo, StreamCheck, VendorIdentity
from servicedesk_core.hooks.checks import (
    LONGEST_VERSION,
    wrong_children,
    wrong_fetch,
    wrong_items,
    wrong_outcome,
    wrong_page,
    wrong_type,
)
from servicedesk_core.hooks.mapping import Mapper, mapper_of
from servicedesk_core.hooks.outcomes import ItemOutcome
from servicedesk_core.hooks.pulling import FetchOutcome, Page, PullRequest
from servicedesk_core.hooks.webhooks import (
    Delivery,
    Subscription,
    Verdict,
    WebhookAnswer,
    WebhookEndpoint,
    WebhookEvent,
)
from servicedesk_core.hooks.writing import FindResult, Write, WriteProblem, WriteReceipt
from servicedesk_core.ports import BudgetUse

if TYPE_CHECKING:
    from servicedesk_core.domain import tickets
    from servicedesk_core.hooks.content import Content
    from servicedesk_core.http import OAuth2Code


class ConnectorCalls:
    """The hooks of one connection, as methods of the same names; see the specs for what they mean.

    Every method raises :class:`UnsupportedError` when the connector does not implement the hook, :class:`HookError`
    when it fails, does not come back in time or answers garbage, and else what the spec says.

    Args:
        caller: Calls the hooks of the connection.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @property
    def connection(self) -> str:
        """Name of the connection."""
        return self._caller.origin.connection

    @property
    def implemented(self) -> frozenset[str]:
        """Names of the hooks that the connector implements."""
        return self._caller.implemented

    def implements(self, hook: str) -> bool:
        """Return whether the connector implements a hook."""
        return hook in self._caller.implemented

    # ConnectionSpecs

    def describe_capabilities(self) -> Capabilities:
        """See :meth:`ConnectionSpecs.describe_capabilities`."""
        return self._caller.plain("describe_capabilities", Capabilities)

    def authorization(self) -> "OAuth2Code":
        """See :meth:`ConnectionSpecs.authorization`."""
        from servicedesk_core.http import MemoryTokenStore, OAuth2Code  # noqa: PLC0415 - only this hook needs the kit

        auth = self._caller.plain("authorization", OAuth2Code)
        if isinstance(auth.tokens, MemoryTokenStore):
            raise self._caller.origin.garbage("authorization", "its tokens end with the process; give it ctx.tokens")
        return auth

    async def vendor_identity(self) -> VendorIdentity:
        """See :meth:`ConnectionSpecs.vendor_identity`."""
        return await self._caller.one("vendor_identity", VendorIdentity)

    async def check_connection(self, streams: tuple[str, ...]) -> tuple[StreamCheck, ...]:
        """See :meth:`ConnectionSpecs.check_connection`."""
        return await self._caller.many("check_connection", StreamCheck, streams=streams)

    async def describe_fields(self, stream: str) -> tuple[FieldInfo, ...]:
        """See :meth:`ConnectionSpecs.describe_fields`."""
        return await self._caller.many("describe_fields", FieldInfo, stream=stream)

    async def usage(self) -> BudgetUse | None:
        """See :meth:`ConnectionSpecs.usage`; ``None`` also when the connector does not implement it."""
        return await self._caller.optional("usage", BudgetUse)

    # TicketSyncSpecs

    async def plan_partitions(self, request: PullRequest) -> tuple[str, ...]:
        """See :meth:`TicketSyncSpecs.plan_partitions`; one piece when the connector does not implement it."""
        if not self.implements("plan_partitions"):
            return ()
        return await self._caller.many("plan_partitions", str, request=request)

    async def count(self, request: PullRequest) -> int | None:
        """See :meth:`TicketSyncSpecs.count`; ``None`` also when the connector does not implement it."""
        return await self._caller.optional("count", int, request=request)

    def pull(self, request: PullRequest) -> AsyncGenerator[Page, None]:
        """See :meth:`TicketSyncSpecs.pull`. Close the generator when you stop early."""
        return self._caller.stream("pull", wrong_page, request=request)

    def pull_children(self, stream: str, parent: str) -> AsyncGenerator[Page, None]:
        """See :meth:`TicketSyncSpecs.pull_children`. Close the generator when you stop early."""
        return self._caller.stream("pull_children", wrong_children, stream=stream, parent=parent)

    def fetch_records(self, stream: str, refs: Sequence[str]) -> AsyncGenerator[FetchOutcome, None]:
        """See :meth:`TicketSyncSpecs.fetch_records`."""
        return self._caller.each("fetch_records", refs, _ref, wrong_fetch, stream=stream, refs=refs)

    def fetch_history(self, ticket_refs: Sequence[str]) -> AsyncGenerator[FetchOutcome, None]:
        """See :meth:`TicketSyncSpecs.fetch_history`."""
        return self._caller.each("fetch_history", ticket_refs, _ref, wrong_fetch, ticket_refs=ticket_refs)

    async def fetch_content(self, attachment: "tickets.Attachment", into: "Content") -> None:
        """See :meth:`TicketSyncSpecs.fetch_content`; what came is what the vendor says of it, or an error."""
        await self._caller.done("fetch_content", attachment=attachment, into=into)
        into.ensure_whole(attachment)

    def mapper(self, stream: str) -> Mapper:
        """Return :meth:`TicketSyncSpecs.map_record` of one stream as a quick function.

        Whatever goes wrong with a record is a :class:`MappingError` without record text, so that the record goes to
        quarantine and the stream goes on.
        """
        return mapper_of(self._caller.implementation("map_record"), self._caller.origin, stream)

    def mapping_version(self, stream: str) -> str:
        """See :meth:`TicketSyncSpecs.mapping_version`."""
        version = self._caller.plain("mapping_version", str, stream=stream)
        if not 0 < len(version) <= LONGEST_VERSION:
            raise self._caller.origin.garbage("mapping_version", f"it must have 1 to {LONGEST_VERSION} characters")
        return version

    async def check_write(self, write: Write, max_age_s: float | None) -> tuple[WriteProblem, ...]:
        """See :meth:`TicketSyncSpecs.check_write`; no problem when the connector does not implement it."""
        if not self.implements("check_write"):
            return ()
        return await self._caller.many("check_write", WriteProblem, write=write, max_age_s=max_age_s)

    async def send_write(self, write: Write) -> WriteReceipt:
        """See :meth:`TicketSyncSpecs.send_write`."""
        return await self._caller.one("send_write", WriteReceipt, write=write)

    async def find_write(self, write: Write) -> FindResult:
        """See :meth:`TicketSyncSpecs.find_write`."""
        return await self._caller.find("find_write", write=write)

    # WarrantySpecs

    def recognise(self, device: DeviceRef) -> DeviceRef | None:
        """See :meth:`WarrantySpecs.recognise`."""
        answer: Any = self._caller.plain("recognise", object, device=device)
        if answer is not None and (wrong := wrong_type(answer, DeviceRef)):
            raise self._caller.origin.garbage("recognise", wrong)
        return answer  # type: ignore[no-any-return]

    def find_entitlements(self, devices: Sequence[DeviceRef]) -> AsyncGenerator[EntitlementResult, None]:
        """See :meth:`WarrantySpecs.find_entitlements`."""
        return self._caller.each(
            "find_entitlements", devices, _device, partial(wrong_type, expected=EntitlementResult), devices=devices
        )

    def list_entitlements(self) -> AsyncGenerator[EntitlementPage, None]:
        """See :meth:`WarrantySpecs.list_entitlements`. Close the generator when you stop early."""
        return self._caller.stream("list_entitlements", partial(wrong_type, expected=EntitlementPage))

    def check_claim(self, claim: Claim) -> tuple[ClaimProblem, ...]:
        """See :meth:`WarrantySpecs.check_claim`."""
        problems = self._caller.plain("check_claim", tuple, claim=claim)
        if wrong := wrong_items(problems, ClaimProblem):
            raise self._caller.origin.garbage("check_claim", wrong)
        return problems

    async def submit_claim(self, claim: Claim) -> ClaimReceipt:
        """See :meth:`WarrantySpecs.submit_claim`."""
        return await self._caller.one("submit_claim", ClaimReceipt, claim=claim)

    async def resubmit_claim(self, ref: str, claim: Claim) -> ClaimReceipt:
        """See :meth:`WarrantySpecs.resubmit_claim`."""
        return await self._caller.one("resubmit_claim", ClaimReceipt, ref=ref, claim=claim)

    async def cancel_claim(self, ref: str, reason: str) -> ClaimReceipt:
        """See :meth:`WarrantySpecs.cancel_claim`."""
        return await self._caller.one("cancel_claim", ClaimReceipt, ref=ref, reason=reason)

    async def add_claim_note(self, ref: str, note_id: str, text: str) -> ClaimReceipt:
        """See :meth:`WarrantySpecs.add_claim_note`."""
        return await self._caller.one("add_claim_note", ClaimReceipt, ref=ref, note_id=note_id, text=text)

    async def attach_to_claim(self, ref: str, attachment: Attachment) -> ClaimReceipt:
        """See :meth:`WarrantySpecs.attach_to_claim`."""
        return await self._caller.one("attach_to_claim", ClaimReceipt, ref=ref, attachment=attachment)

    async def find_claim(self, claim: Claim, attempted_at: datetime) -> FindResult:
        """See :meth:`WarrantySpecs.find_claim`."""
        return await self._caller.find("find_claim", claim=claim, attempted_at=attempted_at)

    def fetch_claims(self, refs: Sequence[str]) -> AsyncGenerator[ItemOutcome[ClaimReport], None]:
        """See :meth:`WarrantySpecs.fetch_claims`."""
        return self._caller.each("fetch_claims", refs, _ref, partial(wrong_outcome, expected=ClaimReport), refs=refs)

    async def find_service_parts(self, device: DeviceRef) -> tuple[PartInfo, ...]:
        """See :meth:`WarrantySpecs.find_service_parts`."""
        return await self._caller.many("find_service_parts", PartInfo, device=device)

    # PartsSpecs

    async def find_parts(self, query: PartQuery) -> tuple[PartOffer, ...]:
        """See :meth:`PartsSpecs.find_parts`."""
        return await self._caller.many("find_parts", PartOffer, query=query)

    # BillingSpecs

    async def read_document(self, kind: DocumentKind, ref: str) -> Document:
        """See :meth:`BillingSpecs.read_document`."""
        return await self._caller.one("read_document", Document, kind=kind, ref=ref)

    # CalendarSpecs

    async def busy_times(self, technician: str, start: datetime, end: datetime) -> tuple[BusyTime, ...]:
        """See :meth:`CalendarSpecs.busy_times`."""
        found = await self._caller.many("busy_times", BusyTime, technician=technician, start=start, end=end)
        if any(one.start.tzinfo is None or one.end.tzinfo is None or one.start >= one.end for one in found):
            raise self._caller.origin.garbage("busy_times", "a time has no zone, or ends before it begins")
        return found

    async def read_event(self, technician: str, uid: str) -> CalendarEvent | None:
        """See :meth:`CalendarSpecs.read_event`."""
        return await self._caller.optional("read_event", CalendarEvent, technician=technician, uid=uid)

    # RouterSpecs

    async def travel_times(self, ways: tuple[tuple[Point, Point], ...]) -> tuple[timedelta | None, ...]:
        """See :meth:`RouterSpecs.travel_times`."""
        found = await self._caller.one("travel_times", tuple, ways=ways)
        if len(found) != len(ways):
            raise self._caller.origin.garbage("travel_times", f"it answered {len(found)} of {len(ways)} ways")
        if not all(one is None or (isinstance(one, timedelta) and one >= timedelta()) for one in found):
            raise self._caller.origin.garbage("travel_times", "an answer is neither a time nor nothing")
        return found

    # CrmSpecs

    async def find_communications(self, company_ref: str, since: datetime) -> tuple[Communication, ...]:
        """See :meth:`CrmSpecs.find_communications`."""
        found = await self._caller.many("find_communications", Communication, company_ref=company_ref, since=since)
        if any(one.at.tzinfo is None or one.at < since or one.company_ref != company_ref for one in found):
            raise self._caller.origin.garbage(
                "find_communications", "one is of another account or time, or has no zone"
            )
        return found

    # KnowledgeSpecs

    async def find_articles(self, words: tuple[str, ...] = ()) -> tuple[Article, ...]:
        """See :meth:`KnowledgeSpecs.find_articles`."""
        found = await self._caller.many("find_articles", Article, words=words)
        if len({one.ref for one in found}) < len(found):
            raise self._caller.origin.garbage("find_articles", "an article comes twice")
        return found

    async def get_article(self, ref: str) -> ArticleText:
        """See :meth:`KnowledgeSpecs.get_article`."""
        return await self._caller.one("get_article", ArticleText, ref=ref)

    async def link_article(self, ref: str) -> str:
        """See :meth:`KnowledgeSpecs.link_article`."""
        return await self._caller.one("link_article", str, ref=ref)

    # WebhookSpecs: a delivery is what anybody may have sent, so what a connector cannot read is a ValueError here too

    def webhook_key_url(self, delivery: Delivery) -> str | None:
        """See :meth:`WebhookSpecs.webhook_key_url`; ``None`` when the connector does not implement it."""
        return self._caller.judge("webhook_key_url", str, delivery=delivery)

    def verify_webhook(self, delivery: Delivery, secret: str, key: bytes | None) -> Verdict:
        """See :meth:`WebhookSpecs.verify_webhook`; unsigned when the connector does not implement it."""
        said = self._caller.judge("verify_webhook", Verdict, delivery=delivery, secret=secret, key=key)
        return Verdict.UNSIGNED if said is None else said

    def webhook_events(self, delivery: Delivery) -> tuple[WebhookEvent, ...]:
        """See :meth:`WebhookSpecs.webhook_events`."""
        events: tuple[WebhookEvent, ...] = self._caller.judge("webhook_events", tuple, delivery=delivery) or ()
        if wrong := wrong_items(events, WebhookEvent):
            raise self._caller.origin.garbage("webhook_events", wrong)
        return events

    def answer_webhook(self, delivery: Delivery, secret: str) -> WebhookAnswer | None:
        """See :meth:`WebhookSpecs.answer_webhook`; ``None`` when the connector does not implement it."""
        return self._caller.judge("answer_webhook", WebhookAnswer, delivery=delivery, secret=secret)

    async def register_webhook(self, stream: str, endpoint: WebhookEndpoint) -> Subscription:
        """See :meth:`WebhookSpecs.register_webhook`."""
        return await self._caller.one("register_webhook", Subscription, stream=stream, endpoint=endpoint)

    async def list_webhooks(self, endpoint: WebhookEndpoint) -> tuple[Subscription, ...]:
        """See :meth:`WebhookSpecs.list_webhooks`."""
        return await self._caller.many("list_webhooks", Subscription, endpoint=endpoint)

    async def renew_webhook(self, subscription: Subscription, endpoint: WebhookEndpoint) -> Subscription:
        """See :meth:`WebhookSpecs.renew_webhook`."""
        return await self._caller.one("renew_webhook", Subscription, subscription=subscription, endpoint=endpoint)

    async def remove_webhook(self, subscription: Subscription) -> bool:
        """See :meth:`WebhookSpecs.remove_webhook`."""
        return await self._caller.one("remove_webhook", bool, subscription=subscription)


def _ref(outcome: FetchOutcome | ItemOutcome[Any]) -> str:
    return outcome.ref


def _device(result: EntitlementResult) -> DeviceRef:
    return result.device
