"""The plan of tomorrow and of a week: what is booked, who is out, what is due, what is missing, and what closes it."""

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

FEATURE = Feature(
    name="plan",
    about="Tomorrow and the week to come: appointments, dues, leave, what is missing, and what closes it.",
    section=Section.EVERY_DAY,
    queries=f"{__name__}.page:Plan",
    needs=("appointments", "forecast", "kpi", "oncall", "rota", "skills", "tickets"),
)
