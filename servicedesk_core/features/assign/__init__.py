"""Assignment: who takes which ticket, by skill, time and load.

:func:`servicedesk_core.features.assign.rules.rank` is pure: requirements and people in, a ranking with all reasons out.
"""

from servicedesk_core.features import Feature

FEATURE = Feature(
    name="assign",
    about="Gives tickets to technicians: who can take them, who does, and why.",
    queries=f"{__name__}.queries:AssignQueries",
    actions=f"{__name__}.actions:Assign",
    definitions=f"{__name__}.kinds:KINDS",
    needs=("attention", "definitions", "kpi", "rota", "skills", "sla", "tickets", "writes"),
)
