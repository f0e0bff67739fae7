"""Lists beside the figures: repeat service, what can be begun now, what changed, and the months that are closed."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import (
    After,
    Capability,
    Figure,
    Help,
    Kpi,
    Limit,
    Looking,
    Manner,
    Measure,
    Page,
    Period,
    Sort,
    Verdict,
    piece,
    query,
)
from servicedesk_core.faces.kpi import number, on_desk
from servicedesk_core.features.kpi.cases.facts import Key
from servicedesk_core.features.kpi.cases.repeats import Pair, Standing
from servicedesk_core.features.kpi.model import (
    ChangePage,
    ClosedFigures,
    FigurePage,
    KpiChange,
    KpiCompared,
    ReadyRow,
    RepeatRow,
)
from servicedesk_core.features.kpi.now.coordinator import OpenTicket, ready
from servicedesk_core.features.kpi.now.kept import HeldFigures, kept_up
from servicedesk_core.features.kpi.now.opened import open_desk
from servicedesk_core.features.kpi.now.past import today
from servicedesk_core.features.kpi.periods import before, period_of
from servicedesk_core.features.kpi.periods import last as up_to
from servicedesk_core.features.kpi.queries import By, Goals, KpiQueries, Last, Name, PeriodName, parts_of
from servicedesk_core.features.kpi.tables.closing import closed
from servicedesk_core.features.kpi.tables.decisions import Decision
from servicedesk_core.features.kpi.tables.facts import StoredFacts
from servicedesk_core.features.profit import Month
from servicedesk_core.features.tickets import TicketChoice, mine
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope
from servicedesk_core.store.store import lent


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
        facts = StoredFacts(tx, self._period(period, last), scope, people=self.desk.roster)
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
        chosen: TicketChoice | None = None,
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
            SettingsError: Nobody of that name has an open ticket, or there is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        now, zone = self.desk.clock.now(), ZoneInfo(self.desk.timezone)
        among = None if chosen is None else mine(self.desk, chosen)
        found_open = open_desk(tx, now, zone, scope, among=among, people=self.desk.roster)
        names = {one.list_of for one in found_open.tickets if one.holder is not None}
        if of is not None and of not in names:
            message = f'Nobody called "{of}" has an open ticket.{did_you_mean(of, names)}'
            raise SettingsError(message, hint="Without --of all lists are shown, each with its name.")
        lists = ready(found_open).values()
        rows = (_ready(place, one) for several in lists for place, one in enumerate(several, 1))
        found = Page(tuple(one for one in rows if of in {None, one.of}))
        return piece(found, ReadyRow, by="of,place", sort=sort, after=after, limit=limit)

    @query(
        "kpi.now",
        about="The figures of a coordinator at this moment.",
        page="servicedesk_core.features.kpi.pages:figures",
        empty="None of them misses its goal.",
    )
    def now(
        self,
        tx: Tx,
        chosen: TicketChoice | None = None,
        *,
        missed: Annotated[bool, Help("Only those that are not what is wanted.")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> FigurePage:
        """Show what a coordinator keeps up, each figure against its goal, with the minutes of today outside of it.

        Raises:
            SettingsError: There is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        now, known = self.desk.clock.now(), lent(tx, HeldFigures)
        rows = known.now(Looking(self.desk, tx, now, chosen, scope, {})) if known else None
        if rows is None:
            zone, people = ZoneInfo(self.desk.timezone), self.desk.roster
            among = None if chosen is None else mine(self.desk, chosen)
            opened = open_desk(tx, now.astimezone(zone), zone, scope, among=among, people=people)
            rows = kept_up(tx, opened, today(tx, opened, zone, scope, among=among, people=people))
        page = self._page([one for one in rows if not missed or one.verdict is Verdict.MISSED], None)
        return piece(page, Figure, by="code,name", sort=sort, after=after, limit=limit)

    @query(
        "kpi.change",
        about="What changed against the weeks before.",
        empty="There is nothing to compare.",
        page="servicedesk_core.features.kpi.pages:changes",
    )
    def change(
        self,
        tx: Tx,
        name: Name,
        *,
        by: By = None,
        weeks: Annotated[int, Help("How many weeks, and as many before them.", between=(1, 78))] = 13,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
        scope: Scope | None = None,
    ) -> ChangePage:
        """Compare a figure of the last 13 weeks with the 13 before; with "--by" for each client, issue or what else.

        Raises:
            NotFoundLocallyError: There is no such figure.
            SettingsError: It tells of the present only, it cannot be divided so, or there is no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        _, kpi = self._kpi(name)
        if kpi.over == "instant":
            message = f'"{kpi.name}" tells of the present, not of weeks.'
            raise SettingsError(message, hint="`servicedesk kpi history` shows what it was, where that is known.")
        span, zone, now = timedelta(weeks=weeks), ZoneInfo(self.desk.timezone), self.desk.clock.now()
        spans = (up_to(span, zone, now), Period((now - 2 * span).astimezone(zone), now - span, now - span))
        (newer, parts, now_unseen), (older, before, then_unseen) = (
            parts_of(self._measuring(tx, one, None, scope), kpi, by) for one in spans
        )
        unseen = now_unseen or then_unseen
        rows = [_changed(kpi, "all", newer, older)] if by is None or unseen else []
        absent = Measure(0 if newer.denominator is None else None, 0)
        rows += [
            _changed(kpi, of or "none", parts.get(of, absent), before.get(of, absent)) for of in {**parts, **before}
        ]
        return piece(ChangePage(tuple(rows), unseen=unseen), KpiChange, by="group", sort=sort, after=after, limit=limit)

    @query(
        "kpi.compare",
        about="All figures of a period beside those of the one before.",
        empty="There is nothing to compare.",
    )
    def compare(
        self,
        tx: Tx,
        *,
        period: PeriodName = None,
        last: Last = None,
        goals: Goals = None,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
        scope: Scope | None = None,
    ) -> Page[KpiCompared]:
        """Compare all figures of a period with those of the one before: the month before, or as much time.

        Raises:
            SettingsError: It is no period, there is no such profile, or no such column to sort by.
            CursorError: ``after`` is not a position of this list.
        """
        now = self._measuring(tx, self._period(period, last), goals, scope)
        then = self._measuring(tx, before(now.period), goals, scope)
        rows = [_compared(now.told(kpi), then.told(kpi)) for kpi in self._of_periods()]
        known = Page(tuple(row for row in rows if row.value is not None or row.before is not None))
        return piece(known, KpiCompared, by="code,name", sort=sort, after=after, limit=limit)

    def kept(self, tx: Tx, month: Month, goals: str | None = None) -> Sequence[Figure]:
        """Return the figures of a closed month as they were closed; nothing is measured.

        Args:
            tx: A transaction that reads.
            month: The month.
            goals: Judge by the goals of this profile only.

        Raises:
            SettingsError: There is no such profile.
        """
        period = period_of(str(month), ZoneInfo(self.desk.timezone), self.desk.clock.now())
        measuring = self._measuring(tx, period, goals, None)
        return tuple(measuring.figure(kpi) for kpi in self._of_periods() if measuring.has_kept(kpi))

    def _of_periods(self) -> Sequence[Kpi[Any]]:
        own = (kpi for feature in self.desk.features for kpi in feature.figures)
        return [on_desk(kpi, self.desk) for kpi in own if kpi.over == "period" and not kpi.closer]

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


def _changed(kpi: Kpi[Any], group: str, now: Measure, before: Measure) -> KpiChange:
    newer, older = (None if one.value is None else number(one.value) for one in (now, before))
    change = None if newer is None or not older else (newer - older) / older * 100
    return KpiChange(group, newer, older, kpi.unit, change, now.sample)


def _compared(now: Figure, then: Figure) -> KpiCompared:
    newer, older = now.value, then.value
    is_known = newer is not None and older is not None and newer != older
    return KpiCompared(
        name=now.name,
        code=now.code,
        title=now.title,
        value=newer,
        before=older,
        unit=now.unit,
        change=None if newer is None or not older else (newer - older) / older * 100,
        is_better=((newer or 0) < (older or 0)) == (now.better == "less") if is_known else None,
        goal=now.goal,
        verdict=now.verdict,
        sample=now.sample,
    )


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
        of=one.list_of,
        place=place,
        ticket=one.record,
        connection=one.connection,
        technician=one.of.get("technician"),
        client=one.of.get("client"),
        priority=one.standing.priority,
        promise=one.clock,
        due_at=one.due_at,
    )
