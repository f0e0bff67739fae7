"""Tickets: lists by filter, page by page, and one ticket with everything that hangs on it."""

from servicedesk_core.store.queries.tickets.detail import TicketDetail, get
from servicedesk_core.store.queries.tickets.filtering import TicketFilter, worked_seconds
from servicedesk_core.store.queries.tickets.listing import TicketPage, count, list  # noqa: A004  # reads as tickets.list
from servicedesk_core.store.queries.tickets.rows import TicketRow

__all__ = ["TicketDetail", "TicketFilter", "TicketPage", "TicketRow", "count", "get", "list", "worked_seconds"]
