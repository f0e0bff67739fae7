"""When calendars were read, as a list shows it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from servicedesk_core.faces import Column


@dataclass(frozen=True, slots=True)
class ReadCalendars:
    """The calendars of a connection."""

    connection: Annotated[str, Column("The connection.")]
    technicians: Annotated[tuple[str, ...], Column("Whose they are.", "Whose", cut=12)]
    unread: Annotated[tuple[str, ...], Column("Whose could not be read.", "Not read", cut=12)]
    read_at: Annotated[datetime | None, Column("When they were read last; nothing = never.", "Read")]
    tried_at: Annotated[datetime, Column("When that was tried last.", "Tried", spare=1)]
    error: Annotated[str | None, Column("Why it failed then.", "Problem", wraps=True)]
