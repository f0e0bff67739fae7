"""Views: lists and pages with a filter, kept under a name."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

if TYPE_CHECKING:
    from servicedesk_core.features.views.queries import ViewQueries as ViewQueries
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)

FEATURE = Feature(
    name="views",
    about="Lists and pages with a filter, kept under a name.",
    section=Section.EVERY_DAY,
    queries=f"{__name__}.queries:ViewQueries",
    actions=f"{__name__}.actions:Views",
)
