"""The figures of a coordinator at the present instant."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any, Final

from servicedesk_core.faces import Figure, Kpi, Looking, Measure
from servicedesk_core.features.definitions import in_force
from servicedesk_core.features.kpi.catalogue.now import KPIS
from servicedesk_core.features.kpi.goals import GOALS, against, deciding, in_order
from servicedesk_core.features.kpi.now.coordinator import OpenDesk, OpenTicket, Those, When, is_held_too_long
from servicedesk_core.features.kpi.now.past import Went
from servicedesk_core.store import Tx


@dataclass(frozen=True, slots=True)
class HeldFigures:
    """What a process that is asked again and again lends its store: it counts the open tickets from memory.

    Attributes:
        now: Returns what :func:`kept_up` does, with how they went today; ``None`` = they are to be measured.
    """

    now: Callable[[Looking], tuple[Figure, ...] | None]


def is_over_estimate(one: OpenTicket, _: When) -> bool:
    """Whether more was worked on it than was planned."""
    return bool(one.estimated_s) and (one.worked_s or 0) > (one.estimated_s or 0)


HOLDS: Final[Mapping[str, Callable[[OpenTicket, When], bool]]] = {
    kpi.name: kpi.measure.cases.are for kpi in KPIS if isinstance(kpi.measure.cases, Those)
} | {"on-hold-past-due": is_held_too_long, "worked-by-estimate": is_over_estimate}
"""Which open tickets are worked to keep up each figure that is one of tickets."""


def judged(tx: Tx, at: datetime, kpi: Kpi[Any], found: Measure) -> Figure:
    """Return a figure that was measured, against the goal that holds at an instant."""
    return against(deciding(kpi, in_order(in_force(tx, GOALS, at))), kpi, found)


def kept_up(tx: Tx, opened: OpenDesk, past: Went | None = None) -> tuple[Figure, ...]:
    """Return the figures of a coordinator at the present instant, each against its goal.

    Args:
        tx: A transaction.
        opened: The open tickets at that instant, in whose zone days begin.
        past: How they went today; with it, the minutes outside of the goal since midnight are told too.
    """
    return measured_up(tx, opened.now, lambda kpi: kpi.measure.of(opened), past)


def measured_up(
    tx: Tx, at: datetime, measure: Callable[[Kpi[Any]], Measure], past: Went | None = None
) -> tuple[Figure, ...]:
    """Return the same as somebody measures them.

    Args:
        tx: A transaction.
        at: The present instant, in whose zone days begin.
        measure: Measures one of them.
        past: See there.
    """
    profiles, midnight = in_order(in_force(tx, GOALS, at)), datetime.combine(at.date(), time(), at.tzinfo)
    figures = []
    for kpi in KPIS:
        goal, minutes = deciding(kpi, profiles), None
        if past is not None and goal is not None:
            minutes = past.minutes_outside(kpi.name, goal.goal, midnight, at)
        figures.append(replace(against(goal, kpi, measure(kpi)), minutes_outside=minutes))
    return tuple(figures)
