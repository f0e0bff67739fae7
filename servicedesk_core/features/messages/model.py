"""Templates, who tells what, and messages, as lists show them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column
from servicedesk_core.features.messages.kinds import By, Tells
from servicedesk_core.features.messages.triggers import Trigger
from servicedesk_core.features.standing import ActMode


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A template."""

    name: Annotated[str, Column("Its name.", leads="messages.preview")]
    triggers: Annotated[tuple[Trigger, ...], Column("What it tells of.", wraps=True)]
    clients: Annotated[tuple[str, ...], Column("Only for these clients; nothing = for all.", wraps=True)]
    language: Annotated[str | None, Column("In which language it is.")]
    subject: Annotated[str, Column("Its subject, as it is written.", wraps=True, spare=1)]
    has_html: Annotated[bool, Column("Whether it is there as HTML too.", "HTML", spare=2)]
    version: Annotated[int, Column("Version of the definitions that changed it last.", spare=3)]


@dataclass(frozen=True, slots=True)
class Told:
    """Who tells clients of something."""

    trigger: Annotated[Trigger, Column("Of what.")]
    about: Annotated[str, Column("What has happened to the ticket.", wraps=True, spare=2)]
    told_by: Annotated[Tells | None, Column("Who tells it; nothing = nobody chose.", "Told by")]
    by: Annotated[By | None, Column("By which way the desk does; nothing = it does not.", "By", spare=1)]
    mode: Annotated[ActMode, Column("Whether the desk does it by itself.")]
    templates: Annotated[int, Column("How many templates there are for it.")]
    both: Annotated[bool, Column("Whether desk and PSA may both tell it.", "Both")]
    lacks: Annotated[tuple[str, ...], Column("What is to be done before it is told, or told by itself.", wraps=True)]


@dataclass(frozen=True, slots=True)
class Preview:
    """A message as a client would read it, of a sample."""

    trigger: Annotated[Trigger, Column("What it tells of.")]
    template: Annotated[str, Column("Name of the template.", shown=False)]
    subject: Annotated[str, Column("Its subject.", wraps=True)]
    text: Annotated[str, Column("What it says.", wraps=True)]
    html: Annotated[str, Column("The same as HTML; empty = there is none.", shown=False)]


