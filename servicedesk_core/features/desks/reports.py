"""The page of figures: which miss their goals, how they went in closed months, and what is closed for good."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from servicedesk_core.capabilities import Capability
from servicedesk_core.faces import (
    Block,
    Figure,
    Figures,
    Looking,
    Manner,
    Namespace,
    Opens,
    PeopleSight,
    Piece,
    Sentence,
    Table,
    Told,
    Verdict,
    dashboard,
)
from servicedesk_core.features.claims import ClaimQueries, MoneyState
from servicedesk_core.features.desks.money.billing import behind_money
from servicedesk_core.features.kpi import Goals, KpiLists, PeriodName, closed, courses_of
from servicedesk_core.features.parts import VALUE, PartsQueries
from servicedesk_core.features.profit import Month, ProfitQueries
from servicedesk_core.features.report import Reports
from servicedesk_core.features.reports import SentReports
from servicedesk_core.features.scorecards import ScorecardQueries
from servicedesk_core.features.warranty import WAITING
from servicedesk_core.store.schema import RECORDS

_ELSEWHERE: Final = frozenset({"parts", "tickets"})
"""Features whose figures stand on pages of their own."""

_MEASURED: Final = 50_000
"""Tickets of the largest desk whose figures are measured whenever somebody looks."""

_MONTHS: Final = 13
"""Closed months in the line of a figure."""

_TEAM: Final = frozenset({"tickets-per-day", "hours", "real-time-entry", "average-travel", "log-mismatch"})
_QUALITY: Final = frozenset(
    {
        "first-call-resolution", "first-visit-resolution", "repeat-service", "reopen-rate", "client-retention",
        "failures-per-model", "response-improvement",
    }
)  # fmt: skip
"""Figures of tickets and time that tell of people's days, and of how well work was done."""


_OWN: Final[Mapping[str, Callable[[], Opens]]] = {
    VALUE.name: lambda: Opens.of(PartsQueries.stock),
    WAITING.name: lambda: Opens.of(ClaimQueries.money, standing=MoneyState.WAITING),
}
"""Lists behind figures of money that keep no records of their own."""


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """What the page is about."""

    period: PeriodName = None
    goals: Goals = None


class _Shown:
    """The figures of the page.

    A small desk is measured whenever somebody looks. That takes too long on a large one: its figures are those of the
    month that was closed last, unless somebody asks for a period.

    Attributes:
        period: What the figures are of; ``None`` = the last 30 days.
        closed: How the period was closed; ``None`` = it is no closed month.
        is_known: Whether there are any.
        figures: The figures.
        courses: What they were in the months that are closed, by their names.
    """

    def __init__(self, looking: Looking) -> None:
        kpis, goals = KpiLists[Any](looking.desk), looking.chosen.goals
        months = closed(looking.tx) if looking.scope is None else {}  # months are closed for all clients together
        # What it counts up to is known at once, which tickets there are is not.
        is_large = (looking.tx.execute(select(func.max(RECORDS["tickets"].c.local_id))).scalar() or 0) > _MEASURED
        self.period: str | None = looking.chosen.period
        if self.period is None and is_large and months:
            self.period = str(max(months))
        self.closed = next((one for month, one in months.items() if str(month) == self.period), None)
        self.is_known = self.period is not None or not is_large
        self.figures: Sequence[Figure] = ()
        if self.closed is not None:
            self.figures = kpis.kept(looking.tx, Month.parse(str(self.period)), goals)
        elif self.is_known:
            self.figures = looking.ask(KpiLists.list, period=self.period, goals=goals).items
        self.courses = courses_of(looking.tx, [*months][-_MONTHS:])


def _sections(looking: Looking) -> Mapping[str, str]:
    """Return in which section each figure stands, by its name."""
    sections = {}
    for feature in looking.desk.features:
        for kpi in feature.figures:
            if feature.name in _ELSEWHERE and kpi.needs is not Capability.MONEY:
                sections[kpi.name] = feature.name
            elif kpi.needs is Capability.MONEY:
                sections[kpi.name] = "money"
            elif feature.name == "quality" or kpi.name in _QUALITY:
                sections[kpi.name] = "quality"
            else:
                sections[kpi.name] = "team" if kpi.of_people or kpi.name in _TEAM else "service"
    return sections


