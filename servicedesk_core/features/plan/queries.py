"""What is missing in the days to come, what is due before noon, and who is out."""

from datetime import date
from typing import Annotated, Final

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.plan.deciding import Ahead, ahead
from servicedesk_core.features.plan.model import Due, Gap, Out
from servicedesk_core.store import Tx

_LONGEST: Final = 31
_STAFF: Final = "it joins the time of the staff with the work for all clients"

DAY = Annotated[date | None, Help("From this day on [default: tomorrow].")]
DAYS = Annotated[int, Help(f"How many days, at most {_LONGEST}.")]


class PlanQueries(Namespace[Manner]):
    """The days to come."""

    desk: ConfiguredDesk

    @query(
        "plan.gaps",
        about="What is missing in the days to come, with what closes it.",
        needs=Capability.TICKETS_ASSIGN,
        unscoped=_STAFF,
        empty="Nothing is missing.",
        on_page=("day", "at", "kind", "ticket", "client", "technician", "why", "proposal", "otherwise"),
    )
    def gaps(
        self, tx: Tx, *, day: DAY = None, days: DAYS = 1, sort: Sort = None, limit: Limit = 200, after: After = None
    ) -> Page[Gap]:
        """List work without cover, holes on call, missing parts, dues before noon that nobody began, double bookings.

        Of who is out it tells with the right to see absences.

        Raises:
            SettingsError: There is no such column to sort by, or these are too many days.
            CursorError: ``after`` is not a position of this list.
        """
        found = _ahead(self.desk, tx, day, days).gaps
        return piece(Page(found), Gap, by="place", sort=sort, after=after, limit=limit)

    @query(
        "plan.dues",
        about="What is due before noon in the days to come.",
        needs=Capability.INTERNAL,
        unscoped=_STAFF,
        empty="Nothing is due before noon.",
    )
    def dues(
        self, tx: Tx, *, day: DAY = None, days: DAYS = 1, sort: Sort = None, limit: Limit = 200, after: After = None
    ) -> Page[Due]:
        """List open tickets that are due before noon: by our promise, else by the vendor's due time.

        Raises:
            SettingsError: There is no such column to sort by, or these are too many days.
            CursorError: ``after`` is not a position of this list.
        """
        found = _ahead(self.desk, tx, day, days).dues
        return piece(Page(found), Due, by="due_at", sort=sort, after=after, limit=limit)

    @query(
        "plan.out",
        about="Who is out in the days to come.",
        needs=Capability.ABSENCES,
        unscoped=_STAFF,
        empty="Nobody is out.",
    )
    def out(
        self, tx: Tx, *, day: DAY = None, days: DAYS = 1, sort: Sort = None, limit: Limit = 200, after: After = None
    ) -> Page[Out]:
        """List who is on leave, or has time off that the PSA approved.

        Raises:
            SettingsError: There is no such column to sort by, or these are too many days.
            CursorError: ``after`` is not a position of this list.
        """
        found = _ahead(self.desk, tx, day, days).out
        return piece(Page(found), Out, by="starts_at,technician", sort=sort, after=after, limit=limit)


def _ahead(desk: ConfiguredDesk, tx: Tx, day: date | None, days: int) -> Ahead:
    """Return the days to come.

    Raises:
        SettingsError: These are too many, or none.
    """
    if not 1 <= days <= _LONGEST:
        raise SettingsError(f"{days} days cannot be shown.", hint=f"Say 1 to {_LONGEST}.")
    return ahead(tx, desk, day, days)
