"""Wall screens: one page of the desk where everybody who passes sees it."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.walls.model import WallState as WallState
    from servicedesk_core.features.walls.tables import LONGEST as LONGEST
    from servicedesk_core.features.walls.tables import Kept as Kept
    from servicedesk_core.features.walls.tables import is_link_of as is_link_of
    from servicedesk_core.features.walls.tables import is_worth_keeping as is_worth_keeping
    from servicedesk_core.features.walls.tables import note_use as note_use
    from servicedesk_core.features.walls.tables import opened as opened
    from servicedesk_core.features.walls.tables import shown_on as shown_on
    from servicedesk_core.features.walls.tables import state_of as state_of
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="walls",
    about="Pages of the console on wall screens.",
    section=Section.DECISIONS,
    queries=f"{__name__}.queries:WallQueries",
    actions=f"{__name__}.actions:Walls",
)
