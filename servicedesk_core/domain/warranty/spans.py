"""Covers as spans of days: what they cover together, and where they leave gaps."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from servicedesk_core.domain.warranty.coverage import Entitlement

_DAY = timedelta(days=1)


class Span(NamedTuple):
    """Days from ``first`` to ``last``, both included."""

    first: date
    last: date


def hardware_spans(entitlements: Iterable[Entitlement]) -> tuple[Span, ...]:
    """Return the days that certainly are covered, in order; covers that overlap or touch are one span.

    A cover that ends on one day and one that starts on the next leave no gap. A cover without a start counts from the
    beginning of time; one without an end, or that may not be for the hardware, proves nothing and is left out.

    Args:
        entitlements: All covers of one device.
    """
    spans: list[Span] = []
    proven = sorted(
        (row.starts_on or date.min, row.ends_on) for row in entitlements if row.covers_hardware and row.ends_on
    )
    for first, last in proven:
        if last < first:
            continue
        if spans and (spans[-1].last == date.max or first <= spans[-1].last + _DAY):
            spans[-1] = Span(spans[-1].first, max(spans[-1].last, last))
        else:
            spans.append(Span(first, last))
    return tuple(spans)


def gaps(entitlements: Iterable[Entitlement]) -> tuple[Span, ...]:
    """Return the uncovered days between covers.

    Args:
        entitlements: All covers of one device.
    """
    spans = hardware_spans(entitlements)
    return tuple(Span(a.last + _DAY, b.first - _DAY) for a, b in pairwise(spans))


def covered_until(entitlements: Iterable[Entitlement], day: date) -> date | None:
    """Return the last day of the unbroken cover that holds on a day; ``None`` when none certainly does.

    Args:
        entitlements: All covers of one device.
        day: The day to begin at.
    """
    return next((span.last for span in hardware_spans(entitlements) if span.first <= day <= span.last), None)


def hardware_end(entitlements: Iterable[Entitlement]) -> date | None:
    """Return the last day of all hardware cover, past or future; ``None`` when no cover has a proven end.

    Args:
        entitlements: All covers of one device.
    """
    spans = hardware_spans(entitlements)
    return spans[-1].last if spans else None
