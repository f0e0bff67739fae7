"""What the desk page says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from servicedesk_core.faces import Column, Verdict
from servicedesk_core.features.tickets import OVERLOADED, TicketFilter, TicketRow
from servicedesk_core.store.queries.completeness import StreamCompleteness


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that can be opened.

    Attributes:
        label: What is counted.
        count: How many.
        tickets: The filter that lists exactly these tickets; ``None`` where no filter says it.
    """

    label: str
    count: int
    tickets: TicketFilter | None


@dataclass(frozen=True, slots=True)
class DeskNumbers:
    """The desk at one instant.

    Attributes:
        at: The instant.
        open: All open tickets.
        by_queue: Open tickets by queue, the fullest first.
        by_status: Open tickets by status category.
        by_technician: Open tickets by technician, the busiest first.
        by_age: Open tickets by age since creation.
        by_priority: Open tickets by priority.
        by_company: Open tickets by client, the one with most first.
        by_sla: Open tickets by when the vendor's agreement is due next.
        watched: What somebody should look at, by the names of the KPIs.
        overloaded: Technicians with too many open tickets.
        completeness: Age and completeness of the data behind the numbers.
    """

    at: datetime
    open: Figure
    by_queue: tuple[Figure, ...]
    by_status: tuple[Figure, ...]
    by_technician: tuple[Figure, ...]
    by_age: tuple[Figure, ...]
    by_priority: tuple[Figure, ...]
    by_company: tuple[Figure, ...]
    by_sla: tuple[Figure, ...]
    watched: Mapping[str, Figure]
    overloaded: tuple[Figure, ...]
    completeness: tuple[StreamCompleteness, ...]


@dataclass(frozen=True, slots=True)
class WatchList:
    """Tickets that somebody should look at.

    Attributes:
        id: Stable name.
        title: For people.
        definition: What exactly is counted.
        chosen: The filter that lists exactly these tickets.
        count: How many.
        tickets: The first of them, the oldest first.
        command: The command that lists all of them.
        verdict: Whether that many are what the figure itself wants.
    """

    id: str
    title: str
    definition: str
    chosen: TicketFilter
    count: int
    tickets: tuple[TicketRow, ...]
    command: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class MailRow:
    """A mail that is sent once."""

    key: Annotated[str, Column("What it is: the first half of its Message-ID.", cut=12)]
    about: Annotated[str | None, Column("What was mailed; nothing = not noted.")]
    fate: Annotated[
        str, Column("`sent`; `in_doubt`: the server may have it; `sending`: whoever sent it may have ended on the way.")
    ]
    at: Annotated[datetime, Column("Since when.")]


@dataclass(frozen=True, slots=True)
class Resent:
    """A mail that was sent again."""

    key: Annotated[str, Column("What it is: the first half of its Message-ID.")]
    about: Annotated[str, Column("What was mailed.")]


@dataclass(frozen=True, slots=True)
class DeskReport:
    """The desk page.

    Attributes:
        desk: Name of the desk.
        timezone: IANA zone that dates are shown in.
        numbers: What is counted, with the completeness and age of the data.
        watch: The lists.
        tickets: Open tickets, the oldest first; on a large desk not all of them.
    """

    desk: str
    timezone: str
    numbers: DeskNumbers
    watch: tuple[WatchList, ...]
    tickets: tuple[TicketRow, ...]

    @property
    def overloaded(self) -> str:
        """What is said of technicians with too many open tickets."""
        return OVERLOADED.title

    @property
    def quarantined(self) -> int:
        """Records that could not be understood and are missing from every number."""
        return sum(stream.quarantined for stream in self.numbers.completeness)

    @property
    def unmapped(self) -> int:
        """Open tickets whose status the configuration gives no meaning; they are counted as open."""
        return sum(f.count for f in self.numbers.by_status if f.tickets is not None and f.tickets.unmapped_status)
