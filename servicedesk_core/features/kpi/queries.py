"""Figures with their goals: all of them, one by what it belongs to, week by week, and what stands behind it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Protocol
from zoneinfo import ZoneInfo

from servicedesk_core.arguments import did_you_mean
from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.errors import SettingsError
from servicedesk_core.faces import (
    After,
    Case,
    Feature,
    Figure,
    Help,
    Kpi,
    Limit,
    Manner,
    Measure,
    Namespace,
    Opens,
    PeopleSight,
    Period,
    Sort,
    Verdict,
    piece,
    query,
)
from servicedesk_core.faces.kpi import on_desk
from servicedesk_core.faces.sight import PERSON
from servicedesk_core.features.kpi.catalogue.now import Now
from servicedesk_core.features.kpi.dimensions import DIMENSIONS
from servicedesk_core.features.kpi.measuring import Measuring, kpi_named
from servicedesk_core.features.kpi.model import (
    Adjustment,
    FigurePage,
    HistoryPage,
    KpiCloser,
    KpiExplained,
    KpiGoal,
    KpiRecord,
    KpiWeek,
    RecordPage,
)
from servicedesk_core.features.kpi.now.past import went
from servicedesk_core.features.kpi.periods import last, period_of, weeks
from servicedesk_core.features.kpi.tables.tickets import numbered
from servicedesk_core.features.tickets import TicketChoice, mine
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope

LAST: Final = timedelta(days=30)

_OF_ONE: Final = ("group", "value", "unit", "goal", "verdict", "sample")

Name = Annotated[str, Help('Its name, how that begins, or its number, such as "K07".')]
PeriodName = Annotated[
    str | None, Help("Of a month such as 2026-10, a week such as 2026-W41, 2026-Q3, a year or a day.", metavar="PERIOD")
]
Last = Annotated[timedelta | None, Help("Of the time up to now, such as 12w; without both of the last 30d.")]
By = Annotated[
    str | None,
    Help(
        f"Divide it: by {', '.join(DIMENSIONS)}; some also by age, work, when, rule, stage, shift or day.",
        metavar="DIMENSION",
    ),
]
Goals = Annotated[str | None, Help("Judge by the goals of this profile only.", name="goals")]


class MeasuringDesk(ConfiguredDesk, Protocol):
    """A desk with its features."""

    @property
    def features(self) -> tuple[Feature, ...]:
        """What it can do, and which figures that brings."""
        ...


class KpiQueries(Namespace[Manner]):
    """Figures with their goals."""

    desk: MeasuringDesk

    @query(
        "kpi.list",
        about="All figures of a period.",
        on_page=("code", "title", "value", "unit", "goal", "verdict", "sample", "final_at", "needs"),
        page="servicedesk_core.features.kpi.pages:figures",
        html="servicedesk_core.features.kpi.pages:html",
    )
    def list(
        self,
        tx: Tx,
        chosen: TicketChoice | None = None,
        *,
        period: PeriodName = None,
        last: Last = None,
        goals: Goals = None,
        feature: Annotated[str | None, Help("Only the figures of this feature.")] = None,
        missed: Annotated[bool, Help("Only those that are not what is wanted.")] = False,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
        scope: Scope | None = None,
    ) -> FigurePage:
        """Show all figures: those of a period, and those that tell of the present.

        Of a quick count and the figure that looks closer at the same only that one is shown.

        Raises:
            SettingsError: It is no period, or there is no such profile or feature.
        """
        measuring = self._measuring(tx, self._period(period, last), goals, scope, chosen)
        having = {one.name: one for one in self.desk.features if one.kpis}
        if feature is not None and feature not in having:
            hint = f"There are: {', '.join(having)}."
            raise SettingsError(f'No feature "{feature}" has figures.{did_you_mean(feature, having)}', hint=hint)
        named = [one for name, one in having.items() if feature in {None, name}]
        kpis = [
            on_desk(kpi, self.desk) for one in named for kpi in one.figures if feature is not None or not kpi.closer
        ]
        rows = [one for one in map(measuring.told, kpis) if not missed or one.verdict is Verdict.MISSED]
        late = [late for kpi in kpis for late in measuring.adjusted(kpi)]
        page = self._page(rows, measuring.period, measuring.closed_at, late)
        return piece(page, Figure, by="code,name", sort=sort, after=after, limit=limit)

    @query(
        "kpi.show",
        about="A figure, also by what it belongs to.",
        on_page=_OF_ONE,
        page="servicedesk_core.features.kpi.pages:groups",
    )
    def show(
        self,
        tx: Tx,
        name: Name,
        chosen: TicketChoice | None = None,
        *,
        by: By = None,
        period: PeriodName = None,
        last: Last = None,
        goals: Goals = None,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
        scope: Scope | None = None,
    ) -> FigurePage:
        """Show a figure; with "--by" one for each client, technician or whatever else its records belong to.

        Raises:
            NotFoundLocallyError: There is no such figure.
            SettingsError: It is no period, there is no such profile, or it cannot be divided so.
        """
        _, kpi = self._kpi(name)
        measuring = self._measuring(tx, self._period(period, last), goals, scope, chosen)
        found, parts, unseen = parts_of(measuring, kpi, by)
        rows = [measuring.figure(kpi, found)]
        if by is not None and not found.needs:
            each = (measuring.figure(kpi, one, of or "none", _region(by, of, one)) for of, one in parts.items())
            rows = [*rows[: bool(unseen)], *each]
        late = tuple(measuring.adjusted(kpi, by))
        page = self._page(rows, measuring.period, measuring.closed_at, late, unseen)
        return piece(page, Figure, by="group", sort=sort, after=after, limit=limit)

    @query(
        "kpi.history",
        about="A figure week by week.",
        on_page=(*_OF_ONE, "minutes_outside"),
        page="servicedesk_core.features.kpi.pages:groups",
    )
    def history(
        self,
        tx: Tx,
        name: Name,
        chosen: TicketChoice | None = None,
        *,
        weeks: Annotated[int, Help("How many weeks, with the one that is not over.", between=(1, 156))] = 13,
        goals: Goals = None,
        sort: Sort = None,
        limit: Limit = 1_000,
        after: After = None,
        scope: Scope | None = None,
    ) -> HistoryPage:
        """Show a figure of the last 13 weeks, Monday to Monday, each against the goal that held then.

        Of a coordinator's figure it is what it was at the end of the week, with the minutes in which it was not what
        is wanted: both from what happened to tickets.

        Raises:
            NotFoundLocallyError: There is no such figure.
            SettingsError: It tells of the present only, or there is no such profile.
        """
        _, kpi = self._kpi(name)
        if not _has_past(kpi):
            message = f'"{kpi.name}" tells of the present; nothing keeps what it was.'
            raise SettingsError(message, hint="Choose one that tells of a period.")
        rows = self._weekly(tx, kpi, weeks, goals, scope, chosen=chosen)
        page = HistoryPage(items=rows, start=None, end=None, at=self.desk.clock.now(), timezone=self.desk.timezone)
        return piece(page, Figure, by="group", sort=sort, after=after, limit=limit)

    def _weekly(
        self,
        tx: Tx,
        kpi: Kpi[Any],
        count: int,
        goals: str | None,
        scope: Scope | None,
        *,
        chosen: TicketChoice | None = None,
    ) -> tuple[Figure, ...]:
        now, zone = self.desk.clock.now(), ZoneInfo(self.desk.timezone)
        among = None if chosen is None else mine(self.desk, chosen)
        spans = [(week, self._measuring(tx, period, goals, scope, among)) for week, period in weeks(count, zone, now)]
        if not isinstance(kpi.measure, Now):
            return tuple(measuring.figure(kpi, group=week) for week, measuring in spans)
        past = went(tx, spans[0][1].period.start, now, zone, scope, people=self.desk.roster, among=among)
        return tuple(measuring.past(kpi, past, week) for week, measuring in spans)

    @query("kpi.records", about="The records behind a figure.", page="servicedesk_core.features.kpi.pages:records")
    def records(
        self,
        tx: Tx,
        name: Name,
        chosen: TicketChoice | None = None,
        *,
        period: PeriodName = None,
        last: Last = None,
        excluded: Annotated[bool, Help("Only those that were left out.")] = False,
        sort: Sort = None,
        limit: Limit = 100,
        after: After = None,
        scope: Scope | None = None,
    ) -> RecordPage:
        """List what a figure was made of, and what was left out of it with the reason.

        Raises:
            NotFoundLocallyError: There is no such figure.
            SettingsError: It is no period.
        """
        _, kpi = self._kpi(name)
        measuring = self._measuring(tx, self._period(period, last), None, scope, chosen)
        found = measuring.opened(kpi)
        cases = measuring.seen(kpi, found).cases
        rows = tuple(_record(one) for one in cases if one.excluded or not excluded)
        page = RecordPage(items=rows, unseen=measuring.unseen(kpi, found))
        shown = piece(page, KpiRecord, by="excluded,record", sort=sort, after=after, limit=limit)
        tickets = numbered(tx, {(row.connection, row.record) for row in shown})
        rows = tuple(
            replace(row, ticket=row.record) if (row.connection, row.record) in tickets else row for row in shown
        )
        return replace(shown, items=rows)

    @query("kpi.explain", about="What a figure is.", page="servicedesk_core.features.kpi.pages:explained")
    def explain(
        self,
        tx: Tx,
        name: Name,
        *,
        period: PeriodName = None,
        last: Last = None,
        scope: Scope | None = None,
    ) -> KpiExplained:
        """Say what a figure measures, who wants what of it, what was left out, and what it can be divided by.

        Raises:
            NotFoundLocallyError: There is no such figure.
            SettingsError: It is no period.
        """
        feature, kpi = self._kpi(name)
        measuring = self._measuring(tx, self._period(period, last), None, scope)
        found = measuring.shown(kpi)
        since = {one.name: one.effective_from for one in measuring.profiles}
        decides = measuring.goal(kpi)
        goals = tuple(
            KpiGoal(one.profile, str(one.goal), since[one.profile], one == decides, one.regions)
            for one in measuring.wanted(kpi)
        )
        chosen = f" --period {period}" if period else f" --last {last.days}d" if last else ""
        return KpiExplained(
            figure=measuring.figure(kpi, found),
            feature=feature,
            example=kpi.example,
            leads=kpi.leads,
            over=kpi.over,
            goals=goals,
            dimensions=found.dimensions,
            start=measuring.period.start.astimezone(UTC),
            end=measuring.period.end.astimezone(UTC),
            timezone=self.desk.timezone,
            records=f"servicedesk kpi records {kpi.name}{chosen}",
            weeks=tuple(
                KpiWeek(one.group or "", one.value, one.goal, one.verdict, one.sample)
                for one in (self._weekly(tx, kpi, 13, None, scope) if _has_past(kpi) else ())
            ),
            closer=tuple(_closer(kpi, found.dimensions, period, last)),
        )

    def _kpi(self, name: str) -> tuple[str, Kpi[Any]]:
        feature, kpi = kpi_named(self.desk.features, name)
        return feature, on_desk(kpi, self.desk)

    def _measuring(
        self, tx: Tx, period: Period, goals: str | None, scope: Scope | None, chosen: TicketChoice | None = None
    ) -> Measuring:
        sight, people = PeopleSight.of(self.desk, scope), self.desk.roster
        among = None if chosen is None else mine(self.desk, chosen)
        return Measuring(tx, period, goals, scope, self.desk.may, people=people, sight=sight, among=among)

    def _period(self, name: str | None, span: timedelta | None) -> Period:
        if name is not None and span is not None:
            raise SettingsError("It is either --period or --last.", hint="Name one of them.")
        now, zone = self.desk.clock.now(), ZoneInfo(self.desk.timezone)
        return period_of(name, zone, now) if name is not None else last(span or LAST, zone, now)

    def _page(
        self,
        rows: Sequence[Figure],
        period: Period | None,
        closed_at: datetime | None = None,
        late: Sequence[Adjustment] = (),
        unseen: str = "",
    ) -> FigurePage:
        start, end = (None, None) if period is None else (period.start.astimezone(UTC), period.end.astimezone(UTC))
        at, timezone = self.desk.clock.now(), self.desk.timezone
        return FigurePage(
            items=tuple(rows),
            start=start,
            end=end,
            at=at,
            timezone=timezone,
            closed_at=closed_at,
            adjustments=tuple(late),
            unseen=unseen,
        )


def _has_past(kpi: Kpi[Any]) -> bool:
    return kpi.over == "period" or isinstance(kpi.measure, Now)


def _closer(
    kpi: Kpi[Any], dimensions: Sequence[str], period: str | None, last: timedelta | None
) -> Iterator[KpiCloser]:
    """Yield where a figure can be looked at closer."""
    given = {"name": kpi.name, "period": period, "last": last}
    yield KpiCloser("the records behind it", Opens.of(KpiQueries.records, **given))
    for dimension in dimensions:
        yield KpiCloser(f"by {dimension}", Opens.of(KpiQueries.show, **given, by=dimension))
    if _has_past(kpi):
        yield KpiCloser("week by week, as far back as you want", Opens.of(KpiQueries.history, name=kpi.name, weeks=26))


def parts_of(measuring: Measuring, kpi: Kpi[Any], by: str | None) -> tuple[Measure, Mapping[str, Measure], str]:
    """Return a figure, its parts by a dimension, and why people among them are not told; empty = all of them are.

    Raises:
        SettingsError: It cannot be divided so.
    """
    whole = measuring.opened(kpi) if by == PERSON or kpi.of_people else measuring.shown(kpi)
    found = measuring.seen(kpi, whole)
    is_less = by == PERSON or (by in whole.dimensions and not found.by(by))
    parts = {} if by is None or found.needs else divided(kpi, found, by)
    return found, parts, measuring.unseen(kpi, whole) if is_less else ""


def divided(kpi: Kpi[Any], found: Measure, by: str) -> Mapping[str, Measure]:
    """Return a figure for each value of a dimension.

    Raises:
        SettingsError: It cannot be divided so.
    """
    known = found.dimensions
    if by not in known and (known or by not in DIMENSIONS):
        hint = f"There are: {', '.join(known)}." if known else "None of its records belongs to anything."
        raise SettingsError(f'"{kpi.name}" cannot be divided by {by}.{did_you_mean(by, known)}', hint=hint)
    return found.by(by)


def _region(by: str, group: str | None, found: Measure) -> str | None:
    """Return where all that a part of a figure is about lies: a region, or a client of one."""
    if by == "region":
        return group
    regions = {one.of.get("region") for one in found.cases} if by == "client" else set()
    return regions.pop() if len(regions) == 1 else None


def _record(case: Case) -> KpiRecord:
    return KpiRecord(
        record=case.record,
        connection=case.connection,
        numerator=float(case.numerator) if isinstance(case.numerator, float) else int(case.numerator),
        denominator=case.denominator,
        excluded=case.excluded,
        client=case.of.get("client"),
        technician=case.of.get("technician"),
        of=case.of,
    )
