"""Travel: where clients and technicians are, how long the ways take, and in which order a day's visits are shortest."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import JobKind, Section
from servicedesk_core.features import Feature

FEATURE = Feature(
    name="travel",
    about="How long the ways to clients take, and the shortest order of a day's visits.",
    section=Section.EVERY_DAY,
    queries=f"{__name__}.queries:TravelQueries",
    actions=f"{__name__}.actions:Travel",
    jobs=(
        JobKind(
            "travel", "Asks a map how long the ways of the next days take.", "every 1 hour", f"{__name__}.jobs:ask"
        ),
    ),
    definitions=f"{__name__}.kinds:KINDS",
    needs=("appointments", "calendars", "definitions", "rota", "skills", "writes"),
)

if TYPE_CHECKING:
    from servicedesk_core.features.travel.tables import Ways as Ways
    from servicedesk_core.features.travel.tables import ways_of as ways_of
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
