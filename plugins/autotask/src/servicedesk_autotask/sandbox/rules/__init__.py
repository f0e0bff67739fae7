"""What the vendor does around a write: defaults, checks and side effects per entity."""

from servicedesk_autotask.sandbox.desk import telling
from servicedesk_autotask.sandbox.rules import activity, charges, helpers, stamps, tickets, webhooks
from servicedesk_autotask.sandbox.rules.types import Rules

RULES: dict[str, Rules] = {
    "Tickets": Rules(
        prepare=(tickets.complete_row,), check=(tickets.check,), effects=(tickets.record_history, telling("Tickets"))
    ),
    "TicketNotes": Rules(
        prepare=(stamps.note,),
        check=(activity.check_note,),
        effects=(activity.note_touches_ticket, telling("TicketNotes")),
    ),
    "TimeEntries": Rules(
        prepare=(activity.complete_time,), check=(activity.check_time,), effects=(activity.time_touches_ticket,)
    ),
    "Contacts": Rules(prepare=(stamps.contact,), effects=(telling("Contacts"),)),
    "Companies": Rules(prepare=(stamps.company,), effects=(telling("Companies"),)),
    "ConfigurationItems": Rules(prepare=(stamps.asset,), effects=(telling("ConfigurationItems"),)),
    **webhooks.RULES,
    "ServiceCalls": Rules(prepare=(stamps.service_call,)),
    "Appointments": Rules(prepare=(stamps.appointment,)),
    "CompanyNotes": Rules(prepare=(stamps.company_note,)),
    "ProjectNotes": Rules(prepare=(stamps.note,)),
    "TaskNotes": Rules(prepare=(stamps.note,)),
    "Tasks": Rules(prepare=(stamps.task,)),
    "Opportunities": Rules(prepare=(stamps.opportunity,)),
    "Projects": Rules(prepare=(stamps.task,)),
    "Phases": Rules(prepare=(stamps.phase,)),
    "Services": Rules(prepare=(stamps.service,)),
    "TicketSecondaryResources": Rules(check=(helpers.check,)),
    "TicketChecklistItems": Rules(prepare=(stamps.checklist_item,)),
    "TicketCharges": Rules(prepare=(charges.complete,), check=(charges.check,)),
}

__all__ = ["RULES", "Rules"]
