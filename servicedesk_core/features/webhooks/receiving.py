"""From a request of anybody to hints that are kept: what is genuine is stored before it is answered.

Nothing of a delivery is logged, and what is refused is only counted.
"""

import asyncio
import hashlib
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from servicedesk_core.errors import HookError, ServiceDeskError, StoreError
from servicedesk_core.features.webhooks.keys import Keys, KeyUnavailableError
from servicedesk_core.hooks import Delivery, HintKind, Verdict, WebhookCapability, WebhookEvent
from servicedesk_core.hooks.calls import ConnectorCalls
from servicedesk_core.plugins.connection import OpenConnection
from servicedesk_core.ports import Clock
from servicedesk_core.store import Store, Tx, webhooks
from servicedesk_core.store.webhooks import NOBODY, Endpoint, Heard
from servicedesk_core.sync.landing.intake import is_usable_id

_log = logging.getLogger("servicedesk.webhooks")

GRACE: Final = timedelta(hours=1)
"""How much later than the vendor's last attempt, or earlier than now, an event may claim to be: clocks differ."""

AS_ONE: Final = timedelta(minutes=1)
"""How often the same body is followed, where the vendor names no event: it comes again, or something happened again."""

LOOK_AGAIN_S: Final = 5.0
"""How often an unknown address makes us look whether another process has made it."""

TELL_EVERY_S: Final = 60.0
"""How often refusals are written to the store and the log, so that whoever floods us floods neither."""

_SAFE_TYPES: Final = frozenset({"text/plain", "application/json"})


class Outcome(StrEnum):
    """What became of a delivery."""

    ACCEPTED = "accepted"
    CHALLENGED = "challenged"
    NOT_UNDERSTOOD = "not_understood"
    """Genuine, and the connector makes nothing of it: the next sync brings what it was about."""
    UNKNOWN_ADDRESS = "unknown_address"
    UNSIGNED = "unsigned"
    WRONG_SIGNATURE = "wrong_signature"
    TOO_OLD = "too_old"
    TOO_LARGE = "too_large"
    WRONG_TYPE = "wrong_type"
    WRONG_METHOD = "wrong_method"
    MALFORMED = "malformed"
    UNAVAILABLE = "unavailable"
    """Ours to mend: the store, the connector or the vendor's key could not be used. The vendor tries again."""


STATUS: Final = {
    Outcome.ACCEPTED: HTTPStatus.OK,
    Outcome.CHALLENGED: HTTPStatus.OK,
    Outcome.NOT_UNDERSTOOD: HTTPStatus.OK,
    Outcome.UNKNOWN_ADDRESS: HTTPStatus.NOT_FOUND,
    Outcome.UNSIGNED: HTTPStatus.UNAUTHORIZED,
    Outcome.WRONG_SIGNATURE: HTTPStatus.UNAUTHORIZED,
    Outcome.TOO_OLD: HTTPStatus.BAD_REQUEST,
    Outcome.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Outcome.WRONG_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Outcome.WRONG_METHOD: HTTPStatus.METHOD_NOT_ALLOWED,
    Outcome.MALFORMED: HTTPStatus.BAD_REQUEST,
    Outcome.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}

REFUSED: Final = frozenset(outcome for outcome, status in STATUS.items() if status >= HTTPStatus.BAD_REQUEST)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a caller is answered.

    Attributes:
        outcome: What became of the delivery.
        body: The body; empty but for a challenge.
        content_type: Its media type.
    """

    outcome: Outcome
    body: bytes = field(default=b"", repr=False)
    content_type: str = "text/plain"


class RefusedError(Exception):
    """A delivery that is not taken."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


