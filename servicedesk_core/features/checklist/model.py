"""A step of a ticket, as lists show it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from servicedesk_core.faces import Column


@dataclass(frozen=True, slots=True)
class ChecklistStep:
    """A step of a ticket that can be ticked off."""

    place: Annotated[int, Column("Its place in the list.", "No.")]
    name: Annotated[str, Column("What is to be done.", "Step", wraps=True)]
    is_important: Annotated[bool, Column("Whether the vendor marks it as important.", "Important")]
    is_done: Annotated[bool, Column("Whether it is ticked.", "Done")]
    done_at: Annotated[datetime | None, Column("When it was.", "When", spare=1)]
    done_by: Annotated[str | None, Column("By whom.", "Who", spare=2)]
    step: Annotated[str, Column("The vendor's id of it.", shown=False)]
    connection: Annotated[str, Column("Name of the connection.", shown=False)]
