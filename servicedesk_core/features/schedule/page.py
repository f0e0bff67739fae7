"""The schedule as a page: hours, appointments, load, free time."""

from typing import Any, Final

from servicedesk_core.faces import (
    Block,
    Capability,
    Counted,
    Counts,
    Looking,
    Manner,
    Piece,
    Sentence,
    Table,
    dashboard,
)
from servicedesk_core.faces.dashboards import Told
from servicedesk_core.features.appointments import AppointmentQueries
from servicedesk_core.features.schedule.model import LEGEND, Loaded, ScheduleFilter, Verdict
from servicedesk_core.features.schedule.queries import ScheduleQueries, first_of

_MOST: Final = 500
_LABELS: Final = {Verdict.OVERLOADED: "days that are overloaded", Verdict.GAP: "days with a gap of two hours"}


def _legend(_: Looking) -> Told:
    return Told((Piece(LEGEND),), None)


def _days(looking: Looking) -> dict[str, Any]:
    week = looking.chosen.week
    return {"day": first_of(looking.desk, looking.chosen.day, week=week), "days": 7 if week else 1, "limit": 50}


def _loads(looking: Looking) -> list[Loaded]:
    chosen = looking.chosen
    asked = {"day": chosen.day, "week": chosen.week, "technician": chosen.technician, "limit": _MOST}
    return list(looking.ask(ScheduleQueries.load, **asked).items)


def _sums(looking: Looking) -> Any:
    if looking.scope is not None:  # the time of the staff belongs to no client
        return
    found = looking.once(_loads)
    for verdict, label in _LABELS.items():
        count = sum(one.verdict is verdict for one in found)
        opens = looking.opens(ScheduleQueries.load, verdict=verdict)
        yield Counted(label, count, opens, is_bad=verdict is Verdict.OVERLOADED and count > 0)


def _free(looking: Looking) -> dict[str, Any]:
    return {**_days(looking), "limit": 15}


def _blocks() -> tuple[Block, ...]:
    return (
        Table("Hours", ScheduleQueries.hours, {"limit": _MOST}),
        Sentence("How to read it", _legend, needs=Capability.INTERNAL),
        Table("Appointments", AppointmentQueries.list, _days, is_worked=True),
        Counts("To see to", _sums, needs=Capability.INTERNAL),
        Table("Load", ScheduleQueries.load, {"limit": _MOST}),
        Table("Free for an hour and more", AppointmentQueries.slots, _free),
    )


class Schedule(ScheduleQueries[Manner]):
    """The schedule of the desk."""

    show = dashboard(
        "schedule.show",
        "Schedule",
        _blocks(),
        about="Show who is where, hour by hour, for a day or a week: appointments, load, gaps and free time.",
        filters=ScheduleFilter,
        needs=Capability.INTERNAL,
    )
