"""Calendars of technicians: when they are busy, besides what the desk has booked."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import JobKind, Section
from servicedesk_core.features import Feature

FEATURE = Feature(
    name="calendars",
    about="When technicians are busy by their own calendars, and how old that is.",
    section=Section.OTHER_SYSTEMS,
    queries=f"{__name__}.queries:Calendars",
    needs=("definitions", "skills"),
    jobs=(JobKind("calendars", "Reads when technicians are busy.", "every 15 minutes", f"{__name__}.jobs:read"),),
)

if TYPE_CHECKING:
    from servicedesk_core.features.calendars.tables import AHEAD as AHEAD
    from servicedesk_core.features.calendars.tables import TOO_OLD as TOO_OLD
    from servicedesk_core.features.calendars.tables import busy_between as busy_between
    from servicedesk_core.features.calendars.tables import read_at as read_at
    from servicedesk_core.features.calendars.tables import reads as reads
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
