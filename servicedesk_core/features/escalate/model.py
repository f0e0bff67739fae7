"""What comes next, and what was done, as lists show it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column


@dataclass(frozen=True, slots=True)
class Coming:
    """A clock that a plan is for, and what comes next."""

    ticket_id: Annotated[int, Column("The desk's own number of the ticket.", shown=False)]
    ticket: Annotated[str, Column("The ticket.", leads="tickets.show")]
    title: Annotated[str, Column("Its title.", cut=12)]
    priority: Annotated[str | None, Column("Its priority.", spare=2)]
    clock: Annotated[str, Column("Which promise; update = what the client is to hear.")]
    plan: Annotated[str, Column("The escalation plan.", spare=1)]
    next_at: Annotated[datetime, Column("When its next step falls due.", "Next")]


@dataclass(frozen=True, slots=True)
class StepTaken:
    """A step of a plan that was taken."""

    ticket_id: Annotated[int, Column("The desk's own number of the ticket.", shown=False)]
    ticket: Annotated[str, Column("The ticket.", leads="tickets.show")]
    title: Annotated[str, Column("Its title.", cut=12, spare=2)]
    clock: Annotated[str, Column("Of which promise.")]
    cycle: Annotated[int, Column("Which life of the ticket, or of the clock.", shown=False)]
    step: Annotated[str, Column("Which step, as it is written in the plan.")]
    plan: Annotated[str, Column("The escalation plan.", spare=1)]
    due_at: Annotated[datetime, Column("When it fell due.", "Due")]
    at: Annotated[datetime, Column("When it was taken.", "Taken", shown=False)]
    outcome: Annotated[
        str,
        Column("fired; coalesced: a later step fired with it; late: found too late, and told in a summary."),
    ]


class Mood(StrEnum):
    """How a client takes it."""

    CALM = "calm"
    WORRIED = "worried"
    ANNOYED = "annoyed"
    ANGRY = "angry"


@dataclass(frozen=True, slots=True)
class HandOff:
    """A ticket that was handed on to another tier."""

    number: Annotated[int, Column("Its number.", "No.", shown=False)]
    ticket: Annotated[str, Column("The ticket.", leads="tickets.show")]
    title: Annotated[str, Column("Its title.", cut=12, spare=2)]
    tier: Annotated[str, Column("To which tier.")]
    at: Annotated[datetime, Column("When it was handed on.", "Since")]
    by: Annotated[str, Column("By whom.", spare=1)]
    mood: Annotated[str, Column("How the client took it.", "Client", spare=3)]
    due_at: Annotated[datetime | None, Column("Until when the tier is to begin; nothing = nobody said.", "Begin by")]
    begun_at: Annotated[datetime | None, Column("When it began.", "Begun")]
    is_late: Annotated[bool, Column("Whether it began too late, or is late now.", "Late")]
    is_bounced: Annotated[bool, Column("Whether the ticket was given back to where it came from.", "Came back")]
