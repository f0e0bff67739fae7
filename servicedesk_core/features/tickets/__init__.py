"""Tickets: what the store knows of them, and what is to be changed about them."""

from typing import TYPE_CHECKING

from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.tickets.actions import ASSIGNEE as ASSIGNEE
    from servicedesk_core.features.tickets.actions import PRIORITY as PRIORITY
    from servicedesk_core.features.tickets.actions import QUEUE as QUEUE
    from servicedesk_core.features.tickets.automatic import facts_now as facts_now
    from servicedesk_core.features.tickets.automatic import facts_of as facts_of
    from servicedesk_core.features.tickets.kpis import KPIS as KPIS
    from servicedesk_core.features.tickets.kpis import MANY_TICKETS as MANY_TICKETS
    from servicedesk_core.features.tickets.kpis import OVERLOADED as OVERLOADED
    from servicedesk_core.features.tickets.kpis import WATCHED as WATCHED
    from servicedesk_core.features.tickets.kpis import CountOf as CountOf
    from servicedesk_core.features.tickets.model import TicketChoice as TicketChoice
    from servicedesk_core.features.tickets.model import TicketDetail as TicketDetail
    from servicedesk_core.features.tickets.model import TicketFilter as TicketFilter
    from servicedesk_core.features.tickets.model import TicketRow as TicketRow
    from servicedesk_core.features.tickets.queries import TicketQueries as TicketQueries
    from servicedesk_core.features.tickets.queries import mine as mine
    from servicedesk_core.features.tickets.queries import technician_meant as technician_meant
    from servicedesk_core.features.tickets.rules import CREATE as CREATE
    from servicedesk_core.features.tickets.rules import UPDATE as UPDATE
    from servicedesk_core.features.tickets.rules import child_of as child_of
    from servicedesk_core.features.tickets.rules import found as found
    from servicedesk_core.features.tickets.rules import given as given
    from servicedesk_core.features.tickets.rules import priority_given as priority_given
    from servicedesk_core.features.tickets.rules import ref_of as ref_of
    from servicedesk_core.features.tickets.rules import resolved as resolved
    from servicedesk_core.features.tickets.rules import status_given as status_given
    from servicedesk_core.features.tickets.rules import update_of as update_of
    from servicedesk_core.features.tickets.tables.detail import ticket_of as ticket_of
    from servicedesk_core.features.tickets.tables.filtering import OPEN as OPEN
    from servicedesk_core.features.tickets.tables.filtering import begun as begun
    from servicedesk_core.features.tickets.tables.filtering import conditions as conditions
    from servicedesk_core.features.tickets.tables.filtering import has_kind as has_kind
    from servicedesk_core.features.tickets.tables.filtering import has_priority as has_priority
    from servicedesk_core.features.tickets.tables.filtering import in_scope as in_scope
    from servicedesk_core.features.tickets.tables.filtering import reopened as reopened
    from servicedesk_core.features.tickets.tables.filtering import restrictions as restrictions
    from servicedesk_core.features.tickets.tables.listing import count as count
    from servicedesk_core.features.tickets.tables.listing import oldest as oldest
    from servicedesk_core.features.tickets.tables.listing import ticket_page as ticket_page
    from servicedesk_core.features.tickets.tables.promising import HEARD as HEARD
    from servicedesk_core.features.tickets.tables.promising import PROMISES as PROMISES
    from servicedesk_core.features.tickets.tables.promising import awaited as awaited
    from servicedesk_core.features.tickets.tables.promising import contacts as contacts
    from servicedesk_core.features.tickets.tables.promising import said_kept as said_kept
    from servicedesk_core.features.tickets.tables.rows import rows_by_id as rows_by_id
    from servicedesk_core.features.tickets.tables.snoozing import Snooze as Snooze
    from servicedesk_core.features.tickets.tables.snoozing import snoozed as snoozed
    from servicedesk_core.features.tickets.titles import overlap as overlap
    from servicedesk_core.features.tickets.titles import words_of as words_of
    from servicedesk_core.features.tickets.working import REASON as REASON
    from servicedesk_core.features.tickets.working import REQUEST_ID as REQUEST_ID
    from servicedesk_core.features.tickets.working import WHERE as WHERE
    from servicedesk_core.features.tickets.working import WHICH as WHICH
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="tickets",
    about="Tickets in the store, and what is to be changed about them.",
    queries=f"{__name__}.queries:TicketQueries",
    actions=f"{__name__}.actions:Tickets",
    automatic=f"{__name__}.automatic:ACTS",
    kpis=f"{__name__}.kpis:KPIS",
    definitions=f"{__name__}.kinds:KINDS",
    needs=("clients", "definitions", "writes"),
)
