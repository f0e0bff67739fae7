"""How a promise stands, and what is shown of those that were decided and of what is promised."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column, Page
from servicedesk_core.features.sla.model import Basis


class Stand(StrEnum):
    """How a promise on an open ticket stands: each that is not fulfilled has one of them. Shares are whole percents."""

    LATE = "late"
    OVER_95 = "over-95"
    TO_95 = "86-95"
    TO_85 = "76-85"
    TO_75 = "50-75"
    FINE = "fine"
    """Less than half of the target is used."""
    PAUSED = "paused"
    PENDING = "pending"
    """Begins with triage, which is to come."""
    UNKNOWN = "unknown"
    """Not everything that happened is known."""
    NO_TARGET = "no-target"
    """Nothing was promised."""


@dataclass(frozen=True, slots=True)
class DecidedPromise:
    """A promise that was decided, or ended undecided."""

    ticket_id: Annotated[int, Column("The desk's own number of the ticket.", shown=False)]
    connection: Annotated[str, Column("Name of the connection.", shown=False)]
    ticket: Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]
    title: Annotated[str, Column("Title of the ticket.", cut=16)]
    company: Annotated[str | None, Column("Name of the client.", "Client", cut=10, spare=2)]
    priority: Annotated[str | None, Column("Priority.", spare=3)]
    clock: Annotated[str, Column("Which promise.")]
    cycle: Annotated[int, Column("Which life of the ticket.", shown=False)]
    outcome: Annotated[
        str,
        Column(
            "`met`: it was kept; `missed`: it was not; `exempt`: it does not count; `unknown`: not everything that "
            "happened is known; `not_applicable`: nothing was promised."
        ),
    ]
    decided_at: Annotated[datetime, Column("When that was decided.", "Decided")]
    policy: Annotated[str | None, Column("Name of the policy.", shown=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedPromises(Page[DecidedPromise]):
    """Promises that were decided in a period."""

    items: Annotated[tuple[DecidedPromise, ...], Column("The promises.")]
    since: Annotated[datetime, Column("First instant of the period.")]
    until: Annotated[datetime, Column("First instant after it.")]
    basis: Annotated[Basis, Column("What the list rests on.")]


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """What a policy promises for tickets of one priority."""

    policy: Annotated[str, Column("Name of the policy.")]
    applies_to: Annotated[str, Column("For which tickets, in words; the first policy that fits counts.", wraps=True)]
    priority: Annotated[str, Column("For which priority; `others` = for those without targets of their own.")]
    triage_s: Annotated[int | None, Column("Business time until it is triaged, in seconds.", "Triage")]
    engagement_s: Annotated[int | None, Column("Business time until somebody works on it, in seconds.", "Engagement")]
    completion_s: Annotated[int | None, Column("Business time until it is resolved, in seconds.", "Completion")]
    calendar: Annotated[str | None, Column("In whose hours; nothing = in those of the ticket's client or site.")]
