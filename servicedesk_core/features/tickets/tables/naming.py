"""Whether what a filter names is there at all."""

from sqlalchemy import Connection

from servicedesk_core.config.values import did_you_mean
from servicedesk_core.errors import NotFoundLocallyError
from servicedesk_core.features.tickets.model import TicketFilter
from servicedesk_core.store import sources
from servicedesk_core.store.queries import names


def check_names(tx: Connection, chosen: TicketFilter) -> None:
    """Make sure that what a filter names is there, so that a slip of the pen does not look like an empty list.

    Raises:
        NotFoundLocallyError: No connection has a queue, technician or client of that name; with the nearest one.
    """
    looked_in = [source for source in sources.all(tx) if chosen.connection in {None, source.name}]
    for what, stream, word in (
        ("queue", "queues", chosen.queue),
        ("technician", "technicians", chosen.assignee),
        ("client", "companies", chosen.company),
    ):
        if not word or any(names.find(tx, source.id, stream, word, begins=True) for source in looked_in):
            continue
        near = did_you_mean(word, [name for source in looked_in for name in names.known(tx, source.id, stream)])
        hint = "Name it as the desk shows it, or by the vendor's id."
        raise NotFoundLocallyError(f'There is no {what} "{word}".{near}', hint=hint)
