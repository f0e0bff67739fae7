"""The page of promises: attainment against its goals, what is late and what comes due, and why promises were missed."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from servicedesk_core.capabilities import Capability
from servicedesk_core.faces import (
    Block,
    Counted,
    Counts,
    Figure,
    Figures,
    Looking,
    Manner,
    Measure,
    Namespace,
    Opens,
    Period,
    Piece,
    Point,
    Sentence,
    Series,
    Table,
    Told,
    Verdict,
    dashboard,
)
from servicedesk_core.features.desks.model import PageFilter
from servicedesk_core.features.desks.rules import verdict
from servicedesk_core.features.desks.tables import Day
from servicedesk_core.features.kpi import KPIS, NO_CLOCKS, judged, last, period_of, quarter_of, week_of
from servicedesk_core.features.sla import (
    Became,
    By,
    Clock,
    Past,
    ResponseBy,
    Stand,
    due_counts,
    group_in_words,
    stand_counts,
)

HOUR: Final = timedelta(hours=1)
_AHEAD: Final = 24
_ROWS: Final = 15
_MONTH: Final = timedelta(days=30)
_NEAR: Final = (Stand.OVER_95, Stand.TO_95, Stand.TO_85)
_KPIS: Final = {"all": "K01", Clock.TRIAGE.value: "K02", Clock.ENGAGEMENT.value: "K03", Clock.COMPLETION.value: "K04"}
_BINS: Final = {
    timedelta(minutes=15): "up to 15 min",
    timedelta(hours=1): "to 1 h",
    timedelta(hours=4): "to 4 h",
    timedelta(hours=24): "to 24 h",
    timedelta.max: "longer",
}
_FROM: Final = dict(zip(_BINS, (None, *_BINS), strict=False))
"""Where each begins: what took just so long is in the one before."""


def _became(looking: Looking) -> Became:
    return Became(looking.desk, looking.tx, looking.at, chosen=looking.chosen, scope=looking.scope)


def _period(looking: Looking) -> Period:
    zone, name = ZoneInfo(looking.desk.timezone), None if looking.chosen is None else looking.chosen.period
    return last(_MONTH, zone, looking.at) if name is None else period_of(name, zone, looking.at)


def _given(looking: Looking) -> dict[str, Any]:
    period = _period(looking)
    return {"since": period.start, "until": min(period.end, looking.at)}


def _spans(looking: Looking) -> Mapping[str, str]:
    """Return today, this week and this quarter by the names that periods have."""
    day: date = looking.at.astimezone(ZoneInfo(looking.desk.timezone)).date()
    return {"today": f"{day}", "week": week_of(day), "quarter": quarter_of(day)}


def _span(looking: Looking, name: str) -> tuple[datetime, datetime]:
    zone = ZoneInfo(looking.desk.timezone)
    return period_of(_spans(looking)[name], zone, looking.at).start, looking.at


def _attained(name: str) -> Callable[[Looking], Iterator[Figure]]:
    def figures(looking: Looking) -> Iterator[Figure]:
        became = looking.once(_became)
        rows = {str(one.clock): one for one in became.attained(_span(looking, name))}
        for clock, code in _KPIS.items():
            kpi, row = next(one for one in KPIS if one.code == code), rows.get(clock)
            if not became.has_policy:
                found = Measure.missing(NO_CLOCKS)
            elif row is None or not row.judged:
                found = Measure(None, 0, 0)
            else:
                found = Measure(Fraction(100 * row.kept, row.judged), row.kept, row.judged, sample=row.judged)
            told = judged(looking.tx, looking.at, kpi, found)
            yield replace(told, verdict=Verdict.UNKNOWN) if looking.once(Day).is_stale else told

    return figures


def _behind(name: str) -> Callable[[Figure, Looking], Opens | None]:
    def opens(figure: Figure, looking: Looking) -> Opens | None:
        clock = next(clock for clock, code in _KPIS.items() if code == figure.code)
        since, until = _span(looking, name)
        return looking.opens(Past.decided, since=since, until=until, clock=clock)

    return opens


def _now(looking: Looking) -> Told:
    soon = looking.at + HOUR
    counts = stand_counts(looking.desk, looking.tx, looking.at, looking.chosen, looking.scope)
    late = sum(many for (_, stand), many in counts.items() if stand is Stand.LATE)
    due = _due(looking, [(looking.at, soon)])[0]
    day, hour = looking.once(Day), looking.opens(Past.clocks, due_since=looking.at, due_before=soon)
    told = (
        (late, "promise is late", "promises are late", looking.opens(Past.clocks, stand=(Stand.LATE,))),
        (due, "comes due within the hour", "come due within the hour", hour),
    )
    said = verdict(told, day.read_at, day.at, is_stale=day.is_stale)
    return said if said.is_good is None else said._replace(is_good=not late)


def _due(looking: Looking, spans: Sequence[tuple[datetime, datetime]]) -> list[int]:
    return due_counts(looking.desk, looking.tx, looking.at, spans, chosen=looking.chosen, scope=looking.scope)


def _dues(looking: Looking) -> Iterator[Point]:
    zone = ZoneInfo(looking.desk.timezone)
    whole = looking.at.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    starts = [looking.at, *(whole + number * HOUR for number in range(1, _AHEAD + 1))]
    spans = [*pairwise(starts)]
    for (start, end), many in zip(spans, _due(looking, spans), strict=True):
        label = f"{start.astimezone(zone):%H:%M}"
        yield Point(label, many, looking.opens(Past.clocks, due_since=start, due_before=end))


def _by(by: By, **more: Any) -> Callable[[Looking], Mapping[str, Any]]:
    return lambda looking: _given(looking) | {"by": by} | more


def _answers(looking: Looking) -> Iterator[Counted]:
    given = _given(looking)
    counted: dict[str, Counter[timedelta]] = {}
    for one in looking.once(_became).answers((given["since"], given["until"])):
        if one.after_s is not None:
            places = [bound.total_seconds() for bound in _BINS]
            bound = [*_BINS][min(bisect_right(places, one.after_s - 1), len(places) - 1)]
            counted.setdefault(one.group or "", Counter())[bound] += 1
    for group, each in sorted(counted.items()):
        for bound, label in _BINS.items():
            within = None if bound is timedelta.max else bound
            asked = given | {"by": ResponseBy.TYPE, "group": group, "longer_than": _FROM[bound], "within": within}
            opens = looking.opens(Past.answers, **asked)
            yield Counted(label, each[bound], opens, group_in_words(group or "no type"))


def _reasons(looking: Looking) -> Iterator[Counted]:
    given = _given(looking)
    for reason, many in looking.once(_became).missed((given["since"], given["until"])).most_common():
        asked = {"reason": reason} if reason else {"without_reason": True}
        yield Counted(
            reason or "nobody said why", many, looking.opens(Past.missed, **given, **asked), is_bad=not reason
        )


def _replay(_: Looking) -> Told:
    return Told([Piece('"servicedesk sla replay --policy FILE" tells what another policy would have come to.')], None)


def _blocks() -> tuple[Block, ...]:
    return (
        Sentence("Now", _now),
        Figures("Kept today", _attained("today"), records=_behind("today")),
        Figures("Kept this week", _attained("week"), records=_behind("week")),
        Figures("Kept this quarter", _attained("quarter"), records=_behind("quarter")),
        Table("Can still be kept, and little time is left", Past.clocks, {"stand": _NEAR, "limit": _ROWS}),
        Table("Late", Past.clocks, {"stand": (Stand.LATE,), "limit": _ROWS}),
        Series("Coming due in the next 24 hours", _dues),
        Table("Kept, by type of ticket", Past.attainment, _by(By.TYPE, limit=50)),
        Table("Kept, by priority", Past.attainment, _by(By.PRIORITY, limit=50)),
        Table("Kept, by tier of client", Past.attainment, _by(By.TIER, limit=50)),
        Table("Resolved in time, by client, the worst first", Past.attainment,
            _by(By.CLIENT, clock=Clock.COMPLETION, sort="percent", limit=_ROWS)),
        Table("First answer, by type of ticket", Past.response,
            lambda looking: _given(looking) | {"by": ResponseBy.TYPE, "limit": 50}),
        Counts("First answers by how long they took", _answers),
        Counts("Why promises were missed", _reasons, Capability.INTERNAL),
        Table("What is promised", Past.policies, {"limit": 50}),
        Sentence("Another policy", _replay, Capability.DEFINITIONS_READ),
    )  # fmt: skip


class SlaPage(Namespace[Manner]):
    """The page of promises."""

    sla = dashboard(
        "desks.sla",
        "SLA",
        _blocks(),
        about="Show how many promises are kept, which are late or come due, and why promises were missed.",
        filters=PageFilter,
    )  # fmt: skip
