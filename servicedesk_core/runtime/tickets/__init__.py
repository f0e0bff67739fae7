"""The tickets of a desk: read from the store, and acted on through writes."""

from servicedesk_core.runtime.tickets.acting import DeskTickets
from servicedesk_core.runtime.tickets.reading import Tickets

__all__ = ["DeskTickets", "Tickets"]
