"""Open tickets with who has to act next on them, the gravest first."""

from typing import Annotated
from zoneinfo import ZoneInfo

from servicedesk_core.capabilities import Capability
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import After, Help, Limit, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.attention.model import Attention, NextActor, Placed, Reason
from servicedesk_core.features.attention.rules import next_actor, reason_of
from servicedesk_core.features.attention.tables.facts import standings
from servicedesk_core.features.attention.tables.people import staff
from servicedesk_core.features.attention.tables.rows import rows_of
from servicedesk_core.features.tickets import TicketChoice, TicketFilter, conditions, mine
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope

ORDER = "rank,next_at,priority,local_id"
"""The order of the list: by the reason, what is longest overdue first."""


class AttentionQueries(Namespace[Manner]):
    """Who has to act next."""

    desk: ConfiguredDesk

    @query(
        "attention.list",
        about="Open tickets that somebody has to look at, the gravest first, each with its reason.",
        sorts=("local_id", "priority", "reason", "next_actor", "next_at"),
        empty="Nobody has to look at a ticket. All open ones with who acts next are shown with --all.",
    )
    def list(
        self,
        tx: Tx,
        chosen: TicketChoice | None = None,
        *,
        reason: Annotated[Reason | None, Help("Only those with this reason.")] = None,
        actor: Annotated[NextActor | None, Help("Only those on which they have to act next.", name="next")] = None,
        everything: Annotated[bool, Help("Every open ticket.", name="all")] = False,
        sort: Sort = None,
        limit: Limit = 50,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[Attention]:
        """List the open tickets that somebody has to look at: late, unanswered, uncovered, or nobody's turn.

        Every open ticket has exactly one who has to act next. One that has nobody is in the black hole.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
            NotFoundLocallyError: There is no such connection.
        """
        now, placed, may = self.desk.clock.now(), list[Placed](), self.desk.may(Capability.INTERNAL)
        people = staff(
            tx,
            now,
            ZoneInfo(self.desk.timezone),
            self.desk.roster,
            scope=scope,
            with_internal=may,
            with_absences=self.desk.may(Capability.ABSENCES),
        )
        among = TicketFilter.of(mine(self.desk, chosen or TicketChoice()))
        for found in standings(tx, now, people, conditions(tx, among, scope, at=now), with_internal=may):
            decision = next_actor(found.standing, now)
            why = reason_of(found.standing, decision, now)
            if (everything or why) and reason in {None, why} and actor in {None, decision.actor}:
                placed.append(Placed.of(found.state.local_id, found.standing, decision, why))
        page = piece(Page(tuple(placed)), Placed, by=ORDER, sort=sort, after=after, limit=limit)
        return Page(rows_of(tx, page.items), page.next)
