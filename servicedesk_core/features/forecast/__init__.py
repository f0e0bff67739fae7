"""The forecast: how many tickets come, and how many technicians that takes."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

FEATURE = Feature(
    name="forecast",
    about="How many tickets come, and how many technicians that takes.",
    section=Section.EVERY_DAY,
    queries=f"{__name__}.queries:ForecastQueries",
    definitions=f"{__name__}.kinds:KINDS",
    needs=("appointments", "attention", "definitions", "rota", "skills", "tickets"),
)

if TYPE_CHECKING:
    from servicedesk_core.features.forecast.queries import ForecastQueries as ForecastQueries
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
