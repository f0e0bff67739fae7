"""What comes next on promises, and what was done."""

from typing import Annotated

from servicedesk_core.faces import After, Capability, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.escalate import lists
from servicedesk_core.features.escalate.handing_on import hand_offs
from servicedesk_core.features.escalate.model import Coming, HandOff, StepTaken
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope


class EscalationQueries(Namespace[Manner]):
    """What comes next on promises, and what was done."""

    @query(
        "escalate.next",
        about="Clocks that a plan is for, and what comes next.",
        needs=Capability.INTERNAL,
        sorts=lists.COMING,
        empty="No escalation plan is for a clock that runs, or nothing takes its steps: servicedesk serve does.",
    )
    def next(
        self, tx: Tx, *, sort: Sort = None, limit: Limit = 100, after: After = None, scope: Scope | None = None
    ) -> Page[Coming]:
        """List clocks that an escalation plan is for, by when their next step falls due.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        return lists.coming(tx, sort=sort, after=after, limit=limit, scope=scope)

    @query(
        "escalate.list",
        about="Steps of escalation plans that were taken.",
        needs=Capability.INTERNAL,
        sorts=lists.TAKEN,
        empty="No step of an escalation plan was taken.",
    )
    def list(
        self,
        tx: Tx,
        *,
        ticket: Annotated[str | None, Help("Only of this ticket.", names="tickets.show")] = None,
        late: Annotated[bool, Help("Only those that were found too late, so that nobody was told at once.")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[StepTaken]:
        """List the steps that were taken, the newest first, with those that a later one stands for.

        Raises:
            NotFoundLocallyError: The store has no such ticket.
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        return lists.steps(tx, ticket=ticket, late=late, sort=sort, after=after, limit=limit, scope=scope)

    @query(
        "escalate.handoffs",
        about="Tickets that were handed on to another tier.",
        needs=Capability.INTERNAL,
        empty="No ticket was handed on.",
    )
    def handoffs(
        self,
        tx: Tx,
        *,
        bounced: Annotated[bool, Help("Only those that came back to where they came from.")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[HandOff]:
        """List tickets that were handed on, the newest first, with the clock of the tier.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        found = hand_offs(tx, self.desk.clock.now(), self.desk.timezone, scope)
        rows = tuple(one for one in found if one.is_bounced or not bounced)
        return piece(Page(rows), HandOff, by="-number", sort=sort, after=after, limit=limit)
