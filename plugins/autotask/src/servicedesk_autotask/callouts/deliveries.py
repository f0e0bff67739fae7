"""What the vendor calls with: who sent it, and what it hints at. Pure."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from servicedesk_core.hooks import Delivery, HintKind, Verdict, WebhookEvent

SIGNATURE: Final = "x-hook-signature"
_SCHEME: Final = "sha1="

_ACTIONS: Final = {"create": HintKind.ADDED, "update": HintKind.CHANGED, "delete": HintKind.DELETED}
_DEACTIVATED: Final = "deactivated"

_STREAMS: Final = {
    "ticket": "tickets",
    "ticketnote": "notes",
    "account": "companies",
    "company": "companies",
    "contact": "contacts",
    "installedproduct": "assets",
    "configurationitem": "assets",
}
"""Callouts use the names of the older interface; those of the REST API are taken too."""


def verdict(delivery: Delivery, secret: str) -> Verdict:
    """Say whether the vendor signed the bytes as they are: base64 of HMAC-SHA1, of the JSON as it escapes it."""
    told = delivery.headers.get(SIGNATURE, "")
    if not told:
        return Verdict.UNSIGNED
    digest = hmac.new(secret.encode(), delivery.body, hashlib.sha1).digest()
    right = _SCHEME.encode() + base64.b64encode(digest)
    return Verdict.GENUINE if hmac.compare_digest(told.strip().encode(), right) else Verdict.WRONG_SIGNATURE


def events(delivery: Delivery) -> tuple[WebhookEvent, ...]:
    """Return what a callout hints at; its fields are never read, because they are not all of the record.

    Raises:
        ValueError: It is no callout.
    """
    said = orjson.loads(delivery.body)
    if not isinstance(said, dict):
        message = "a callout is an object"
        raise ValueError(message)  # noqa: TRY004  # of the data
    callout = {str(name).lower(): value for name, value in said.items()}
    action, guid = str(callout.get("action", "")).lower(), str(callout.get("guid") or "")
    at, actor, number = _at(callout), callout.get("personid"), callout.get("sequencenumber")
    event_id = f"{guid}:{number}" if guid and number is not None else None
    if action == _DEACTIVATED:
        return (WebhookEvent(HintKind.SUBSCRIPTION, "", guid, event_id, at),)
    kind = _ACTIONS.get(action)
    if kind is None or not isinstance(callout.get("id"), int | str):
        message = "a callout without a known action and an id"
        raise ValueError(message)
    stream = _stream(str(callout.get("entitytype", "")))
    if stream is None:
        return ()
    return (WebhookEvent(kind, stream, str(callout["id"]), event_id, at, None if actor is None else str(actor)),)


def _stream(entity: str) -> str | None:
    name = entity.lower().replace(" ", "")
    singular = name.removesuffix("ies") + "y" if name.endswith("ies") else name.removesuffix("s")
    return _STREAMS.get(name) or _STREAMS.get(singular)


def _at(callout: Mapping[str, Any]) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(callout.get("eventtime")))
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at
