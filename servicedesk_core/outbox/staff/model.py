"""A message to one of our own people, and what became of attempts to hand it over."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Fate(StrEnum):
    """What became of an attempt."""

    SENDING = "sending"
    """Somebody is at it, or ended in the middle of it."""
    SENT = "sent"
    """The channel took it."""
    REFUSED = "refused"
    """The channel certainly did not take it."""
    IN_DOUBT = "in_doubt"
    """The channel may have taken it."""


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody is told.

    Attributes:
        key: What it is: of the same message always the same, and stored once.
        recipient: A name in the list of people; or ``channel:NAME/NUMBER``, one place of an alert channel.
        subject: One line.
        text: What it says.
        is_urgent: Whether it does not wait for the end of quiet hours, and goes over the addresses for pages first.
        ticket_id: The ticket without which nobody needs it: it is dropped when that is closed before it is handed over.
    """

    key: str
    recipient: str
    subject: str
    text: str
    is_urgent: bool = False
    ticket_id: int | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt to hand a batch over."""

    number: int
    channel: str
    began_at: datetime
    ended_at: datetime | None
    fate: Fate


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages that go to somebody as one.

    Attributes:
        id: Goes along with it, the same at each attempt.
        recipient: To whom.
        is_urgent: Whether it is.
        messages: Subject and text of each.
        attempts: The attempts so far, in order.
    """

    id: str
    recipient: str
    is_urgent: bool
    messages: tuple[tuple[str, str], ...]
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """What is handed to a channel.

    Attributes:
        id: The batch's.
        subject: One line.
        text: What it says.
    """

    id: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Address:
    """A way to somebody.

    Attributes:
        channel: What it is called: ``mail``, or ``page 1``. It tells no address.
        send: Hands a letter over; blocks. Raises ``OutcomeUnknownError`` when it may have arrived, anything else when
            it certainly did not.
    """

    channel: str
    send: Callable[[Letter], None]
