"""Lists beside the figures: repeat service, what can be begun now, and the months that are closed."""

from collections.abc import Mapping
from typing import Annotated
from zoneinfo import ZoneInfo

from servicedesk_core.faces import (
    After,
    Capability,
    Help,
    Limit,
    Manner,
    Page,
    Sort,
    piece,
    query,
)
from servicedesk_core.features.kpi.coordinator import OpenTicket, ready
from servicedesk_core.features.kpi.facts import Key
from servicedesk_core.features.kpi.model import ClosedFigures, ReadyRow, RepeatRow
from servicedesk_core.features.kpi.opened import open_desk
from servicedesk_core.features.kpi.queries import KpiQueries, Last, PeriodName
from servicedesk_core.features.kpi.repeats import Pair, Standing
from servicedesk_core.features.kpi.tables import StoredFacts
from servicedesk_core.features.kpi.tables.closing import closed
from servicedesk_core.features.kpi.tables.decisions import Decision
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope


class KpiLists(KpiQueries[Manner]):
    """Figures with their goals, and lists beside them."""

    @query(
        "kpi.repeats",
        about="Repeat service, and what may be.",
        empty="Nothing of that came again.",
    )
    def repeats(
        self,
        tx: Tx,
        *,
        standing: Annotated[
            Standing | None, Help("Only those that are: counted, candidate, confirmed, rejected.")
        ] = None,
        period: PeriodName = None,
        last: Last = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[RepeatRow]:
        """List the tickets resolved in a period with what came after them within 30 days, and whether it counts.

        "servicedesk kpi confirm-repeat" and "reject-repeat" say so for good.

        Raises:
            SettingsError: It is no period.
        """
        facts = StoredFacts(tx, self._period(period, last), scope, people=self.desk.settings.people)
        said = facts.decisions if self.desk.may(Capability.INTERNAL) else {}  # who said it, and why, is for the staff
        rows = tuple(
            _repeat(one, said)
            for one in facts.pairs
            if facts.period.holds(one.resolved_at) and standing in {None, one.standing}
        )
        return piece(Page(rows), RepeatRow, by="standing,ticket,follow_up", sort=sort, after=after, limit=limit)

    @query(
        "kpi.ready",
        about="What each can begin now, in the order to take it.",
        empty="There is nothing that anybody could begin without somebody else.",
    )
    def ready(
        self,
        tx: Tx,
        *,
        of: Annotated[str | None, Help("Only of this technician, or of this team's queue.", metavar="NAME")] = None,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[ReadyRow]:
        """List the tickets that whoever has them can begin now: triaged, neither waiting nor parked, no visit later on.

        What the client replied to belongs to it, and a visit that begins within the hour; what another technician works
        on now does not. Where a goal profile says ``pull``, each team has one list, with what nobody has yet.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        now, zone = self.desk.clock.now(), ZoneInfo(self.desk.timezone)
        lists = ready(open_desk(tx, now, zone, scope, people=self.desk.settings.people))
        rows = (_ready(place, one) for several in lists.values() for place, one in enumerate(several, 1))
        found = Page(tuple(one for one in rows if of in {None, one.of}))
        return piece(found, ReadyRow, by="of,place", sort=sort, after=after, limit=limit)

    @query(
        "kpi.months",
        about="Months whose figures are closed, the newest first.",
        unscoped="months are closed for all clients together",
        empty="No month is closed yet.",
    )
    def months(self, tx: Tx, *, sort: Sort = None, limit: Limit = 100, after: After = None) -> Page[ClosedFigures]:
        """List the months whose figures are closed: by whom, when and why.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        found = tuple(ClosedFigures(str(month), one.at, one.author, one.reason) for month, one in closed(tx).items())
        return piece(Page(found), ClosedFigures, by="-month", sort=sort, after=after, limit=limit)


def _repeat(pair: Pair, decisions: Mapping[tuple[Key, Key], Decision]) -> RepeatRow:
    first, later = pair.first, pair.follow_up
    said = decisions.get((first.key, later.key))
    return RepeatRow(
        ticket=first.label or first.id,
        follow_up=later.label or later.id,
        connection=first.connection,
        standing=pair.standing,
        rule=pair.rule.value,
        client=first.of.get("client"),
        title=later.title,
        resolved_at=pair.resolved_at,
        came_at=None if first is later else later.created_at,
        author=said.author if said else None,
        reason=said.reason if said else None,
    )


def _ready(place: int, one: OpenTicket) -> ReadyRow:
    return ReadyRow(
        of=(one.of.get("technician" if one.queue is None else "queue")) or (one.holder or ("", ""))[1],
        place=place,
        ticket=one.record,
        connection=one.connection,
        technician=one.of.get("technician"),
        client=one.of.get("client"),
        priority=one.standing.priority,
        promise=one.clock,
        due_at=one.due_at,
    )
