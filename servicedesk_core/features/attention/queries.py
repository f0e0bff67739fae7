"""Open tickets with who has to act next on them, the gravest first."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated
from zoneinfo import ZoneInfo

from servicedesk_core.capabilities import Capability
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.faces import After, Help, Limit, Looking, Manner, Namespace, Page, Sort, piece, query
from servicedesk_core.features.attention.model import Attention, NextActor, Placed, Reason
from servicedesk_core.features.attention.rules import next_actor, reason_of
from servicedesk_core.features.attention.tables.facts import standings
from servicedesk_core.features.attention.tables.people import staff
from servicedesk_core.features.attention.tables.rows import rows_of
from servicedesk_core.features.tickets import TicketChoice, TicketFilter, conditions, mine
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.store import lent

ORDER = "rank,next_at,priority,local_id"
"""The order of the list: by the reason, what is longest overdue first."""


@dataclass(frozen=True, slots=True)
class HeldList:
    """What a process that is asked again and again lends its store: it knows the open tickets by heart.

    Attributes:
        placed: Returns those with a reason, and with somebody who has to act next; ``None`` = any. Those that nobody
            has to look at belong to it when the last argument says so. Where it returns ``None``, they are to be read.
    """

    placed: Callable[[Looking, Reason | None, NextActor | None, bool], Sequence[Placed] | None]


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
        looking, known = Looking(self.desk, tx, self.desk.clock.now(), chosen, scope, {}), lent(tx, HeldList)
        placed = known.placed(looking, reason, actor, everything) if known else None
        if placed is None:
            placed = tuple(_read(looking, reason, actor, everything=everything))
        page = piece(Page(tuple(placed)), Placed, by=ORDER, sort=sort, after=after, limit=limit)
        return Page(rows_of(tx, page.items), page.next)


def _read(looking: Looking, reason: Reason | None, actor: NextActor | None, *, everything: bool) -> Iterator[Placed]:
    desk, tx, now, scope = looking.desk, looking.tx, looking.at, looking.scope
    internal, absences = desk.may(Capability.INTERNAL), desk.may(Capability.ABSENCES)
    zone = ZoneInfo(desk.timezone)
    people = staff(tx, now, zone, desk.roster, scope=scope, with_internal=internal, with_absences=absences)
    among = TicketFilter.of(mine(desk, looking.chosen or TicketChoice()))
    for found in standings(tx, now, people, conditions(tx, among, scope, at=now), with_internal=internal):
        decision = next_actor(found.standing, now)
        why = reason_of(found.standing, decision, now)
        if (everything or why) and reason in {None, why} and actor in {None, decision.actor}:
            yield Placed.of(found.state.local_id, found.standing, decision, why)
