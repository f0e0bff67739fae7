"""Clients and contacts as lists show them."""

from dataclasses import dataclass
from typing import Annotated

from servicedesk_core.faces import Column
from servicedesk_core.features.clients.kinds import Channel, Topic


@dataclass(frozen=True, slots=True)
class AgreedClient:
    """A client of whom something was said."""

    client: Annotated[
        str, Column("Its name, or its id where the PSA has no such company.", wraps=True, leads="tickets.list:company")
    ]
    ref: Annotated[str, Column("The vendor's id of the company.", shown=False)]
    connection: Annotated[str, Column("Of which connection.", shown=False)]
    tier: Annotated[str | None, Column("What it is to us.")]
    region: Annotated[str | None, Column("Where it is.")]
    calendar: Annotated[str | None, Column("The calendar of its tickets.")]
    language: Annotated[str | None, Column("In which language it wants to hear of its tickets.")]
    channel: Annotated[Channel | None, Column("By which way.")]
    hours: Annotated[str | None, Column("The calendar in whose hours it may be reached.", spare=2)]
    vip: Annotated[bool | None, Column("Whether it comes first.", "VIP")]
    approver: Annotated[str | None, Column("Who approves work and costs there.", spare=3)]
    call_first: Annotated[bool | None, Column("Whether to call before the work begins.", spare=4)]
    no_messages: Annotated[
        tuple[Topic, ...] | None, Column("What it wants no messages about.", "No messages", shown=False)
    ]
    sites: Annotated[tuple[str, ...], Column("Sites of its own region or calendar.", wraps=True, spare=1)]


@dataclass(frozen=True, slots=True)
class AgreedContact:
    """A contact of whom something was said; what was not, is what was said of their client."""

    contact: Annotated[str, Column("Their name.", wraps=True)]
    ref: Annotated[str, Column("The vendor's id of the contact.", shown=False)]
    connection: Annotated[str, Column("Of which connection.", shown=False)]
    client: Annotated[str | None, Column("Whose they are.", wraps=True, leads="tickets.list:company")]
    language: Annotated[str | None, Column("In which language they want to hear of their tickets.")]
    channel: Annotated[Channel | None, Column("By which way.")]
    hours: Annotated[str | None, Column("The calendar in whose hours they may be reached.", spare=2)]
    vip: Annotated[bool | None, Column("Whether they come first.", "VIP")]
    approver: Annotated[str | None, Column("Who approves work and costs.", spare=3)]
    call_first: Annotated[bool | None, Column("Whether to call before the work begins.", spare=4)]
    no_messages: Annotated[
        tuple[Topic, ...] | None, Column("What they want no messages about.", "No messages", shown=False)
    ]
