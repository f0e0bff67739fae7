"""Tomorrow, and the week to come, as pages."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from servicedesk_core.faces import (
    Block,
    Capability,
    Counted,
    Counts,
    Looking,
    Manner,
    Table,
    dashboard,
)
from servicedesk_core.features.appointments import AppointmentQueries
from servicedesk_core.features.forecast import ForecastQueries
from servicedesk_core.features.plan.deciding import DAY, Ahead, ahead
from servicedesk_core.features.plan.model import PlanFilter
from servicedesk_core.features.plan.queries import PlanQueries


def _blocks(days: int) -> tuple[Block, ...]:
    def found(looking: Looking) -> Ahead:
        return ahead(looking.tx, looking.desk, looking.chosen.day, days)

    def given(looking: Looking) -> dict[str, Any]:
        tomorrow = looking.at.astimezone(ZoneInfo(looking.desk.timezone)).date() + DAY
        return {"day": looking.chosen.day or tomorrow, "days": days}

    def counted(looking: Looking) -> Iterator[Counted]:
        if looking.scope is not None:  # the time of the staff belongs to no client
            return
        many = Counter(one.kind for one in looking.once(found).gaps)
        opens = looking.opens(PlanQueries.gaps, **given(looking))
        yield Counted("missing", many.total(), opens, is_bad=bool(many))
        yield Counted(
            "appointments", len(looking.once(found).visits), looking.opens(AppointmentQueries.list, **given(looking))
        )
        yield Counted(
            "due before noon", len(looking.once(found).dues), looking.opens(PlanQueries.dues, **given(looking))
        )

    def rows(of: Callable[[Ahead], Any]) -> Callable[[Looking], Any]:
        return lambda looking: of(looking.once(found))

    return (
        Counts("In short", counted, needs=Capability.TICKETS_ASSIGN),
        Table("Missing, and what closes it", PlanQueries.gaps, given, rows(lambda one: one.gaps)),
        Table("Appointments", AppointmentQueries.list, given, rows(lambda one: one.visits), is_worked=True),
        Table("Due before noon", PlanQueries.dues, given, rows(lambda one: one.dues), is_worked=True),
        Table("Out", PlanQueries.out, given, rows(lambda one: one.out)),
    )


def _staffed(days: int) -> tuple[Block, ...]:
    return (Table("Technicians that tickets take, from today on", ForecastQueries.staffing, {"days": days}),)


class Plan(PlanQueries[Manner]):
    """The days to come."""

    tomorrow = dashboard(
        "plan.tomorrow",
        "Tomorrow",
        _blocks(1),
        about="Show tomorrow: what is missing and what closes it, appointments, dues before noon, and who is out.",
        filters=PlanFilter,
        needs=Capability.INTERNAL,
    )
    week = dashboard(
        "plan.week",
        "The week to come",
        (*_blocks(7), *_staffed(7)),
        about="Show the seven days from tomorrow on: what is missing and what closes it, appointments, dues, leave.",
        filters=PlanFilter,
        needs=Capability.INTERNAL,
    )
