"""Shift log: what one shift tells the next."""

from typing import TYPE_CHECKING

from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.shiftlog.model import LogLine as LogLine
    from servicedesk_core.features.shiftlog.queries import ShiftLogQueries as ShiftLogQueries
    from servicedesk_core.features.shiftlog.tables import written_since as written_since
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="shiftlog",
    about="What one shift tells the next.",
    queries=f"{__name__}.queries:ShiftLogQueries",
    actions=f"{__name__}.actions:ShiftLog",
    needs=("tickets",),
)
