"""Making the cards of a week, of the figures as everybody sees them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any, Final

from servicedesk_core.config.people import Colleague
from servicedesk_core.faces import Capability, Case, Feature, Goal, Kpi, Measure, Period, Verdict
from servicedesk_core.faces.kpi import figure as told
from servicedesk_core.features.kpi import Measuring, Went, kpi_named, went
from servicedesk_core.features.scorecards import rules as scoring
from servicedesk_core.features.scorecards.kinds import ScorecardRules
from servicedesk_core.features.scorecards.model import Card, Issued, Kind, Line, Part
from servicedesk_core.features.scorecards.tables import (
    COORDINATOR,
    TEAM,
    Technician,
    Whose,
    cards,
    namesakes,
    technicians,
)
from servicedesk_core.features.scorecards.weeks import before
from servicedesk_core.store import Tx

SHOWN: Final = 10
"""Records that a line names."""

_STANDING: Final = "training"
"""Tells of people whether they worked in a week or not."""


@dataclass(frozen=True, slots=True)
class Made:
    """Cards of a week that nobody has issued yet.

    Attributes:
        cards: By whose they are. Version, author and reason are still to be said.
        skipped: Who got none.
    """

    cards: Mapping[Whose, Issued]
    skipped: tuple[str, ...]


class Making:
    """The cards of one week.

    Args:
        tx: A transaction, in which everything is read.
        features: What brings the figures.
        rules: What is on a card.
        week: Name of the week.
        period: Its span.
        people: The people of the desk: they say whom a name in the rota means.
    """

    def __init__(  # noqa: PLR0917  # what cards are made of
        self,
        tx: Tx,
        features: Sequence[Feature],
        rules: ScorecardRules,
        week: str,
        period: Period,
        people: Mapping[str, Colleague],
    ) -> None:
        self._tx, self._features, self._rules = tx, features, rules
        self._week, self._period, self._configured = week, period, people
        # Who sees a card sees every figure on it, but those of money, which are on none.
        self._measuring = Measuring(tx, period, may=lambda needed: needed is not Capability.MONEY, people=people)
        weeks = before(week, scoring.BEFORE)
        frozen = cards(tx, weeks, final=True)
        self._frozen = [frozen.get(one, {}) for one in weeks]

    def made(self) -> Made:
        """Return the cards of all who have anything on one."""
        called = namesakes(self._tx)
        theirs: dict[Technician, tuple[Line, ...]] = {}
        skipped: list[str] = []
        for one in self._people:
            if called[one.whose.source_id, one.name] > 1:
                skipped.append(f"{one.name}: two technicians are called so, and figures are told by the name")
                continue
            lines = tuple(self._lines(one.whose, one.name, one))
            if any(line.sample for line in lines if line.figure != _STANDING):
                theirs[one] = lines
            else:
                skipped.append(f"{one.name}: nothing of that week is theirs")
        team = tuple(self._spread(line, theirs.values()) for line in self._lines(TEAM, "team"))
        of_team = self._score(team)
        found = {TEAM: self._card(TEAM, "team", None, team, of_team, of_team)}
        found[COORDINATOR] = self._card(COORDINATOR, "coordinator", None, tuple(self._coordination()), None, None)
        for one, lines in theirs.items():
            found[one.whose] = self._card(one.whose, one.name, one, lines, self._score(lines), of_team)
        return Made(found, tuple(skipped))

    def _lines(self, whose: Whose, name: str, of: Technician | None = None) -> Iterator[Line]:
        group = None if of is None else self._rules.group_of(of.teams, of.regions)
        rules = self._rules.within(group)
        for place, figure in enumerate(rules.technician):
            kpi = self._kpi(figure)
            found = self._whole(figure) if of is None else self._part(figure, of)
            yield self._line(whose, name, of, place, kpi, found, rules, group)

    def _coordination(self) -> Iterator[Line]:
        first = cards(self._tx, [self._week]).get(self._week, {}).get(COORDINATOR)
        kept = {line.figure: line for line in first.lines} if first is not None else {}
        is_over = self._period.now >= self._period.end
        for place, figure in enumerate(self._rules.coordinator):
            kpi = self._kpi(figure)
            if kpi.over == "instant" and is_over:
                minutes, by_hour = self._outside(kpi)
                line = kept.get(figure) or self._ended(place, kpi)
                yield replace(line, place=place, minutes_outside=minutes, minutes_by_hour=by_hour)
            else:
                yield self._line(COORDINATOR, "coordinator", None, place, kpi, self._whole(figure))

    def _ended(self, place: int, kpi: Kpi[Any]) -> Line:
        """Return what a figure of an instant was when the week ended."""
        value = self._went.value(kpi.name, self._period.last)
        needs = "" if kpi.name in self._went.courses else "what happened to tickets in that week"
        found = Measure(value, float(value or 0), sample=1, needs=needs)
        return self._line(COORDINATOR, "coordinator", None, place, kpi, found)

    def _outside(self, kpi: Kpi[Any]) -> tuple[float | None, Mapping[str, float]]:
        """Return for how many minutes of the week a figure was not what is wanted, and in which hours of the day."""
        (goal, _), span = self._wanted(kpi), self._period
        end = min(span.end, span.now)
        if kpi.over != "instant" or goal is None:
            return None, {}
        minutes = self._went.minutes_outside(kpi.name, goal, span.start, end)
        by_hour: dict[str, float] = defaultdict(float)
        hour = span.start.astimezone(UTC)
        while minutes and hour < end:
            following = hour + timedelta(hours=1)
            if found := self._went.minutes_outside(kpi.name, goal, hour, min(following, end)):
                by_hour[f"{hour.astimezone(span.zone):%H}"] += found
            hour = following
        return minutes, dict(sorted(by_hour.items()))

    @cached_property
    def _went(self) -> Went:
        return went(self._tx, self._period.start, self._period.now, self._period.zone, people=self._configured)

    def _line(  # noqa: PLR0917  # what a line is of
        self,
        whose: Whose,
        name: str,
        of: Technician | None,
        place: int,
        kpi: Kpi[Any],
        found: Measure,
        rules: ScorecardRules | None = None,
        group: str | None = None,
    ) -> Line:
        goal, profile = self._wanted(kpi, group)
        figure = told(kpi, found, goal, profile=profile)
        weight = 0 if rules is None else rules.weights.get(kpi.name, 0)
        wants = whose.kind is not Kind.COORDINATOR
        why = self._why(kpi, found, goal, weight) if wants else figure.needs and f"needs {figure.needs}"
        counts = wants and not why and goal is not None and figure.value is not None
        reached = scoring.attainment(figure.value or 0, goal, kpi.better) if counts and goal is not None else None
        pair, part = self._pair(kpi.name)
        mean = scoring.mean([value for value in self._values(whose, kpi.name) if value is not None])
        bad = scoring.against(kpi, found, goal)
        minutes, by_hour = (None, {}) if wants else self._outside(kpi)
        return Line(
            week=self._week,
            kind=whose.kind,
            person=name,
            connection=None if of is None else of.connection,
            technician_ref=None if of is None else whose.technician,
            place=place,
            figure=kpi.name,
            title=kpi.title,
            pair=pair,
            part=part,
            value=figure.value,
            unit=kpi.unit,
            better=kpi.better,
            numerator=figure.numerator,
            denominator=figure.denominator,
            sample=figure.sample,
            goal=figure.goal,
            profile=figure.profile,
            verdict=Verdict.TOO_FEW if wants and self._has_too_few(kpi, found) else figure.verdict,
            attainment=reached,
            weight=weight,
            before=mean,
            trend=scoring.trend(figure.value, mean),
            against=len(bad),
            records=tuple(dict.fromkeys(one.of.get("ticket") or one.record for one in bad))[:SHOWN],
            people=None,
            low=None,
            middle=None,
            high=None,
            minutes_outside=minutes,
            minutes_by_hour=by_hour,
            note=why,
        )

    def _card(  # noqa: PLR0917  # what a card is of
        self,
        whose: Whose,
        name: str,
        of: Technician | None,
        lines: tuple[Line, ...],
        individual: float | None,
        team: float | None,
    ) -> Issued:
        share = self._rules.share if whose.kind is Kind.TECHNICIAN else Fraction()
        past = [one[whose].card.score if whose in one else None for one in self._frozen]
        card = Card(
            week=self._week,
            kind=whose.kind,
            person=name,
            connection=None if of is None else of.connection,
            technician_ref=None if of is None else whose.technician,
            version=0,
            is_final=self._period.now >= self._period.end + self._rules.settles,
            issued_at=self._period.now,
            author="",
            reason=None,
            published_at=None,
            individual=individual,
            team=team if whose.kind is Kind.TECHNICIAN else None,
            score=scoring.shared(individual, team, share),
            mean=scoring.mean([one for one in past if one is not None]),
            slope=scoring.slope(past),
            differences=(),
        )
        return Issued(card, tuple(map(_paired(lines), lines)))

    def _spread(self, line: Line, theirs: Any) -> Line:
        values = [each.value for lines in theirs for each in lines if each.figure == line.figure and each.sample]
        known = scoring.spread(values)
        low, middle, high = known if known is not None else (None, None, None)
        return replace(line, people=len(values), low=low, middle=middle, high=high)

    def _score(self, lines: Sequence[Line]) -> float | None:
        return scoring.score((one.weight, one.attainment) for one in lines if one.attainment is not None)

    def _why(self, kpi: Kpi[Any], found: Measure, goal: Goal | None, weight: int) -> str:
        """Return why a figure counts in no score; empty = it counts."""
        if found.needs:
            return f"needs {found.needs}"
        if found.value is None:
            return "nothing to measure"
        if not weight:
            return "shown only"
        if goal is None:
            return "nobody said what is wanted"
        if self._has_too_few(kpi, found):
            return f"fewer than {self._rules.minimum(kpi.name)} records"
        return ""

    def _has_too_few(self, kpi: Kpi[Any], found: Measure) -> bool:
        return found.value is not None and found.sample < self._rules.minimum(kpi.name)

    def _pair(self, figure: str) -> tuple[str | None, Part | None]:
        for speed, quality in self._rules.pairs:
            if figure == speed:
                return quality, Part.SPEED
            if figure == quality:
                return speed, Part.QUALITY
        return None, None

    def _wanted(self, kpi: Kpi[Any], group: str | None = None) -> tuple[Goal | None, str | None]:
        """Return what is wanted of a figure, and whose goal that is."""
        if (goal := self._rules.goal(group, kpi.name)) is not None:
            return goal, group
        first = self._measuring.goal(kpi)
        return (kpi.goal, None) if first is None else (first.goal, first.profile)

    def _values(self, whose: Whose, figure: str) -> Iterator[float | None]:
        for week in self._frozen:
            if whose in week:
                yield from (line.value for line in week[whose].lines if line.figure == figure)

    def _kpi(self, name: str) -> Kpi[Any]:
        return kpi_named(self._features, name)[1]

    @cached_property
    def _figures(self) -> Sequence[str]:
        """Those of technicians, whatever group they are in."""
        every = (self._rules.within(group).technician for group in (None, *self._rules.groups))
        return tuple(dict.fromkeys(name for names in every for name in names))

    @cached_property
    def _measured(self) -> dict[str, Measure]:
        names = {*self._figures, *self._rules.coordinator}
        present = self._period.now < self._period.end
        kpis = [kpi for name in names if (kpi := self._kpi(name)).over == "period" or present]
        return {kpi.name: self._measuring.measure(kpi) for kpi in kpis}

    @cached_property
    def _divided(self) -> dict[tuple[str, str], Mapping[str, Measure]]:
        """Figures by technician, by their names and those of connections."""
        called = defaultdict[str, list[str]](list)
        for one in self._people:
            called[one.name].append(one.connection)
        alone = {name: connections[0] for name, connections in called.items() if len(connections) == 1}
        found = {}
        for figure in self._figures:
            whole, parts = self._whole(figure), defaultdict[str, list[Case]](list)
            for case in whole.cases:  # what came in a file, or was defined, is of no connection
                parts[case.connection or alone.get(case.of.get("technician") or "", "")].append(case)
            for connection, ours in parts.items():
                found[figure, connection] = replace(whole, cases=ours).by("technician")
        return found

    @cached_property
    def _people(self) -> Sequence[Technician]:
        return technicians(self._tx)

    def _whole(self, figure: str) -> Measure:
        return self._measured[figure]

    def _part(self, figure: str, of: Technician) -> Measure:
        whole = self._whole(figure)
        if whole.needs:
            return whole
        theirs = self._divided.get((figure, of.connection), {}).get(of.name)
        if theirs is not None:
            return theirs
        if whole.cases and not any(case.of.get("technician") for case in whole.cases):
            return Measure.missing("records that tell whose they are")
        return Measure(None, 0)


def _paired(lines: Sequence[Line]) -> Any:
    """Return what says of a fast figure that its quality fell behind: speed is not bought with quality."""
    missed = {one.figure: one.title for one in lines if one.part is Part.QUALITY and one.verdict is Verdict.MISSED}

    def said(line: Line) -> Line:
        if line.part is Part.SPEED and line.pair in missed and line.verdict is Verdict.MET:
            first = f"look at quality first: {missed[line.pair]} was missed"
            return replace(line, note=f"{line.note}; {first}" if line.note else first)
        return line

    return said
