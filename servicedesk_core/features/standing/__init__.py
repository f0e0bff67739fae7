"""Standing approvals: what the desk may do without asking, who let it, within which limits, and until when."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import JobKind, Section
from servicedesk_core.features import Feature

FEATURE = Feature(
    name="standing",
    about="What the desk may do without asking: standing approvals.",
    section=Section.DECISIONS,
    queries=f"{__name__}.queries:StandingQueries",
    actions=f"{__name__}.actions:StandingActs",
    jobs=(
        JobKind(
            "standing",
            "Does what standing approvals let automatic acts do, and ends those that have expired.",
            "every 5 minutes",
            f"{__name__}.jobs:act",
            applies=lambda settings: any(connection.writes for connection in settings.connections.values()),
        ),
    ),
    alert_rules=(f"{__name__}.evaluate:conditions",),
    definitions=f"{__name__}.kinds:KINDS",
    looks_over=f"{__name__}.coverage:look_over",
    needs=("definitions",),
)

if TYPE_CHECKING:
    from servicedesk_core.features.standing.kinds import APPROVALS as APPROVALS
    from servicedesk_core.features.standing.kinds import ActMode as ActMode
    from servicedesk_core.features.standing.kinds import StandingApproval as StandingApproval
    from servicedesk_core.features.standing.queries import StandingQueries as StandingQueries
    from servicedesk_core.features.standing.tables import Book as Book
    from servicedesk_core.features.standing.tables import held_back as held_back
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
