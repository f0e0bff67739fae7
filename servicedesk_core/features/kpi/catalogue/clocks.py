"""Promises that were kept, and how fast clients were answered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from servicedesk_core.domain import Priority
from servicedesk_core.faces import Case, Kpi, Measure, Sum
from servicedesk_core.features.kpi.baselines import before
from servicedesk_core.features.kpi.cases.facts import ClockFact, Facts, TicketFact
from servicedesk_core.features.kpi.cases.measures import HOURS, PERCENT, FromFacts, Of
from servicedesk_core.features.sla import Clock, Outcome

_JUDGED: Final = (Outcome.MET, Outcome.MISSED)
_RANKED: Final = (Outcome.UNKNOWN, Outcome.MISSED, Outcome.MET, Outcome.EXEMPT)
_WHY: Final[Mapping[Outcome, str]] = {
    Outcome.EXEMPT: "exempt",
    Outcome.UNKNOWN: "its past is not known",
    Outcome.NOT_APPLICABLE: "nothing was promised",
}


def attained(clock: Clock, facts: Facts) -> Iterator[Case]:
    """Yield the clocks that were decided in the period, each life of a ticket for itself."""
    for one in facts.clocks:
        at = one.decided_at or one.stopped_at
        if one.clock is clock and facts.period.holds(at) and one.outcome is not Outcome.OPEN:
            yield _case(facts.by_key.get(one.ticket), one.ticket[1], one.outcome)


def compliant(facts: Facts) -> Iterator[Case]:
    """Yield the tickets that were resolved in the period, and which of them kept every promise."""
    held: dict[tuple[str, str], list[ClockFact]] = {}
    for one in facts.clocks:
        held.setdefault(one.ticket, []).append(one)
    for key, clocks in held.items():
        ended = (one.stopped_at for one in clocks if one.clock is Clock.COMPLETION and one.is_stopped)
        if any(facts.period.holds(at) for at in ended):
            outcomes = {one.outcome for one in clocks}
            worst = next((one for one in _RANKED if one in outcomes), Outcome.NOT_APPLICABLE)
            yield _case(facts.by_key.get(key), key[1], worst)


def _case(ticket: TicketFact | None, ref: str, outcome: Outcome) -> Case:
    why = "" if outcome in _JUDGED else _WHY[outcome]
    met = outcome is Outcome.MET
    return ticket.case(met, 1, why) if ticket is not None else Case(ref, met, 1, why)


def answered(facts: Facts, *, urgent: bool) -> Iterator[Case]:
    """Yield how long the first answer took, of the tickets that got it in the period."""
    for one in facts.tickets:
        at, created = facts.responses.get(one.key), one.created_at
        if at is None or not facts.period.holds(at) or (one.of.get("priority") == Priority.P1) is not urgent:
            continue
        if created is None or at < created:
            yield one.case(0, 1, "answered before it was created" if created else "nobody said when it began")
        else:
            yield one.case((at - created) // timedelta(seconds=1), 1)


@dataclass(frozen=True, slots=True)
class Improvement(FromFacts):
    """How much less a mean time is than it was by the baseline, in percent.

    Attributes:
        name: The name of its figure.
        code: The number of that.
        now: How it is measured.
    """

    name: str
    code: str
    now: Of

    def of(self, facts: Facts) -> Measure:
        """Measure it from facts, which many figures may share."""
        hours = before(facts.baselines, self.name, self.code)
        if not hours:
            return Measure.missing(f"{self.name} in [baselines]")
        was_s = round(hours * 3600)
        cases = (one._replace(numerator=was_s - one.numerator, denominator=was_s) for one in self.now.cases(facts))
        return Measure.of(cases, Sum.RATIO, scale=PERCENT)


def _attainment(clock: Clock, code: str, about: str, example: str) -> Kpi[Of]:
    measure = Of(partial(attained, clock), Sum.RATIO, PERCENT, needs=("clocks",))
    title = f"{clock.value.capitalize()} in time"
    return Kpi(
        f"sla-{clock.value}", title, about, measure, unit="%", better="more", over="period", code=code, leads=False,
        example=example,
    )  # fmt: skip


_STANDARD: Final = Of(partial(answered, urgent=False), Sum.MEAN, HOURS)

KPIS: Final = (
    Kpi(
        "sla-compliance", "Tickets that kept every promise",
        "Of the tickets resolved in the period to which something was promised, those whose clocks were all met.",
        Of(compliant, Sum.RATIO, PERCENT, needs=("clocks",)),
        unit="%", better="more", over="period", code="K01", leads=False,
        example="Of 100 tickets resolved 89 kept all of their clocks: 89 %.",
    ),
    _attainment(
        Clock.TRIAGE, "K02", "Of the triage clocks that were decided in the period, those that were met.",
        "100 clocks were decided and 98 met: 98 %, which is more than 97 %.",
    ),
    _attainment(
        Clock.ENGAGEMENT, "K03", "Of the engagement clocks that were decided in the period, those met.",
        "100 clocks were decided and 95 met: 95 %, which is not more than 95 %.",
    ),
    _attainment(
        Clock.COMPLETION, "K04", "Of the completion clocks that were decided in the period, those met.",
        "100 clocks were decided and 91 met: 91 %.",
    ),
    Kpi(
        "response-emergency", "Response time, emergencies",
        "Elapsed time from creation to the first response, of tickets with priority P1 that got it in the period. The "
        "first response is the first public note or work of a technician, or the booking of an appointment, whichever "
        "came first; where none of that is known, what the vendor says.",
        Of(partial(answered, urgent=True), Sum.MEAN, HOURS), unit="hours", over="period", code="K05", leads=False,
        example="Answered after 30, 95 and 210 minutes: 1.86 hours; the median is 1.58.",
    ),
    Kpi(
        "response-standard", "Response time, all others",
        "The same of all other tickets.",
        _STANDARD, unit="hours", over="period", code="K06", leads=False,
        example="Answered after 2, 4 and 12 hours: 6 hours; the median is 4.",
    ),
    Kpi(
        "response-improvement", "Response improved",
        "By how much the response to all other tickets is faster than it was by the last of the [baselines].",
        Improvement("response-standard", "K06", _STANDARD),
        unit="%", better="more", over="period", code="K33", leads=False,
        example="6 hours at the beginning and 3 now: 50 %.",
    ),
)  # fmt: skip
"""What is measured of promises."""
