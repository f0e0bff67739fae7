"""The schedule: technicians by hours, for a day and a week."""

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

FEATURE = Feature(
    name="schedule",
    about="Who is where, hour by hour, and how full everybody's days are.",
    section=Section.EVERY_DAY,
    queries=f"{__name__}.page:Schedule",
    needs=("appointments", "oncall", "rota"),
)
