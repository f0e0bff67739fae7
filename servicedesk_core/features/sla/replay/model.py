"""What is shown of a draft that was judged on history."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column, Page
from servicedesk_core.features.sla.model import Basis, Excluded


class Dimension(StrEnum):
    """What attainment is divided by in a replay."""

    ALL = "all"
    PRIORITY = "priority"
    CLIENT = "client"
    TYPE = "type"


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many promises of one kind were kept as it was promised, and would have been under the draft."""

    by: Annotated[Dimension, Column("What it is divided by.", shown=False)]
    group: Annotated[str | None, Column("Which priority, client or type.")]
    clock: Annotated[str, Column('Which promise, or "all": resolved tickets of which every promise was kept.')]
    kept_today: Annotated[int, Column("Kept, as it was promised.", shown=False)]
    judged_today: Annotated[int, Column("Judged, as it was promised.", "Judged", spare=2)]
    percent_today: Annotated[float | None, Column("Share kept as it was promised; nothing judged is none.", "Today %")]
    kept: Annotated[int, Column("Kept under the draft.", shown=False)]
    judged: Annotated[int, Column("Judged under the draft.", "By draft", spare=1)]
    percent: Annotated[float | None, Column("Share kept under the draft.", "Draft %")]
    points: Annotated[float | None, Column("By how many points the draft changes the share.", "+/-")]


@dataclass(frozen=True, slots=True)
class Reached:
    """A promise of the draft, with the target that history would have kept in most cases."""

    policy: Annotated[str, Column("Name of the policy.", cut=12)]
    priority: Annotated[str | None, Column("Priority.")]
    clock: Annotated[str, Column("Which promise.")]
    target_s: Annotated[int | None, Column("Business time that the draft promises, in seconds.")]
    within_90_s: Annotated[int | None, Column("The target that 90 % would have kept.", "90 % in")]
    within_95_s: Annotated[int | None, Column("The target that 95 % would have kept.", "95 % in")]
    within_97_s: Annotated[int | None, Column("The target that 97 % would have kept.", "97 % in")]
    ended: Annotated[int, Column("How often it was done in the period.", "Done", spare=1)]


@dataclass(frozen=True, slots=True)
class OtherVerdict:
    """A promise of which the draft leads to another verdict."""

    ticket_id: Annotated[int, Column("The desk's own number of the ticket.", shown=False)]
    ticket: Annotated[str, Column("The vendor's number for people, or its id.", leads="tickets.show")]
    title: Annotated[str, Column("Title of the ticket.", cut=12, spare=2)]
    company: Annotated[
        str | None, Column("Name of the client.", "Client", cut=10, spare=3, leads="tickets.list:company")
    ]
    priority: Annotated[str | None, Column("Priority.", spare=4)]
    clock: Annotated[str, Column("Which promise.")]
    cycle: Annotated[int, Column("Which life of the ticket.", shown=False)]
    today: Annotated[str, Column('The verdict as it was promised; "none" = there is no such clock.')]
    draft: Annotated[str, Column('The verdict under the draft; "none" = there is no such clock.')]
    target_today_s: Annotated[int | None, Column("Business time promised, in seconds.", "Target", spare=5)]
    target_s: Annotated[int | None, Column("Business time that the draft promises, in seconds.", "By draft", spare=1)]
    elapsed_s: Annotated[int | None, Column("Business time used under the draft, in seconds.", "Used")]
    policy: Annotated[str | None, Column("Policy of the draft.", shown=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay(Page[OtherVerdict]):
    """A draft judged on what has happened, beside what was promised."""

    items: Annotated[tuple[OtherVerdict, ...], Column("Promises of which the draft leads to another verdict.")]
    since: Annotated[datetime, Column("First instant of the period.")]
    until: Annotated[datetime, Column("First instant after it.")]
    basis: Annotated[Basis, Column("What rests on what was promised, to compare the draft with.")]
    tickets: Annotated[int, Column("Tickets that were judged.")]
    attained: Annotated[tuple[Replayed, ...], Column("Attainment: as a whole, by priority, by client and by type.")]
    reached: Annotated[tuple[Reached, ...], Column("Each promise of the draft, and what history reached.")]
    changes: Annotated[tuple[Excluded, ...], Column("How many verdicts change, from which to which.")]
    excluded: Annotated[
        tuple[Excluded, ...], Column("Tickets that do not count, or were not judged wholly, by reason.")
    ]
