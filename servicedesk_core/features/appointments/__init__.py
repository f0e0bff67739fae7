"""Appointments: who is where, when, for which tickets; what is booked, moved and cancelled through the outbox."""

from typing import TYPE_CHECKING

from servicedesk_core.domain.calendars import PUT
from servicedesk_core.faces import JobKind, Section
from servicedesk_core.features import Feature

FEATURE = Feature(
    name="appointments",
    about="Appointments with their tickets and technicians, and when somebody is free for one.",
    section=Section.EVERY_DAY,
    queries=f"{__name__}.queries:AppointmentQueries",
    actions=f"{__name__}.actions:Appointments",
    automatic=f"{__name__}.events:ACTS",
    definitions=f"{__name__}.kinds:KINDS",
    jobs=(
        JobKind(
            "appointments",
            "Keeps appointments in technicians' own calendars.",
            "every 5 minutes",
            f"{__name__}.jobs:follow",
            applies=lambda settings: any(PUT in one.writes for one in settings.connections.values()),
        ),
    ),
    guards={"appointments": f"{__name__}.guard:GUARD"},
    needs=("calendars", "definitions", "kpi", "rota", "skills", "standing", "tickets", "writes"),
)

if TYPE_CHECKING:
    from servicedesk_core.features.appointments.changing import changed as changed
    from servicedesk_core.features.appointments.guard import refuse_clash as refuse_clash
    from servicedesk_core.features.appointments.jobs import keep_behind as keep_behind
    from servicedesk_core.features.appointments.model import AppointmentRow as AppointmentRow
    from servicedesk_core.features.appointments.model import Slot as Slot
    from servicedesk_core.features.appointments.queries import AppointmentQueries as AppointmentQueries
    from servicedesk_core.features.appointments.rules import ProjectWork as ProjectWork
    from servicedesk_core.features.appointments.rules import committed as committed
    from servicedesk_core.features.appointments.rules import overlaps as overlaps
    from servicedesk_core.features.appointments.tables import CHANGE as CHANGE
    from servicedesk_core.features.appointments.tables import Booked as Booked
    from servicedesk_core.features.appointments.tables import record_of as record_of
    from servicedesk_core.features.appointments.tables import row_of as row_of
    from servicedesk_core.features.appointments.tables import rows_between as rows_between
    from servicedesk_core.features.appointments.times import Person as Person
    from servicedesk_core.features.appointments.times import Times as Times
    from servicedesk_core.features.appointments.times import times_of as times_of
else:
    from servicedesk_core.exports import lazily

    __getattr__, __dir__ = lazily(__name__, __file__)
