"""KPIs over a period: their catalogue, goals in profiles, and every number with the records behind it."""

from typing import TYPE_CHECKING

from servicedesk_core.features import Feature

FEATURE = Feature(
    name="kpi",
    about="Figures with their goals, and the records behind each.",
    queries=f"{__name__}.lists:KpiLists",
    actions=f"{__name__}.actions:Kpis",
    kpis=f"{__name__}.catalogue.whole:KPIS",
    definitions=f"{__name__}.goals:KINDS",
    needs=("attention", "clients", "definitions", "oncall", "profit", "rota", "skills", "sla", "tickets"),
)

if TYPE_CHECKING:
    from servicedesk_core.features.kpi.cases.facts import Facts as Facts
    from servicedesk_core.features.kpi.cases.facts import Key as Key
    from servicedesk_core.features.kpi.cases.facts import Work as Work
    from servicedesk_core.features.kpi.cases.measures import Of as Of
    from servicedesk_core.features.kpi.catalogue.now import NO_CLOCKS as NO_CLOCKS
    from servicedesk_core.features.kpi.catalogue.whole import KPIS as KPIS
    from servicedesk_core.features.kpi.catalogue.work import is_reactive as is_reactive
    from servicedesk_core.features.kpi.catalogue.work import months_of as months_of
    from servicedesk_core.features.kpi.catalogue.work import reactive_hours as reactive_hours
    from servicedesk_core.features.kpi.dimensions import DIMENSIONS as DIMENSIONS
    from servicedesk_core.features.kpi.goals import WORK_KINDS as WORK_KINDS
    from servicedesk_core.features.kpi.goals import WorkKinds as WorkKinds
    from servicedesk_core.features.kpi.lists import KpiLists as KpiLists
    from servicedesk_core.features.kpi.measuring import Measuring as Measuring
    from servicedesk_core.features.kpi.measuring import kpi_named as kpi_named
    from servicedesk_core.features.kpi.now.adding import Added as Added
    from servicedesk_core.features.kpi.now.adding import OfList as OfList
    from servicedesk_core.features.kpi.now.coordinator import UNDATED as UNDATED
    from servicedesk_core.features.kpi.now.coordinator import UNPLANNED as UNPLANNED
    from servicedesk_core.features.kpi.now.coordinator import OpenDesk as OpenDesk
    from servicedesk_core.features.kpi.now.coordinator import OpenTicket as OpenTicket
    from servicedesk_core.features.kpi.now.coordinator import When as When
    from servicedesk_core.features.kpi.now.coordinator import in_order as in_order
    from servicedesk_core.features.kpi.now.coordinator import is_ready as is_ready
    from servicedesk_core.features.kpi.now.coordinator import is_unassigned as is_unassigned
    from servicedesk_core.features.kpi.now.coordinator import ready as ready
    from servicedesk_core.features.kpi.now.course import COUNTED as COUNTED
    from servicedesk_core.features.kpi.now.course import OF_CLOCKS as OF_CLOCKS
    from servicedesk_core.features.kpi.now.course import Coming as Coming
    from servicedesk_core.features.kpi.now.course import Marks as Marks
    from servicedesk_core.features.kpi.now.course import Tally as Tally
    from servicedesk_core.features.kpi.now.course import Value as Value
    from servicedesk_core.features.kpi.now.course import changes_of as changes_of
    from servicedesk_core.features.kpi.now.course import courses as courses
    from servicedesk_core.features.kpi.now.course import courses_from as courses_from
    from servicedesk_core.features.kpi.now.course import marks_of as marks_of
    from servicedesk_core.features.kpi.now.course import outside as outside
    from servicedesk_core.features.kpi.now.course import thresholds as thresholds
    from servicedesk_core.features.kpi.now.kept import HOLDS as HOLDS
    from servicedesk_core.features.kpi.now.kept import HeldFigures as HeldFigures
    from servicedesk_core.features.kpi.now.kept import judged as judged
    from servicedesk_core.features.kpi.now.kept import kept_up as kept_up
    from servicedesk_core.features.kpi.now.kept import measured_up as measured_up
    from servicedesk_core.features.kpi.now.lives import Surroundings as Surroundings
    from servicedesk_core.features.kpi.now.lives import lives_since as lives_since
    from servicedesk_core.features.kpi.now.opened import USUAL_HOURS as USUAL_HOURS
    from servicedesk_core.features.kpi.now.opened import open_desk as open_desk
    from servicedesk_core.features.kpi.now.opened import working_hours as working_hours
    from servicedesk_core.features.kpi.now.past import Went as Went
    from servicedesk_core.features.kpi.now.past import today as today
    from servicedesk_core.features.kpi.now.past import went as went
    from servicedesk_core.features.kpi.now.taken import LONGEST as LONGEST
    from servicedesk_core.features.kpi.now.taken import sessions as sessions
    from servicedesk_core.features.kpi.pages import unit as unit
    from servicedesk_core.features.kpi.periods import last as last
    from servicedesk_core.features.kpi.periods import month_of as month_of
    from servicedesk_core.features.kpi.periods import period_of as period_of
    from servicedesk_core.features.kpi.periods import quarter_of as quarter_of
    from servicedesk_core.features.kpi.periods import week_of as week_of
    from servicedesk_core.features.kpi.proposing import CLOCK_GOALS as CLOCK_GOALS
    from servicedesk_core.features.kpi.proposing import propose as propose
    from servicedesk_core.features.kpi.queries import Goals as Goals
    from servicedesk_core.features.kpi.queries import MeasuringDesk as MeasuringDesk
    from servicedesk_core.features.kpi.queries import PeriodName as PeriodName
    from servicedesk_core.features.kpi.queries import divided as divided
    from servicedesk_core.features.kpi.tables.closing import closed as closed
    from servicedesk_core.features.kpi.tables.closing import courses_of as courses_of
    from servicedesk_core.features.kpi.tables.facts import StoredFacts as StoredFacts
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
