"""Recurring plans, as the service manager draws them up: ``[recurring_plans.NAME]``."""

from collections.abc import Mapping
from datetime import date, time
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Final, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from servicedesk_core.domain import Model, Priority, Ticket
from servicedesk_core.faces import DefinitionKind
from servicedesk_core.features.definitions import CALENDARS
from servicedesk_core.features.recurring.when.rhythm import Rhythm, ShortMonth
from servicedesk_core.features.recurring.when.rules import BusinessDays, CatchUp
from servicedesk_core.features.sla import Duration

_Word = Annotated[str, Field(min_length=1)]
_Days = Annotated[int, Field(ge=0, le=90)]
_OWN: Final = frozenset(
    {"title", "description", "queue_ref", "assignee_ref", "priority", "estimated_s", "due_at", "company_ref"}
    | {"contract_ref", "site_ref", "asset_ref", "external_id", "number"}
)
"""Fields of a ticket that a plan says elsewhere, or that are not its to say."""


class Maker(StrEnum):
    """Which side makes the tickets of a plan."""

    DESK = "desk"
    PSA = "psa"
    """The PSA makes them; the desk shows and counts, and makes none."""


class RecurringPlan(Model):
    """Work that comes again: for whom, what, and when."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$")]
    client: _Word = Field(description="Whose it is, by name or id.")
    connection: _Word | None = Field(default=None, description="Where, if several connections have such a client.")
    agreement: _Word | None = Field(
        default=None, description="The agreement that it is part of, by name, number or id."
    )
    site: _Word | None = Field(default=None, description="Where the work is, by name or id.")
    title: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        description="Title of its tickets; behind it stands the device, where each has a ticket of its own."
    )
    description: str | None = Field(default=None, description="Their description.")
    queue: _Word | None = Field(default=None, description="Their queue.")
    technician: _Word | None = Field(default=None, description="Who has them; nothing = nobody.")
    priority: Priority | None = Field(default=None, description="How urgent they are.")
    estimate: Duration | None = Field(default=None, description="How long one takes.")
    fields: Mapping[_Word, _Word] = Field(
        default={}, description='Further fields of the tickets, such as { issue = "Maintenance" }.'
    )
    checklist: tuple[_Word, ...] = Field(default=(), max_length=50, description="The steps of each ticket.")
    assets: tuple[_Word, ...] = Field(
        default=(), description="Devices that each have a ticket of their own, by name, serial number or id."
    )
    asset_kinds: tuple[_Word, ...] = Field(
        default=(), description="Likewise all devices in use of the client that the vendor calls so."
    )
    rule: _Word = Field(description="When: a rule of RFC 5545, such as FREQ=MONTHLY;BYDAY=2TU.")
    start: date = Field(description="The anchor of the rule: it counts from there, and nothing is before it.")
    end: date | None = Field(default=None, description="The last day; nothing = it goes on.")
    short_months: ShortMonth = Field(
        default=ShortMonth.CLAMP, description="What becomes of a day that a month lacks: its last day, or none."
    )
    zone: str | None = Field(default=None, description="In whose local time; nothing = the desk's.")
    at: time = Field(default=time(9), description="When the work is to begin.")
    due: time = Field(default=time(17), description="Until when it is to be done.")
    lead_days: _Days = Field(default=0, description="So many days before, the ticket is made.")
    days_after: _Days = Field(default=0, description="So many days later it may be done.")
    calendar: _Word | None = Field(default=None, description="Which days are working days.")
    business_days: BusinessDays = Field(
        default=BusinessDays.NONE, description="Where it goes from a day without hours. Needs a calendar."
    )
    catch_up: CatchUp = Field(
        default=CatchUp.LATEST, description="What is made of what was missed while nothing was generated."
    )
    made_by: Maker | None = Field(
        default=None,
        description="Which side makes the tickets. It must be said where the PSA makes such a series itself.",
    )

    @cached_property
    def rhythm(self) -> Rhythm:
        """On which days its rule falls."""
        return Rhythm.of(self.rule, self.start, self.short_months)

    @property
    def when(self) -> tuple[object, ...]:
        """When its occurrences are, who makes them and for whom: who changes any of it draws up another series."""
        days = self.rule, self.start, self.short_months, self.zone, self.at, self.calendar, self.business_days
        return *days, self.made_by, self.client, self.connection  # what was made before is not made for others

    @field_validator("zone")
    @classmethod
    def _is_zone(cls, zone: str | None) -> str | None:
        try:
            ZoneInfo(zone or "UTC")
        except (KeyError, ValueError, OSError) as error:
            msg = f'there is no time zone "{zone}"; write it as Europe/Berlin'
            raise ValueError(msg) from error
        return zone

    @field_validator("fields")
    @classmethod
    def _are_fields(cls, fields: Mapping[str, str]) -> Mapping[str, str]:
        if wrong := sorted(set(fields) - (set(Ticket.model_fields) - _OWN)):
            msg = f"{', '.join(wrong)}: no field of a ticket that can be said here"
            raise ValueError(msg)
        return fields

    @field_validator("checklist")
    @classmethod
    def _are_steps(cls, steps: tuple[str, ...]) -> tuple[str, ...]:
        words = [step.strip().casefold() for step in steps]
        if "" in words or len(set(words)) < len(words):
            msg = "a step without words, or one that is there twice"
            raise ValueError(msg)
        return steps

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        _ = self.rhythm
        if self.end is not None and self.end < self.start:
            msg = "end comes before start"
            raise ValueError(msg)
        if self.business_days is not BusinessDays.NONE and self.calendar is None:
            msg = "business_days needs a calendar, which says what a working day is"
            raise ValueError(msg)
        if self.due <= self.at and not self.days_after:
            msg = "due comes before at; say a later time, or days_after"
            raise ValueError(msg)
        return self


PLANS: Final = DefinitionKind("recurring_plans", "recurring plan", RecurringPlan, names={"calendar": CALENDARS.name})
"""``[recurring_plans.NAME]``: what its words mean is looked for in the store when it is read."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (PLANS,)
"""The kinds of definitions of recurring work."""
