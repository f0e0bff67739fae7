"""Appointments: who is where, when, for which tickets; what is booked, moved and cancelled through the outbox."""

from typing import TYPE_CHECKING

from servicedesk_core.faces import Section
from servicedesk_core.features import Feature

FEATURE = Feature(
    name="appointments",
    about="Appointments with their tickets and technicians, and when somebody is free for one.",
    section=Section.EVERY_DAY,
    queries=f"{__name__}.queries:AppointmentQueries",
    actions=f"{__name__}.actions:Appointments",
    guards={"appointments": f"{__name__}.guard:GUARD"},
    needs=("calendars", "kpi", "rota", "skills", "tickets", "writes"),
)

if TYPE_CHECKING:
    from servicedesk_core.features.appointments.changing import changed as changed
    from servicedesk_core.features.appointments.guard import refuse_clash as refuse_clash
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
