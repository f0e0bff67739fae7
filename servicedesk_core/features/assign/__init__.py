"""Assignment: who takes which ticket, by skill, time and load.

:func:`servicedesk_core.features.assign.rules.rank` is pure: requirements and people in, a ranking with all reasons out.
"""

from typing import TYPE_CHECKING

from servicedesk_core.faces import JobKind
from servicedesk_core.features import Feature

FEATURE = Feature(
    name="assign",
    about="Gives tickets to technicians: who can take them, who does, and why.",
    queries=f"{__name__}.queries:AssignQueries",
    actions=f"{__name__}.actions:Assign",
    automatic=f"{__name__}.automatic:ACTS",
    jobs=(
        JobKind("assign", "Gives tickets away under a standing approval.", "every 1 minute", f"{__name__}.jobs:give"),
    ),
    definitions=f"{__name__}.kinds:KINDS",
    needs=("appointments", "definitions", "kpi", "rota", "skills", "sla", "tickets", "travel", "writes"),
)

if TYPE_CHECKING:
    from servicedesk_core.features.assign.bench import Bench as Bench
    from servicedesk_core.features.assign.bench import Person as Person
    from servicedesk_core.features.assign.bench import Wanted as Wanted
    from servicedesk_core.features.assign.choosing import Choice as Choice
    from servicedesk_core.features.assign.choosing import chosen as chosen
    from servicedesk_core.features.assign.choosing import told as told
    from servicedesk_core.features.assign.choosing import why as why
    from servicedesk_core.features.assign.queries import SKILLS as SKILLS
    from servicedesk_core.features.assign.queries import required as required
    from servicedesk_core.features.assign.rules import LATE as LATE
    from servicedesk_core.features.assign.rules import Demand as Demand
    from servicedesk_core.features.assign.tables.deciding import tells_absences as tells_absences
    from servicedesk_core.features.assign.tables.kept import ensure_alone as ensure_alone
    from servicedesk_core.features.assign.tables.kept import is_as_it_was as is_as_it_was
    from servicedesk_core.features.assign.tables.kept import is_here as is_here
    from servicedesk_core.features.assign.tables.kept import keep as keep
    from servicedesk_core.features.assign.tables.people import USUAL_VISIT as USUAL_VISIT
    from servicedesk_core.features.assign.tables.people import bench_of as bench_of
    from servicedesk_core.features.assign.tables.wanted import Asked as Asked
    from servicedesk_core.features.assign.tables.wanted import asked_of as asked_of
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
