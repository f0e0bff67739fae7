"""Clients: what the service manager says of them and of their contacts, which the PSA does not know."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

FEATURE = Feature(
    name="clients",
    about="What is agreed with clients: tier, region, calendar, and how they want to be reached.",
    section=Section.DECISIONS,
    queries=f"{__name__}.queries:ClientQueries",
    definitions=f"{__name__}.kinds:KINDS",
    looks_over=f"{__name__}.coverage:look_over",
    needs=("definitions",),
)

if TYPE_CHECKING:
    from servicedesk_core.features.clients.book import Book as Book
    from servicedesk_core.features.clients.kinds import CLIENTS as CLIENTS
    from servicedesk_core.features.clients.kinds import Channel as Channel
    from servicedesk_core.features.clients.kinds import Client as Client
    from servicedesk_core.features.clients.kinds import Contact as Contact
    from servicedesk_core.features.clients.kinds import Preferences as Preferences
    from servicedesk_core.features.clients.kinds import Site as Site
    from servicedesk_core.features.clients.kinds import Topic as Topic
    from servicedesk_core.features.clients.regions import Regions as Regions
    from servicedesk_core.features.clients.tables import clients_of as clients_of
    from servicedesk_core.features.clients.tables import contacts_of as contacts_of
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
