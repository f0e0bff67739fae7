"""How webhooks are doing, and what was done about them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column


class WebhookState(StrEnum):
    """How the webhooks of a connection are doing."""

    BY_HAND = "by_hand"
    """There is an address; who calls it was set up at the vendor, which shows us no subscriptions."""
    ACTIVE = "active"
    PARTLY = "partly"
    """Some subscriptions are dead."""
    DEAD = "dead"
    """The vendor calls about nothing any more."""


@dataclass(frozen=True, slots=True)
class WebhookRow:
    """One connection."""

    connection: Annotated[str, Column("Name of the connection.")]
    state: Annotated[WebhookState, Column("Whether its vendor calls.")]
    streams: Annotated[tuple[str, ...], Column("Streams of which the vendor tells.", cut=12)]
    dead: Annotated[tuple[str, ...], Column("Streams whose subscription is dead.", spare=1)]
    address: Annotated[
        str | None, Column("Where it calls, without the part that nobody guesses.", spare=2, shown=False)
    ]
    heard_at: Annotated[datetime | None, Column("When a genuine delivery last came.", "Last delivery")]
    events: Annotated[int, Column("Events of the last 24 hours.")]
    refused: Annotated[int, Column("Deliveries to its address that were refused in the last 24 hours.")]
    waiting: Annotated[int, Column("Records that are still to be read.")]
    lag_s: Annotated[int, Column("Seconds that the oldest of them has waited.", "Longest wait")]
    left: Annotated[int, Column("Records of the last 24 hours that were left to the next sync.", shown=False)]
    expires_at: Annotated[datetime | None, Column("When the first subscription ends unless renewed.", "Ends", spare=1)]


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """One subscription, as it was last seen at the vendor."""

    connection: Annotated[str, Column("Name of the connection.")]
    stream: Annotated[str, Column("What it tells of.")]
    ref: Annotated[str, Column("The vendor's id of it.")]
    is_active: Annotated[bool, Column("Whether the vendor still calls.", "Active")]
    problem: Annotated[str, Column("Why it does not.", wraps=True)]
    since: Annotated[datetime, Column("When it was registered, or first seen.")]
    expires_at: Annotated[datetime | None, Column("When it ends unless it is renewed.", "Ends")]
    looked_at: Annotated[datetime | None, Column("When it was last looked at.", spare=1)]


@dataclass(frozen=True, slots=True)
class Registered:
    """What became of the subscriptions of a connection."""

    connection: Annotated[str, Column("Name of the connection.")]
    registered: Annotated[tuple[str, ...], Column("Streams that were registered now.")]
    renewed: Annotated[tuple[str, ...], Column("Streams whose subscription was renewed.")]
    removed: Annotated[tuple[str, ...], Column("Streams whose subscription was removed.")]
    unchanged: Annotated[tuple[str, ...], Column("Streams that were registered before.")]


@dataclass(frozen=True, slots=True)
class Address:
    """Where the vendor of a connection calls. Whoever knows it can call too: treat it like a password."""

    connection: Annotated[str, Column("Name of the connection.")]
    url: Annotated[str, Column("The whole address.")]
    secret: Annotated[
        str | None, Column("What to enter as the secret, where the vendor wants one and is set up by hand.")
    ]
    setup: Annotated[tuple[str, ...], Column("What to do at the vendor.", wraps=True)]
