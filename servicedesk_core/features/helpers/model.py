"""Helpers of tickets and calls for help, as lists show them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from servicedesk_core.faces import Column


@dataclass(frozen=True, slots=True)
class Helper:
    """A technician who works on a ticket beside its own."""

    technician: Annotated[str, Column("Their name.", leads="tickets.list:technician", by="technician_ref")]
    technician_ref: Annotated[str | None, Column("The vendor's id of them.", shown=False)]
    role: Annotated[str | None, Column("In which role they help.")]
    helper: Annotated[str, Column("The vendor's id of this entry.", shown=False)]
    connection: Annotated[str, Column("Name of the connection.", shown=False)]


class CallState(StrEnum):
    """Where a call for help stands."""

    OPEN = "open"
    GIVEN = "given"
    """Somebody took it up."""
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CLOSED = "closed"
    """The ticket was closed before somebody helped."""


@dataclass(frozen=True, slots=True)
class HelpCall:
    """A call for help with a ticket."""

    number: Annotated[int, Column("Its number.", "No.")]
    ticket: Annotated[str, Column("The ticket.", leads="tickets.show")]
    connection: Annotated[str, Column("Name of the ticket's connection.", shown=False)]
    title: Annotated[str, Column("Title of the ticket.", cut=20, spare=3)]
    client: Annotated[str | None, Column("Name of the client.", cut=13, spare=2)]
    priority: Annotated[str | None, Column("Priority.", spare=4)]
    text: Annotated[str, Column("What help is wanted with.", "Wanted", wraps=True)]
    skills: Annotated[tuple[str, ...], Column("Skills that were asked for besides, with their levels.", spare=1)]
    by: Annotated[str, Column("Who asked.", "Who")]
    at: Annotated[datetime, Column("When.", spare=5)]
    until: Annotated[datetime, Column("Until when help is wanted.")]
    asked: Annotated[tuple[str, ...], Column("The technicians who were asked.", wraps=True, shown=False)]
    state: Annotated[CallState, Column("Where it stands.")]
    given_by: Annotated[str | None, Column("Who took it up.", "Helps", spare=1)]


@dataclass(frozen=True, slots=True)
class Asked:
    """A call for help that was made."""

    number: Annotated[int, Column("Its number.", "No.")]
    ticket: Annotated[str, Column("The ticket.", leads="tickets.show")]
    connection: Annotated[str, Column("Name of the ticket's connection.", shown=False)]
    until: Annotated[datetime, Column("Until when help is wanted.")]
    asked: Annotated[tuple[str, ...], Column("Who was asked, the best first.")]
    told: Annotated[int, Column("How many of them have an address here, and are told.")]
    not_asked: Annotated[tuple[str, ...], Column("Who was not asked, with why.", wraps=True)]
