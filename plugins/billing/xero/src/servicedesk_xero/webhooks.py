"""What Xero calls about: contacts, invoices and credit notes of every organisation that the app is connected to."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from servicedesk_core.hooks import Delivery, HintKind, Verdict, WebhookEvent
from servicedesk_xero.meaning.values import guid, instant
from servicedesk_xero.settings import XeroSettings

_STREAMS: Final = {"CONTACT": "customers", "INVOICE": "sales_invoices", "CREDITNOTE": "credit_notes"}
_KINDS: Final = {"CREATE": HintKind.ADDED, "UPDATE": HintKind.CHANGED, "DELETE": HintKind.DELETED}


def verdict(delivery: Delivery, settings: XeroSettings) -> Verdict:
    """Return whether Xero sent a delivery: signed, over the raw bytes, with the key of the app."""
    told, key = delivery.headers.get("x-xero-signature"), settings.webhook_key
    if not told or key is None:
        return Verdict.UNSIGNED
    right = base64.b64encode(hmac.new(key.get_secret_value().encode(), delivery.body, hashlib.sha256).digest())
    is_right = hmac.compare_digest(told.encode("utf-8", "surrogatepass"), right)
    return Verdict.GENUINE if is_right else Verdict.WRONG_SIGNATURE


def events(delivery: Delivery, settings: XeroSettings) -> tuple[WebhookEvent, ...]:
    """Return what a delivery hints at; the intent to receive, and other organisations, hint at nothing.

    Raises:
        ValueError: It is not understood.
    """
    body = json.loads(delivery.body)
    rows = body.get("events") if isinstance(body, Mapping) else None
    if not isinstance(rows, list):
        raise ValueError("it has no events")  # noqa: TRY004  # whatever is wrong with a delivery is one kind of error
    return tuple(one for row in rows if isinstance(row, Mapping) for one in _event(row, settings))


def _event(row: Mapping[str, Any], settings: XeroSettings) -> Iterator[WebhookEvent]:
    category, kind, ref = str(row.get("eventCategory")), str(row.get("eventType")), guid(row.get("resourceId"))
    ours = guid(settings.organisation)
    if ours is not None and guid(row.get("tenantId")) != ours:
        return
    data = row.get("data")
    if isinstance(data, Mapping) and str(data.get("Type", "")).startswith("ACCPAY"):
        return  # a supplier's
    if ref is not None and category in _STREAMS and kind in _KINDS:
        at = row.get("eventDateUtc")
        # It has no id of its own; a delivery that comes again says the same.
        event_id = f"{category}:{ref}:{kind}:{at}"
        yield WebhookEvent(_KINDS[kind], _STREAMS[category], ref, event_id=event_id, at=instant(at))
