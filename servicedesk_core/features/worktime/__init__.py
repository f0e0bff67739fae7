"""Work time: call-outs, the list for payroll, and when teams are away."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

FEATURE = Feature(
    name="worktime",
    about="Call-outs, the list for payroll, and when teams are away.",
    section=Section.EVERY_DAY,
    queries=f"{__name__}.queries:WorkTime",
    needs=("definitions", "kpi", "oncall", "rota", "skills"),
)

if TYPE_CHECKING:
    from servicedesk_core.features.worktime.queries import WorkTime as WorkTime
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
