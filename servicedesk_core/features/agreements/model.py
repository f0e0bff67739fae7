"""Agreements as lists show them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated

from servicedesk_core.domain.contracts import ContractKind
from servicedesk_core.faces import Column, Page
from servicedesk_core.features.agreements.rules import State


class Speaks(StrEnum):
    """What speaks for more than was agreed."""

    UNITS = "more than contracted"
    EXCLUDED = "work that it does not cover"
    BLOCK = "hours used up"
    REACTIVE = "much reactive work"
    UNAGREED = "work under no agreement"
    COVERS = "covers that end"


class Offered(StrEnum):
    """Where the opportunity of an agreement stands."""

    NONE = "none"
    WAITING = "proposed"
    """It is not at the CRM yet."""
    DROPPED = "discarded"
    """It was proposed, and never made."""
    UNREAD = "made"
    """It was made, and no sync has brought it yet."""
    OPEN = "open"
    WON = "won"
    LOST = "lost"
    DELETED = "deleted in the CRM"


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that speaks for another agreement, or a larger one."""

    speaks: Annotated[Speaks, Column("What it is.", "Signal")]
    client: Annotated[str, Column("The client.", cut=12, leads="tickets.list:company")]
    evidence: Annotated[str, Column("What shows it.", wraps=True)]
    connection: Annotated[str, Column("Connection of the client.", shown=False)]
    company_ref: Annotated[str, Column("The vendor's id of the client.", shown=False)]


@dataclass(frozen=True, slots=True)
class Renewal:
    """An agreement with a client that ends, or goes on unless somebody gives notice."""

    deadline: Annotated[date, Column("The last day on which notice can be given.")]
    days_left: Annotated[int, Column("Days until then; negative = it is over.", "Days")]
    state: Annotated[State, Column("Where it stands.")]
    reminder: Annotated[int | None, Column("Reminder that it has reached, in days before the deadline.", spare=2)]
    client: Annotated[str, Column("The client.", cut=12, leads="tickets.list:company")]
    agreement: Annotated[str, Column("What the contract is called.", cut=12)]
    kind: Annotated[ContractKind | None, Column("How it earns.", spare=3)]
    term_end: Annotated[date, Column("Last day of the term.", "Ends")]
    renews: Annotated[bool, Column("Whether it goes on by itself without notice.", "Goes on")]
    followed_by: Annotated[str | None, Column("The contract that takes its place.", spare=1)]
    opportunity: Annotated[Offered, Column("Where the opportunity of this term stands.", spare=1)]
    signals: Annotated[tuple[str, ...], Column("What speaks for more.", wraps=True)]
    connection: Annotated[str, Column("Connection of the contract.", shown=False)]
    ref: Annotated[str, Column("The vendor's id of the contract.", shown=False)]
    company_ref: Annotated[str | None, Column("The vendor's id of the client.", shown=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewals(Page[Renewal]):
    """Agreements with clients that end."""

    items: Annotated[tuple[Renewal, ...], Column("The agreements.")]
    not_judged: Annotated[tuple[str, ...], Column("What was not looked for, and why.")]


@dataclass(frozen=True, slots=True)
class VendorRow:
    """An agreement with a vendor."""

    deadline: Annotated[date, Column("The last day on which notice can be given.")]
    days_left: Annotated[int, Column("Days until then; negative = it is over.", "Days")]
    state: Annotated[State, Column("Where it stands.")]
    name: Annotated[str, Column("Its name in the definitions.", cut=12)]
    vendor: Annotated[str, Column("With whom.", cut=12)]
    about: Annotated[str, Column("What it is for.", wraps=True)]
    client: Annotated[str | None, Column("The client for whom it was made; nothing = for us.", spare=1)]
    term_end: Annotated[date, Column("Last day of the term.", "Ends")]
    renews: Annotated[bool, Column("Whether it goes on by itself without notice.", "Goes on")]
    owner: Annotated[str | None, Column("Who decides about it.", spare=2)]
    link: Annotated[str | None, Column("Where its papers are.", shown=False)]
