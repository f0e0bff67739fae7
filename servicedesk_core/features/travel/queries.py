"""In which order the ways of a day are shortest."""

from datetime import date
from typing import Annotated

from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Sort, piece, query
from servicedesk_core.features.travel.deciding import ordered
from servicedesk_core.features.travel.model import DayOrder, Ordered
from servicedesk_core.features.writes import ProposingDesk
from servicedesk_core.store import Tx

OURS = "the day of somebody goes to several clients"
WHO = Annotated[
    str,
    Help(
        'Whose day: name, name in the definitions or the vendor\'s id; "me" = you.', names="tickets.words technicians"
    ),
]
DAY = Annotated[date | None, Help("That day [default: tomorrow].")]
FIXED = Annotated[
    tuple[str, ...],
    Help("An appointment that keeps its time: the vendor's id. May be repeated.", names="appointments.show"),
]


class TravelQueries(Namespace[Manner]):
    """How long ways take, and the shortest order of a day."""

    desk: ProposingDesk

    @query(
        "travel.order",
        about="The order of a day's visits in which the ways are shortest.",
        needs=Capability.TICKETS_ASSIGN,
        unscoped=OURS,
        empty="Nothing is booked that day.",
        page="servicedesk_core.features.travel.pages:order",
    )
    def order(
        self,
        tx: Tx,
        technician: WHO,
        *,
        day: DAY = None,
        fixed: FIXED = (),
        sort: Sort = None,
        limit: Limit = 50,
        after: After = None,
    ) -> DayOrder:
        """Propose an order of somebody's visits, with the minutes that it saves. Writes nothing.

        What has a fixed time, has begun, takes several people, or is nobody knows where keeps its time. The others keep
        the slots of the day, the hours of work, and what is due.

        Raises:
            NotFoundLocallyError: There is no such technician, or no such appointment on that day.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        found = ordered(tx, self.desk, technician, day, fixed).order
        return piece(found, Ordered, by="place", sort=sort, after=after, limit=limit)
