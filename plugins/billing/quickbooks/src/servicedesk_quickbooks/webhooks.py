"""What the vendor's calls hint at, in both shapes; pure."""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from servicedesk_core.hooks import Delivery, HintKind, Verdict, WebhookEvent
from servicedesk_quickbooks.meaning.values import instant, objects, text
from servicedesk_quickbooks.reading.streams import STREAMS

_SIGNATURE: Final = "intuit-signature"
_BY_ENTITY: Final = {stream.entity.lower(): name for name, stream in STREAMS.items()}
_KINDS: Final = {
    "create": HintKind.ADDED, "created": HintKind.ADDED, "update": HintKind.CHANGED, "updated": HintKind.CHANGED,
    "void": HintKind.CHANGED, "voided": HintKind.CHANGED, "emailed": HintKind.CHANGED, "merge": HintKind.CHANGED,
    "merged": HintKind.CHANGED, "delete": HintKind.DELETED, "deleted": HintKind.DELETED,
}  # fmt: skip


def verdict(delivery: Delivery, token: str) -> Verdict:
    """Say whether the vendor sent a delivery: it signs the raw body with the app's verifier token."""
    told = delivery.headers.get(_SIGNATURE)
    if told is None:
        return Verdict.UNSIGNED
    right = base64.b64encode(hmac.new(token.encode(), delivery.body, hashlib.sha256).digest())
    return Verdict.GENUINE if hmac.compare_digest(told.encode(), right) else Verdict.WRONG_SIGNATURE


def events(delivery: Delivery, realm_id: str) -> tuple[WebhookEvent, ...]:
    """Say what a delivery hints at of one company: an app hears of all companies in the same calls.

    Args:
        delivery: What came, verified.
        realm_id: Id of the company.

    Raises:
        ValueError: It is in neither of the two shapes.
    """
    body = orjson.loads(delivery.body)
    if isinstance(body, list):
        return tuple(_cloud_events(body, realm_id))
    if isinstance(body, Mapping) and isinstance(body.get("eventNotifications"), list):
        return tuple(_notifications(body["eventNotifications"], realm_id))
    message = "it is neither a list of events nor of notifications"
    raise ValueError(message)


def _cloud_events(body: list[Any], realm_id: str) -> Iterator[WebhookEvent]:
    for one in objects(body):
        words = (text(one.get("type")) or "").lower().split(".")
        if str(one.get("intuitaccountid")) == realm_id and len(words) == 4:  # noqa: PLR2004 - qbo.invoice.updated.v1
            at = instant(one.get("time"))
            yield from _event(words[1], words[2], one.get("intuitentityid"), at, text(one.get("id")))


def _notifications(body: list[Any], realm_id: str) -> Iterator[WebhookEvent]:
    for one in objects(body):
        changes = one.get("dataChangeEvent")
        if str(one.get("realmId")) != realm_id or not isinstance(changes, Mapping):
            continue
        for entity in objects(changes.get("entities")):
            name, operation = str(entity.get("name")).lower(), str(entity.get("operation")).lower()
            yield from _event(name, operation, entity.get("id"), instant(entity.get("lastUpdated")), None)
            # Of two customers that were merged it names the survivor, and the other one by a word of its own.
            yield from _event(name, operation, entity.get("deletedId"), instant(entity.get("lastUpdated")), None)


def _event(
    entity: str, operation: str, ref: object, at: datetime | None, event_id: str | None
) -> Iterator[WebhookEvent]:
    stream, kind = _BY_ENTITY.get(entity), _KINDS.get(operation)
    if stream is not None and kind is not None and isinstance(ref, str | int) and str(ref):
        yield WebhookEvent(kind, stream, str(ref), event_id=event_id, at=at)
