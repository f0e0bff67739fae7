"""Scorecards: what a week was like for each technician, the coordinator and the team, and what was agreed about it."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import JobKind
from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.scorecards.queries import ScorecardQueries as ScorecardQueries
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="scorecards",
    about="Weekly cards of the team, the coordinator and each technician.",
    queries=f"{__name__}.queries:ScorecardQueries",
    actions=f"{__name__}.actions:Scorecards",
    jobs=(
        JobKind(
            "scorecards",
            "Issues the scorecards of a week at its close, and the final ones after late entries.",
            "every 30 minutes",
            f"{__name__}.jobs:issue",
        ),
    ),
    definitions=f"{__name__}.kinds:KINDS",
    needs=("definitions", "kpi", "sla"),
)