class MessageState(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    """Its time has not come."""
    HELD = "held"
    """Something is missing."""
    PROPOSED = "proposed"
    """It waits for somebody to release it."""
    QUEUED = "queued"
    """It is released, and goes out when its turn comes."""
    SENT = "sent"
    IN_DOUBT = "in doubt"
    """It may have gone out, and goes out again only when somebody says so."""
    REFUSED = "refused"
    """It did not go out."""
    DISCARDED = "discarded"
    """Somebody decided against it."""
    DROPPED = "dropped"
    """There was no need for it any more."""


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message to a client."""

    number: Annotated[int, Column("Its number.", "No.", leads="messages.show")]
    trigger: Annotated[Trigger, Column("What it tells of.")]
    ticket: Annotated[str, Column("The vendor's number for people of the ticket, or its id.", leads="tickets.show")]
    client: Annotated[str | None, Column("Name of the client.", cut=14, spare=1)]
    state: Annotated[MessageState, Column("Where it stands.")]
    to: Annotated[str | None, Column("To which address; nothing = a note on the ticket, or not made yet.", cut=18)]
    subject: Annotated[str | None, Column("Its subject.", cut=20)]
    why: Annotated[str | None, Column("What is missing, or why it did not go out.", wraps=True)]
    happened_at: Annotated[datetime, Column("When that happened.", "Happened", spare=2)]
    due_at: Annotated[datetime, Column("Not told before this.", "Due", shown=False)]
    template: Annotated[str | None, Column("Name of its template.", shown=False)]
    write: Annotated[int | None, Column("Number of the write that carries it.", shown=False, leads="writes.show")]
    told_at: Annotated[datetime | None, Column("When it was sent, refused or left.", shown=False)]
    local_id: Annotated[int, Column("The desk's own number of the ticket.", shown=False)]


@dataclass(frozen=True, slots=True)
class MessageDetail:
    """A message with all that it says."""

    row: Annotated[MessageRow, Column("As in a list.")]
    text: Annotated[str | None, Column("What it says; nothing = it is not made yet.")]
    html: Annotated[str | None, Column("The same as HTML.")]


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of messages that somebody decided about."""

    messages: Annotated[int, Column("How many.")]
    sent: Annotated[int, Column("How many of them went out at once.")]
    waiting: Annotated[int, Column("How many go out when their turn comes.")]
    left: Annotated[tuple[str, ...], Column("Those of which nothing became, each with why.")]
    stopped: Annotated[str | None, Column("Why sending stopped before all of them were out.")]


@dataclass(frozen=True, slots=True)
class BounceRow:
    """An address that a mail did not reach."""

    address: Annotated[str, Column("The address.")]
    is_final: Annotated[bool, Column("Whether the address is gone, so that nothing is mailed there any more.", "Final")]
    status: Annotated[str, Column("The code of the report, such as 5.1.1.", spare=1)]
    told: Annotated[str, Column("What the mail server said.", wraps=True)]
    at: Annotated[datetime, Column("When the report was read.", "Read", spare=2)]
    cleared_at: Annotated[datetime | None, Column("When somebody said that the address is right.", "Cleared")]


@dataclass(frozen=True, slots=True)
class Bounces:
    """What reports of mail servers said."""

    reports: Annotated[int, Column("How many were about mails of this desk.")]
    final: Annotated[int, Column("How many addresses nothing is mailed to any more.")]
    others: Annotated[int, Column("How many mails are late, or did not arrive though the address may be right.")]
    left: Annotated[tuple[str, ...], Column("Files that say nothing of a mail of this desk, each with why.")]


@dataclass(frozen=True, slots=True)
class Cleared:
    """An address to which mails go again."""

    bounces: Annotated[int, Column("How many reports stood against it.")]


@dataclass(frozen=True, slots=True)
class Post:
    """Something that a client may read of a ticket."""

    ticket: Annotated[str, Column("The vendor's number for people of the ticket, or its id.", leads="tickets.show")]
    title: Annotated[str, Column("Its title.", cut=20, spare=1)]
    at: Annotated[datetime, Column("When it was said.")]
    is_yours: Annotated[bool, Column("Whether the client said it.", "Client's")]
    head: Annotated[str | None, Column("Its first line.", cut=20)]
    text: Annotated[str, Column("What it says.", wraps=True)]


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link that a client follows."""

    number: Annotated[int, Column("Its number.", "No.")]
    shows: Annotated[str, Column("What it shows: ticket, client or survey.")]
    ref: Annotated[str, Column("The vendor's id of the ticket, or of the client.", "Of")]
    made_by: Annotated[str, Column("Who made it.", spare=1)]
    made_at: Annotated[datetime, Column("When.", spare=2)]
    ends_at: Annotated[datetime, Column("Until when it leads anywhere.")]
    revoked_at: Annotated[datetime | None, Column("When it was taken back.")]


@dataclass(frozen=True, slots=True)
class Made:
    """A link that was made."""

    number: Annotated[int, Column("Its number.", "No.")]
    address: Annotated[str, Column("The link, for the client alone.")]
    ends_at: Annotated[datetime, Column("Until when it leads anywhere.")]


@dataclass(frozen=True, slots=True)
class Revoked:
    """A link that was taken back."""

    number: Annotated[int, Column("Its number.", "No.")]


@dataclass(frozen=True, slots=True)
class Answer:
    """How a client says that it went."""

    ticket: Annotated[str, Column("The vendor's number for people of the ticket, or its id.", leads="tickets.show")]
    client: Annotated[str | None, Column("Name of the client.", cut=16)]
    rating: Annotated[int, Column("From 1, very poor, to 5, very good.")]
    comment: Annotated[str, Column("What they wrote besides.", wraps=True)]
    at: Annotated[datetime, Column("When.")]
