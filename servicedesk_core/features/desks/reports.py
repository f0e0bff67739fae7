"""The page of figures: which miss their goals, which way they move, and what is closed for good."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

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
from servicedesk_core.features.kpi import Goals, KpiLists, PeriodName
from servicedesk_core.features.profit import ProfitQueries
from servicedesk_core.features.report import Reports
from servicedesk_core.features.scorecards import ScorecardQueries

_ELSEWHERE: Final = frozenset({"parts", "tickets"})
"""Features whose figures stand on pages of their own."""

_TEAM: Final = frozenset({"tickets-per-day", "hours", "real-time-entry", "average-travel", "log-mismatch"})
_QUALITY: Final = frozenset(
    {
        "first-call-resolution", "first-visit-resolution", "repeat-service", "reopen-rate", "client-retention",
        "failures-per-model", "response-improvement",
    }
)  # fmt: skip
"""Figures of tickets and time that tell of people's days, and of how well work was done."""


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """What the page is about."""

    period: PeriodName = None
    goals: Goals = None


def _found(looking: Looking) -> Sequence[Figure]:
    chosen = looking.chosen
    found: Sequence[Figure] = looking.ask(KpiLists.list, period=chosen.period, goals=chosen.goals).items
    return found


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
        return [one for one in looking.once(_found) if sections.get(one.name, "service") == section]

    return figures


def _went(looking: Looking) -> Mapping[str, Sequence[float | None]]:
    kpis: KpiLists[Any] = KpiLists(looking.desk)
    return kpis.weekly(looking.tx, scope=looking.scope)


def _courses(looking: Looking) -> Mapping[str, Sequence[float | None]]:
    return looking.once(_went)


def _of_people(looking: Looking) -> frozenset[str]:
    """Return the figures whose records are people, and hidden from whoever sees only themselves."""
    sight = PeopleSight.of(looking.desk, looking.scope)
    own = (kpi for feature in looking.desk.features for kpi in feature.figures)
    return frozenset(kpi.name for kpi in own if kpi.of_people and not sight.is_whole(kpi.over))


def _records(one: Figure, looking: Looking) -> Opens | None:
    if one.name in looking.once(_of_people):
        return None
    return Opens.of(KpiLists.records, name=one.name, period=looking.chosen.period)


def _verdict(looking: Looking) -> Told:
    found, chosen = looking.once(_found), looking.chosen
    judged = [one for one in found if one.verdict in {Verdict.MET, Verdict.MISSED}]
    missed = sum(one.verdict is Verdict.MISSED for one in judged)
    if not judged:
        return Told([Piece("No figure has both a goal and data.")], None)
    opens = Opens.of(KpiLists.list, period=chosen.period, goals=chosen.goals)
    pieces = [Piece(f"{missed} of {len(judged)}", opens), Piece(" figures with a goal miss it.")]
    if provisional := sum(one.final_at is not None and one.value is not None for one in found):
        pieces.append(Piece(f" {provisional} are provisional: late entries still change them."))
    return Told(pieces, missed == 0)


def _figures(title: str, section: str, needs: Capability = Capability.READ) -> Figures:
    return Figures(title, _of(section), records=_records, courses=_courses, needs=needs)


def _blocks() -> tuple[Block, ...]:
    return (
        Sentence("Verdict", _verdict),
        _figures("Service", "service"),
        Table(
            "Beside the period before",
            KpiLists.compare,
            lambda looking: {"period": looking.chosen.period, "goals": looking.chosen.goals, "limit": 20},
        ),
        _figures("Team", "team"),
        _figures("Money", "money", Capability.MONEY),
        _figures("Quality", "quality"),
        Table("Weekly review: weeks with cards", ScorecardQueries.weeks, {"limit": 13}),
        Table("Months whose figures are closed", KpiLists.months),
        Table("Months whose margins are closed", ProfitQueries.months),
        Table("Pages that were mailed", Reports.mails, {"limit": 10}),
    )


class ReportsPage(Namespace[Manner]):
    """The page of figures."""

    reports = dashboard(
        "desks.reports",
        "Reports",
        _blocks(),
        about="Show each figure with its goal and its last 13 weeks, what changed, and what is closed for good.",
        filters=ReportFilter,
    )
