"""What is measured of quality."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

from servicedesk_core.faces import Capability, Case, Kpi, Measure, Period, Sum
from servicedesk_core.features.quality.answers import FEWEST, cases
from servicedesk_core.features.quality.kinds import Asks
from servicedesk_core.features.quality.tables import answers, concerns, reviews
from servicedesk_core.store import Tx
from servicedesk_core.store.queries.scope import Scope

_PERCENT: Final = 100


def _asked(asks: Asks, scale: int) -> Callable[..., Measure]:
    def measure(tx: Tx, period: Period, among: Any = None, scope: Scope | None = None) -> Measure:
        del among
        known = answers.surveys(tx, period.now)
        if not any(one.asks is asks for one in known):
            return Measure.missing(f'the scale of a survey: define [surveys.NAME] with asks = "{asks}"')
        told = cases(answers.of_clients(tx, period, scope), known, asks, period.now)
        return Measure.of(told, Sum.MEAN, scale=scale, minimum=FEWEST)

    return measure


def _staff(tx: Tx, period: Period, among: Any = None, scope: Scope | None = None) -> Measure:
    del among
    if scope is not None:
        return Measure.missing("the whole desk; our people belong to no client")
    values, untold = answers.of_staff(tx, period, period.now)
    if not values:
        return Measure.missing(f"at least {FEWEST} answers of one month to a survey that asks staff")
    return Measure(
        sum(values) / len(values),
        sum(values),
        len(values),
        excluded=untold,
        sample=len(values),
        minimum=FEWEST,
    )


def _responded(tx: Tx, period: Period, among: Any = None, scope: Scope | None = None) -> Measure:
    del among
    found = answers.sent(tx, period, scope)
    return Measure.of(
        (Case(ref, is_answered, 1, of=of, connection=connection) for connection, ref, is_answered, of in found),
        Sum.RATIO,
        scale=_PERCENT,
    )


def _passed(tx: Tx, period: Period, among: Any = None, scope: Scope | None = None) -> Measure:
    del among
    found = Measure.of(reviews.done(tx, period, scope), Sum.RATIO, scale=_PERCENT)
    return (
        found if found.sample else Measure.missing('reviews of that time; "servicedesk quality sample" draws tickets')
    )


def _covered(tx: Tx, period: Period, among: Any = None, scope: Scope | None = None) -> Measure:
    del among
    return Measure.of(reviews.looked_at(tx, period, scope), Sum.RATIO, scale=_PERCENT)


def _late(tx: Tx, at: datetime, among: Any = None, scope: Scope | None = None) -> Measure:
    del among
    if scope is not None:
        return Measure.missing("the whole desk; concerns may be about any client")
    return Measure.of(_open(tx, at), Sum.TOTAL)


def _open(tx: Tx, at: datetime) -> Iterator[Case]:
    for one in concerns.still_open(tx):
        yield Case(str(one.number), one.due_on < at.date(), of={"owner": one.owner})


KPIS: Final = (
    Kpi(
        "satisfaction", "Client satisfaction",
        "Mean of the clients' answers in the period, on the scale from 1 to 5, whatever the scale of their survey. Of "
        "several answers of one contact about one ticket the last one counts.",
        _asked(Asks.SATISFACTION, 1), unit="points", better="more", over="period", code="K08", leads=False,
        example="5, 5, 4, 5 and 5: 4.8.",
    ),
    Kpi(
        "promoter-score", "Net promoter score",
        "Of the answers from 0 to 10, the share of 9 and 10 less the share of 0 to 6, in percent points.",
        _asked(Asks.RECOMMENDATION, _PERCENT), unit="points", better="more", over="period", code="K29",
        leads=False,
        example="Of 10 answers 6 are 9 or 10 and 2 at most 6: 40.",
    ),
    Kpi(
        "survey-response", "Surveys answered",
        "Of the surveys that the PSA sent in the period, those that were answered.",
        _responded, unit="%", better="more", over="period",
        example="Of 200 surveys sent 50 were answered: 25 %.",
    ),
    Kpi(
        "quality-score", "Quality score", "Of the reviews of the period, those that the work passed.",
        _passed, unit="%", better="more", over="period", code="K15", leads=False, needs=Capability.QUALITY_READ,
        example="Of 40 reviews 38 were passed: 95 %.",
    ),
    Kpi(
        "review-coverage", "Tickets reviewed",
        "Of the tickets resolved in the period that somebody was assigned to, those that were reviewed.",
        _covered, unit="%", better="more", over="period", leads=True, needs=Capability.QUALITY_READ,
        example="Of 400 tickets resolved 40 were reviewed: 10 %.",
    ),
    Kpi(
        "employee-satisfaction", "Employee satisfaction",
        f"Mean of our people's answers, on the scale from 1 to 5. A month with less than {FEWEST} answers, or "
        "that is not over, is not told, and nothing says who gave them.",
        _staff, unit="points", better="more", over="period", code="K17", leads=True,
        example="Of 8 answers the mean is 4.5; of 4 it is not told.",
    ),
    Kpi(
        "concerns-late", "Concerns past their day", "Open concerns whose day has passed.", _late, unit="concerns",
        needs=Capability.QUALITY_READ,
        example="Of 3 open concerns the day of 1 has passed: 1.",
    ),
)  # fmt: skip
"""All of them."""
