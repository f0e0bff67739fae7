"""What a technician takes next, and why: one order for the command line, the phone and the console."""

from typing import TYPE_CHECKING

from servicedesk_core.features import Feature

FEATURE = Feature(
    name="next",
    about="Show what a technician takes next, and why.",
    queries=f"{__name__}.queries:NextQueries",
    needs=("helpers", "kpi", "tickets"),
)

if TYPE_CHECKING:
    from servicedesk_core.features.next.rules import Upcoming as Upcoming
    from servicedesk_core.features.next.rules import upcoming as upcoming
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
