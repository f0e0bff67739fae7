"""A vendor in a file that rings: a connector of the webhook family, without a network."""

import hashlib
import hmac
import json
import time
from datetime import datetime
from pathlib import Path

from servicedesk_core import Connector, ConnectorSettings, hookimpl
from servicedesk_core.domain import Ticket
from servicedesk_core.hooks import (
    Capabilities,
    FetchOutcome,
    FetchStatus,
    HintKind,
    Mapped,
    Page,
    SourceRecord,
    StreamCapability,
    Subscription,
    VendorIdentity,
    Verdict,
    WebhookAnswer,
    WebhookCapability,
    WebhookEvent,
)


class BellSettings(ConnectorSettings):
    base_dir: Path = Path()
    holds: bool = False
    """Whether reading single records waits until the vendor's file ``go`` is there."""


class Bell(Connector[BellSettings]):
    Settings = BellSettings

    @property
    def file(self) -> Path:
        return self.ctx.settings.base_dir / "vendor.json"

    def _vendor(self):
        return json.loads(self.file.read_text())

    def _save(self, vendor):
        self.file.write_text(json.dumps(vendor))

    @hookimpl
    def describe_capabilities(self):
        return Capabilities(
            vendor="Bell",
            streams=(StreamCapability("tickets", has_stamp=False, ids_per_request=100),),
            webhooks=WebhookCapability(("tickets",), right="may ring", retries_s=3600.0, max_bytes=50_000),
        )

    @hookimpl
    async def vendor_identity(self):
        return VendorIdentity("bell", "1")

    @hookimpl
    async def pull(self, request):
        rows = self._vendor()["tickets"]
        yield Page([SourceRecord(key, {"id": key, **row}) for key, row in rows.items()], resume=None, last=True)

    @hookimpl
    async def fetch_records(self, stream, refs):
        while self.ctx.settings.holds and not (self.file.parent / "go").exists():
            await self.ctx.run_blocking(time.sleep, 0.05)
        vendor = self._vendor()
        vendor["fetched"] = [*vendor.get("fetched", []), list(refs)]
        self._save(vendor)
        for ref in refs:
            if ref in vendor.get("hidden", ()):
                yield FetchOutcome(ref, FetchStatus.FAILED, reason="the vendor is busy")
            elif (into := vendor.get("merged", {}).get(ref)) is not None:
                raw = {"id": into, **vendor["tickets"][into]}
                yield FetchOutcome(ref, FetchStatus.MERGED, (SourceRecord(into, raw),), into=into)
            elif ref in vendor["tickets"]:
                raw = {"id": ref, **vendor["tickets"][ref]}
                yield FetchOutcome(ref, FetchStatus.FOUND, (SourceRecord(ref, raw),))
            else:
                yield FetchOutcome(ref, FetchStatus.MISSING)

    @hookimpl
    def map_record(self, stream, raw):
        return Mapped(Ticket(external_id=raw["id"], title=raw["title"], status="New", status_category="new"))

    @hookimpl
    def mapping_version(self, stream):
        return "1"

    @hookimpl
    def answer_webhook(self, delivery, secret):
        challenge = delivery.parameter("challenge")
        return None if challenge is None else WebhookAnswer(challenge.encode())

    @hookimpl
    def verify_webhook(self, delivery, secret, key):
        told = delivery.headers.get("x-bell")
        if told is None:
            return Verdict.UNSIGNED
        right = signature(secret, delivery.body)
        return Verdict.GENUINE if hmac.compare_digest(told.encode(), right.encode()) else Verdict.WRONG_SIGNATURE

    @hookimpl
    def webhook_events(self, delivery):
        found = json.loads(delivery.body)
        if not isinstance(found, list) or not all(isinstance(one, dict) and "kind" in one for one in found):
            raise ValueError("no list of events")
        return tuple(
            WebhookEvent(
                HintKind(one["kind"]),
                "" if one["kind"] == "subscription" else one.get("stream", "tickets"),
                one["ref"],
                event_id=one.get("event"),
                at=datetime.fromisoformat(one["at"]) if "at" in one else None,
            )
            for one in found
        )

    @hookimpl
    async def register_webhook(self, stream, endpoint):
        vendor = self._vendor()
        vendor["subscriptions"][stream] = {"url": endpoint.url, "secret": endpoint.secret, "active": True}
        self._save(vendor)
        return Subscription(f"s-{stream}", stream, is_active=True)

    @hookimpl
    async def list_webhooks(self, endpoint):
        subscriptions = self._vendor()["subscriptions"]
        return tuple(
            Subscription(f"s-{stream}", stream, one["active"], problem="" if one["active"] else "25 calls failed")
            for stream, one in subscriptions.items()
            if one["url"] == endpoint.url
        )

    @hookimpl
    async def renew_webhook(self, subscription, endpoint):
        return await self.register_webhook(subscription.stream, endpoint)

    @hookimpl
    async def remove_webhook(self, subscription):
        vendor = self._vendor()
        ended = vendor["subscriptions"].pop(subscription.stream, None)
        if ended is not None:
            vendor["ended"] = [*vendor.get("ended", []), ended["url"]]
        self._save(vendor)
        return ended is not None


def signature(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
