"""The kinds of definitions of clients and of their contacts."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field

from servicedesk_core.domain.base import Instant, Model
from servicedesk_core.faces import DefinitionKind

CALENDARS: Final = "calendars"
"""The kind of definitions that says when somebody is there."""

_Word = Annotated[str, Field(min_length=1)]


class Channel(StrEnum):
    """By which way somebody wants to hear of their tickets."""

    EMAIL = "email"
    PHONE = "phone"
    PORTAL = "portal"
    CHAT = "chat"
    TEXT = "text"
    """A short message to their telephone."""


class Topic(StrEnum):
    """What messages to clients are about, as far as they may not want them."""

    PROGRESS = "progress"
    """That a ticket came, is somebody's, takes longer, is done, or is open again."""
    VISITS = "visits"
    """That a visit was booked, and that it comes."""
    WAITING = "waiting"
    """That we wait for them."""
    SURVEYS = "surveys"
    """How it went."""
    NOTICES = "notices"
    """What we are about to do."""


class Preferences(Model):
    """How somebody wants to be treated. What is not said of a contact is that of their client."""

    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")] | None = Field(
        default=None, description="In which language, such as de or fr-CH."
    )
    channel: Channel | None = Field(default=None, description="By which way they want to hear of their tickets.")
    hours: _Word | None = Field(
        default=None,
        description="Name of the calendar in whose hours they may be reached; nothing = that of the client.",
    )
    vip: bool | None = Field(default=None, description="Whether they come first.")
    approver: _Word | None = Field(
        default=None, description="The contact who approves work and costs: id, e-mail address or name."
    )
    call_first: bool | None = Field(default=None, description="Whether to call before anybody begins to work.")
    no_messages: tuple[Topic, ...] | None = Field(
        default=None, description="What they want no messages about: progress, visits, waiting, surveys, notices."
    )


class Site(Model):
    """A site that differs from the rest of its client."""

    region: _Word | None = Field(default=None, description="Where it is, in your own words.")
    calendar: _Word | None = Field(default=None, description="Name of the calendar of its tickets.")


class Client(Preferences):
    """A client of yours: a company of the PSA."""

    name: _Word = Field(description="The vendor's id of the company, or its name.")
    tier: _Word | None = Field(default=None, description="What the client is to you, in your own words, such as gold.")
    region: _Word | None = Field(default=None, description="Where it is, in your own words; nothing = as the PSA says.")
    calendar: _Word | None = Field(default=None, description="Name of the calendar of its tickets.")
    sites: Mapping[str, Site] = Field(default={}, description="Sites that differ, by the vendor's id or by name.")
    effective_from: Instant | None = Field(default=None, description="From when on that holds; nothing = since ever.")

    def at_site(self, *words: str | None) -> Site:
        """Return what holds at a site: what is said of it, else of the client.

        Args:
            words: The site's id and name.
        """
        wanted = {word.casefold() for word in words if word}
        site = next((one for word, one in self.sites.items() if word.casefold() in wanted), Site())
        return Site(region=site.region or self.region, calendar=site.calendar or self.calendar)


class Contact(Preferences):
    """Somebody at a client."""

    name: _Word = Field(description="The vendor's id of the contact, their e-mail address or their name.")
    company: _Word | None = Field(
        default=None, description="Id or name of their company, where several contacts have this name."
    )
    effective_from: Instant | None = Field(default=None, description="From when on that holds; nothing = since ever.")


_NAMES: Final = {"calendar": CALENDARS, "hours": CALENDARS}

CLIENTS: Final = DefinitionKind("clients", "client", Client, names=_NAMES)
"""What is agreed with a client: ``[clients.ID]``."""

CONTACTS: Final = DefinitionKind("contacts", "contact", Contact, names=_NAMES)
"""How somebody at a client wants to be treated: ``[contacts.ID]``."""

KINDS: Final[tuple[DefinitionKind[Any], ...]] = (CLIENTS, CONTACTS)