def _of(section: str) -> Callable[[Looking], Sequence[Figure]]:
    def figures(looking: Looking) -> Sequence[Figure]:
        sections = looking.once(_sections)
        found = [one for one in looking.once(_Shown).figures if sections.get(one.name, "service") == section]
        return sorted(found, key=lambda one: one.verdict is not Verdict.MISSED)

    return figures


def _of_people(looking: Looking) -> frozenset[str]:
    """Return the figures whose records are people, and hidden from whoever sees only themselves."""
    sight = PeopleSight.of(looking.desk, looking.scope)
    own = (kpi for feature in looking.desk.features for kpi in feature.figures)
    return frozenset(kpi.name for kpi in own if kpi.of_people and not sight.is_whole(kpi.over))


def _records(one: Figure, looking: Looking) -> Opens | None:
    if one.name in looking.once(_of_people):
        return None
    if one.name in _OWN:
        return _OWN[one.name]()
    records = Opens.of(KpiLists.records, name=one.name, period=looking.once(_Shown).period)
    return behind_money(one.name) or records


def _verdict(looking: Looking) -> Told:
    shown, goals = looking.once(_Shown), looking.chosen.goals
    anew = Piece("Measure the last 30 days now", Opens.of(KpiLists.list, goals=goals))
    if not shown.is_known:
        pieces = [Piece("This desk is too large to be measured whenever somebody looks. "), anew, Piece(".")]
        if looking.scope is None and looking.desk.may(Capability.PERIODS_CLOSE):
            close = Piece("Close a month", Opens("kpi.close"))
            pieces += [Piece(" "), close, Piece(": from then on its figures stand here at once.")]
        return Told(pieces, None)
    judged = [one for one in shown.figures if one.verdict in {Verdict.MET, Verdict.MISSED}]
    missed = sum(one.verdict is Verdict.MISSED for one in judged)
    pieces = [Piece(_when(shown, looking))]
    if judged:
        opens = Opens.of(KpiLists.list, period=shown.period, goals=goals, missed=True)
        # The list measures the figures of the present too, which no closed month has.
        pieces.append(Piece(f"{missed} of {len(judged)}", None if shown.closed else opens))
        pieces.append(Piece(" figures with a goal miss it."))
    else:
        pieces.append(Piece("no figure has both a goal and data."))
    if provisional := sum(one.final_at is not None and one.value is not None for one in shown.figures):
        pieces.append(Piece(f" {provisional} are provisional: late entries still change them."))
    if shown.courses:
        pieces.append(Piece(" Lines go over the months that are closed."))
    compared = Opens.of(KpiLists.compare, period=shown.period, goals=goals)
    pieces += [Piece(" "), Piece("Beside the period before", compared), Piece(".")]
    if shown.closed is not None:
        pieces += [Piece(" "), anew, Piece(".")]
    return Told(pieces, missed == 0 if judged else None)


def _when(shown: _Shown, looking: Looking) -> str:
    """Say of what time the figures are, and whether they can change."""
    if shown.closed is not None:
        at = shown.closed.at.astimezone(ZoneInfo(looking.desk.timezone))
        return f"{shown.period}, as it was closed on {at:%Y-%m-%d}: "
    return f"{shown.period or 'The last 30 days'}, measured now: "


def _figures(title: str, section: str, needs: Capability = Capability.READ) -> Figures:
    return Figures(
        title, _of(section), records=_records, courses=lambda looking: looking.once(_Shown).courses, needs=needs
    )


def _blocks() -> tuple[Block, ...]:
    return (
        Sentence("Verdict", _verdict),
        _figures("Service", "service"),
        _figures("Team", "team"),
        _figures("Money", "money", Capability.MONEY),
        _figures("Quality", "quality"),
        Table("Weekly review: weeks with cards", ScorecardQueries.weeks, {"limit": 13}),
        Table("Months whose figures are closed", KpiLists.months),
        Table("Months whose margins are closed", ProfitQueries.months),
        Table("Reports that were made to be sent", SentReports.sent, {"limit": 10}),
        Table("Pages that were mailed", Reports.mails, {"limit": 10}),
    )


class ReportsPage(Namespace[Manner]):
    """The page of figures."""

    reports = dashboard(
        "desks.reports",
        "Reports",
        _blocks(),
        about="Show each figure with its goal and what it was in closed months, and what is closed for good.",
        filters=ReportFilter,
    )