class Receiver:
    """Takes deliveries.

    Args:
        store: The desk's store.
        clock: The time.
        connections: Names of those that are configured; the address of another one is nobody's.
        open_connection: Opens a connection without a network, once; what it gives is used beside the desk's own.
        keys: Fetches the keys that vendors publish.
        hide: Told the secrets of addresses, so that no log shows them.
        on_hints: Called after hints of a connection were kept.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        connections: Collection[str],
        open_connection: Callable[[str], Awaitable[OpenConnection]],
        keys: Keys,
        hide: Callable[[str], None],
        on_hints: Callable[[str], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._connections = connections
        self._open = open_connection
        self._keys = keys
        self._hide = hide
        self._on_hints = on_hints
        self._endpoints: dict[bytes, Endpoint] = {}
        self._looked_at: float | None = None
        self._looking = asyncio.Lock()
        self._counts: Counter[tuple[int, str]] = Counter()
        self._said: set[str] = set()

    async def knows(self, token: str) -> bool:
        """Whether an address is that of a connection; when nobody can tell now, it may be."""
        try:
            return await self._endpoint(token) is not None
        except StoreError:
            return True

    async def receive(self, token: str, delivery: Delivery | None) -> Reply:
        """Take a delivery, or say why not. What is answered with success is stored.

        Args:
            token: The last part of the path that was called.
            delivery: What came; ``None`` = its body was larger than anybody's may be.
        """
        source_id = NOBODY
        try:
            endpoint = await self._endpoint(token)
            if endpoint is None:
                raise RefusedError(Outcome.UNKNOWN_ADDRESS)  # noqa: TRY301
            source_id = endpoint.source_id
            reply = await self._received(endpoint, delivery)
        except RefusedError as refused:
            reply = Reply(refused.outcome)
        except ServiceDeskError as error:
            self._say("A delivery could not be taken, and its sender was told so", error)
            reply = Reply(Outcome.UNAVAILABLE)
        self._counts[source_id, reply.outcome.value] += 1
        return reply

    def _say(self, what: str, error: ServiceDeskError) -> None:
        if error.message not in self._said:
            self._said.add(error.message)
            _log.error("%s: %s", what, error.message)

    async def tell(self) -> None:
        """Write to the store what was counted since the last time."""
        self._said.clear()
        counts, self._counts = self._counts, Counter()
        if not counts:
            return
        refused = Counter(dict.fromkeys(REFUSED, 0))
        for (_, outcome), number in counts.items():
            if outcome in REFUSED:
                refused[Outcome(outcome)] += number
        if said := ", ".join(f"{number} {outcome.value}" for outcome, number in refused.items() if number):
            _log.warning("Deliveries were refused: %s", said)
        try:
            await self._store.write(lambda tx: webhooks.count(tx, counts, self._clock.now()))
        except StoreError:
            self._counts.update(counts)
            raise

    async def _endpoint(self, token: str) -> Endpoint | None:
        """Find the connection of an address; the digest is looked up, so that no time tells how much of it is right."""
        digest = hashlib.sha256(token.encode()).digest()
        if digest not in self._endpoints:
            async with self._looking:
                now = self._clock.monotonic()
                if self._looked_at is None or now - self._looked_at >= LOOK_AGAIN_S:
                    found = [
                        one for one in await self._store.read(webhooks.endpoints) if one.connection in self._connections
                    ]
                    for one in found:
                        self._hide(one.token)
                        self._hide(one.secret)
                    self._endpoints = {hashlib.sha256(one.token.encode()).digest(): one for one in found}
                    self._looked_at = now
        return self._endpoints.get(digest)

    async def _received(self, endpoint: Endpoint, delivery: Delivery | None) -> Reply:
        opened = await self._open(endpoint.connection)
        capability = opened.capabilities.webhooks
        if capability is None:
            raise RefusedError(Outcome.UNKNOWN_ADDRESS)
        _ensure_expected(delivery, capability)
        assert delivery is not None  # noqa: S101  # it is expected
        calls = opened.calls
        try:
            challenge = calls.answer_webhook(delivery, endpoint.secret)
            if challenge is not None:
                kind = challenge.content_type if challenge.content_type in _SAFE_TYPES else "text/plain"
                return Reply(Outcome.CHALLENGED, challenge.body, kind)
            await self._ensure_genuine(opened, endpoint, delivery)
        except ValueError:
            raise RefusedError(Outcome.MALFORMED) from None
        return Reply(await self._kept(endpoint, calls, capability, delivery))

    async def _ensure_genuine(self, opened: OpenConnection, endpoint: Endpoint, delivery: Delivery) -> None:
        key: bytes | None = None
        url = opened.calls.webhook_key_url(delivery)
        if url is not None:
            try:
                key = await self._keys.key(opened, url)
            except KeyUnavailableError:
                raise RefusedError(Outcome.UNAVAILABLE) from None
        verdict = opened.calls.verify_webhook(delivery, endpoint.secret, key)
        if verdict is not Verdict.GENUINE:
            raise RefusedError(Outcome(verdict.value))

    async def _kept(
        self, endpoint: Endpoint, calls: ConnectorCalls, capability: WebhookCapability, delivery: Delivery
    ) -> Outcome:
        now = self._clock.now()
        try:
            events, outcome = calls.webhook_events(delivery), Outcome.ACCEPTED
        except ValueError:
            events, outcome = (), Outcome.NOT_UNDERSTOOD
        except HookError as error:  # a vendor that is told of our fault again and again stops calling
            self._say("A delivery could not be understood", error)
            events, outcome = (), Outcome.NOT_UNDERSTOOD
        lasts = timedelta(seconds=capability.retries_s) + GRACE
        events = tuple(filter(_is_usable, events))
        young = [one for one in events if one.at is None or now - _in_utc(one.at) <= lasts]
        if events and not young:
            raise RefusedError(Outcome.TOO_OLD)
        heard = list(_heard(young, delivery.body, lasts + GRACE))

        def work(tx: Tx) -> dict[str, int] | None:
            return webhooks.hear(tx, endpoint.source_id, endpoint.token, heard, now)

        if (counts := await self._store.write(work)) is None:  # another process has removed it
            self._endpoints.clear()
            raise RefusedError(Outcome.UNKNOWN_ADDRESS)
        for name, number in counts.items():
            self._counts[endpoint.source_id, name] += number
        self._counts[endpoint.source_id, Outcome.TOO_OLD.value] += len(events) - len(young)
        if heard:
            self._on_hints(endpoint.connection)
        return outcome


def _ensure_expected(delivery: Delivery | None, capability: WebhookCapability) -> None:
    if delivery is None or len(delivery.body) > capability.max_bytes:
        raise RefusedError(Outcome.TOO_LARGE)
    if delivery.method not in capability.methods:
        raise RefusedError(Outcome.WRONG_METHOD)
    kind = delivery.headers.get("content-type", "").partition(";")[0].strip().lower()
    if delivery.body and kind not in capability.content_types:
        raise RefusedError(Outcome.WRONG_TYPE)


def _is_usable(event: WebhookEvent) -> bool:
    """Whether there can be such a record."""
    return event.kind is HintKind.SUBSCRIPTION or (is_usable_id(event.ref) and event.stream.isprintable())


def _in_utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _heard(events: list[WebhookEvent], body: bytes, lasts: timedelta) -> Iterator[Heard]:
    digest = hashlib.sha256(body).hexdigest()
    for number, one in enumerate(events):
        known = one.event_id is not None
        named = hashlib.sha256(str(one.event_id).encode(errors="replace")).hexdigest()
        key = f"id:{named}" if known else f"body:{digest}:{number}"
        yield Heard(key, lasts if known else AS_ONE, one.kind, one.stream, one.ref, one.actor, known)
