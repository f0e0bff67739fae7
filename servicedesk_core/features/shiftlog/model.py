"""A line of the shift log, as lists show it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from servicedesk_core.faces import Column


@dataclass(frozen=True, slots=True)
class LogLine:
    """Something that one shift told the next."""

    number: Annotated[int, Column("Its number.", "No.", shown=False)]
    at: Annotated[datetime, Column("When it was written.", "When")]
    by: Annotated[str, Column("Who wrote it.", "Who", spare=1)]
    ticket: Annotated[str | None, Column("The ticket that it is about; nothing = none.", leads="tickets.show")]
    connection: Annotated[str | None, Column("Name of the ticket's connection.", shown=False)]
    text: Annotated[str, Column("What happened, or what the next shift has to know.", wraps=True)]
