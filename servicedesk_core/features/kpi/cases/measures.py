"""How a figure over a period is declared: the cases that it is made of, and how they are summed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fractions import Fraction
from typing import Any, Self

from servicedesk_core.config.configured import ConfiguredDesk
from servicedesk_core.config.people import Colleague
from servicedesk_core.faces import Case, Measure, Period, Sum
from servicedesk_core.features.kpi.cases.facts import Facts
from servicedesk_core.store.queries.scope import Scope


@dataclass(frozen=True, slots=True)
class FromFacts:
    """A figure that is measured from facts.

    Attributes:
        people: The people of the desk: they say whom a name in the definitions means.
    """

    people: Mapping[str, Colleague] = field(default_factory=dict, kw_only=True, compare=False)

    def on(self, desk: ConfiguredDesk) -> Self:
        """Return it as a desk measures it, with its people."""
        return replace(self, people=desk.roster)

    def of(self, facts: Facts) -> Measure:
        """Measure it from facts, which many figures may share."""
        raise NotImplementedError

    def __call__(self, tx: Any, period: Period, among: Any = None, scope: Scope | None = None) -> Measure:
        """Measure it from the store."""
        from servicedesk_core.features.kpi.tables.facts import StoredFacts  # noqa: PLC0415  # reads the store; the rest is pure

        del among
        return self.of(StoredFacts(tx, period, scope, people=self.people))


@dataclass(frozen=True, slots=True)
class Of(FromFacts):
    """A figure that is made of cases.

    Attributes:
        cases: Returns them.
        how: How they are summed.
        scale: What the sum is multiplied by for the unit of the figure: 100 for a percentage.
        needs: Streams without which there is nothing to measure; ``clocks`` are those of promises.
        settles: How long after the period it may still change.
        calendar: Whether it needs the hours of our people, and with them all that they did on a day.
        minimum: A smaller sample is not judged.
        opened: Whether it needs the desk's calendar.
        nothing: What would have to be there where there is no case at all; empty = nothing to measure is said plainly.
    """

    cases: Callable[[Facts], Iterable[Case]]
    how: Sum
    scale: Fraction | int = 1
    needs: tuple[str, ...] = ()
    settles: timedelta | None = None
    calendar: bool = False
    minimum: int = 0
    opened: bool = False
    nothing: str = ""

    def of(self, facts: Facts) -> Measure:
        """Measure it from facts, which many figures may share."""
        if lacking := self._lacking(facts):
            return Measure.missing(lacking)
        cases = tuple(self.cases(facts))
        if self.nothing and not cases:
            return Measure.missing(self.nothing)
        final_at = None if self.settles is None else facts.period.end + self.settles
        return Measure.of(
            cases,
            self.how,
            scale=self.scale,
            final_at=final_at if final_at is not None and final_at > facts.period.now else None,
            minimum=self.minimum,
        )

    def _lacking(self, facts: Facts) -> str:
        """Return what would have to be there to measure it; empty = everything is."""
        if missing := [one for one in self.needs if one != "clocks" and not facts.holds(one)]:
            return f"{' and '.join(missing).replace('_', ' ')}; nothing of that was synced"
        if "clocks" in self.needs and not facts.has_clocks:
            return "clocks: define policies in [sla]"
        if self.calendar and not facts.is_whole:
            return "the whole desk; a part of it does not tell what else somebody did that day"
        if self.calendar and facts.available_s is None:
            return "shifts, or a calendar that [sla] names"
        return "a calendar that [sla] names" if self.opened and facts.open_between_s is None else ""


PERCENT = 100
HOURS = Fraction(1, 3600)
MINUTES = Fraction(1, 60)
