"""What travels between core and a connector when a vendor calls: deliveries, what they hint at, and subscriptions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

WEBHOOKS: Final = "webhooks.register"
"""The grant without which nothing is registered, renewed or removed at a vendor."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request to the address of a connection, as it came. Its text shows none of it: it holds client data.

    Attributes:
        method: ``POST``, or what else the connector says that it takes.
        headers: Header fields by lower-case name; several of one name are joined with ``, ``.
        query: Parameters of the query, decoded, in order.
        body: The raw bytes. A signature is made of these, never of what they decode to.
    """

    method: str
    headers: Mapping[str, str] = field(repr=False)
    query: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)

    def parameter(self, name: str) -> str | None:
        """Return the first value of a parameter of the query."""
        return next((value for key, value in self.query if key == name), None)


class Verdict(StrEnum):
    """What a connector thinks of who sent a delivery."""

    GENUINE = "genuine"
    UNSIGNED = "unsigned"
    """Nothing in it says who sent it."""
    WRONG_SIGNATURE = "wrong_signature"
    """It says so, and it is not true."""


class HintKind(StrEnum):
    """What a vendor says has happened."""

    ADDED = "added"
    CHANGED = "changed"
    DELETED = "deleted"
    SUBSCRIPTION = "subscription"
    """Something about the subscription itself, such as that it ends: core looks at it, and believes what it sees."""


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """A hint: the vendor says that a record is worth reading. It never is the record.

    Attributes:
        kind: What is said to have happened.
        stream: The stream of the record; empty for :attr:`HintKind.SUBSCRIPTION`.
        ref: The vendor's id of the record, or of the subscription.
        event_id: The vendor's own id of the event, the same in each delivery of it; ``None`` = it has none, and core
            goes by the body.
        at: When it happened, by the vendor's clock, as the signed part of the delivery says; ``None`` = it does not.
        actor: Who did it, in the vendor's words or ids, if it tells.
    """

    kind: HintKind
    stream: str
    ref: str
    event_id: str | None = None
    at: datetime | None = None
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """What a vendor wants to hear before it sends anything: its own challenge, for example.

    Attributes:
        body: The body of the answer.
        content_type: ``text/plain`` or ``application/json``.
    """

    body: bytes = field(repr=False)
    content_type: str = "text/plain"


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """Where a vendor is to call. Its text shows neither: whoever knows the address can call it.

    Attributes:
        url: The public address of the connection, with a path that nobody guesses.
        secret: A secret of the connection, made by core, for vendors that sign with one that they are given.
    """

    url: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription at the vendor.

    Attributes:
        ref: The vendor's id of it.
        stream: What it tells of; empty when it tells of everything.
        is_active: Whether the vendor says that it still calls.
        expires_at: When it ends unless it is renewed.
        problem: Why it is not active, or what the vendor complains of.
    """

    ref: str
    stream: str
    is_active: bool
    expires_at: datetime | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class WebhookCapability:
    """What a connector of the webhook family says beside the hooks that it implements.

    Attributes:
        streams: Streams of which the vendor tells, each with a subscription of its own that ``register_webhook`` makes;
            where there is no such hook, those that the operator can choose at the vendor.
        right: What the vendor's administrator must allow, in the vendor's words.
        setup: Where the vendor offers no way to register over its interface: what a person does there, one step a line.
        methods: HTTP methods that the vendor uses.
        content_types: Media types of its bodies, without parameters; a delivery of another one is refused.
        max_bytes: Largest body.
        key_origins: Origins (``https://host[:port]``) from which ``webhook_key_url`` may have a key fetched. Nothing in
            a delivery makes core ask anybody else.
        retries_s: For how long the vendor delivers an event again that nobody took; what is older is refused.
        within_s: Time within which the vendor wants its answer.
        vendor_entities: The vendor's names of what it tells of, for the documentation.
    """

    streams: tuple[str, ...]
    right: str = ""
    setup: tuple[str, ...] = ()
    methods: tuple[str, ...] = ("POST",)
    content_types: tuple[str, ...] = ("application/json",)
    max_bytes: int = 1_048_576
    key_origins: tuple[str, ...] = ()
    retries_s: float = 86_400.0
    within_s: float = 10.0
    vendor_entities: tuple[str, ...] = ()
