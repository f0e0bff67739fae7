"""Recorded time: its role, its date, its hours."""

from datetime import timedelta
from typing import Any

from servicedesk_autotask.api.client import Api
from servicedesk_autotask.api.query import wire_instant
from servicedesk_autotask.writing.checking import Values, number_of
from servicedesk_autotask.writing.refusing import refused
from servicedesk_autotask.writing.roles import role_of
from servicedesk_autotask.writing.wire import Body
from servicedesk_core.errors import NotFoundError

LONGEST_S = 24 * 3600
_HOUR_S = 3600


async def new_entry(api: Api, ticket: int, values: Values) -> Body:
    """Return the fields of a new time entry.

    Args:
        api: The vendor; asked for the technician's role.
        ticket: The ticket that was worked on.
        values: Typed domain values.

    Raises:
        RejectedError: Hours, dates or role are not such as the vendor takes.
        NotFoundError: There is no such ticket.
    """
    resource = number_of(values["technician_ref"], "technician_ref")
    body: Body = {"ticketID": ticket, "resourceID": resource, **span(values)}
    row = await api.item("Tickets", ticket)
    if row is None:
        raise NotFoundError(f"Autotask has no ticket {ticket}, or hides it from the API user.")
    if values.get("role_ref") is not None:
        body["roleID"] = number_of(values["role_ref"], "role_ref")
    else:
        preferred = [row.get("assignedResourceRoleID")] if row.get("assignedResourceID") == resource else []
        body["roleID"] = await role_of(api, resource, preferred=preferred, name="role_ref")
    if values.get("billing_code_ref") is not None:
        body["billingCodeID"] = number_of(values["billing_code_ref"], "billing_code_ref")
    if values.get("is_billable") is not None:
        body["isNonBillable"] = not values["is_billable"]
    for ours, theirs in (("summary", "summaryNotes"), ("internal_notes", "internalNotes")):
        if values.get(ours):
            body[theirs] = str(values[ours]).replace("\x00", "")
    return body


def hours_of(values: Values) -> float | None:
    """Return the hours of an entry, from its seconds or from start and end; ``None`` when it says neither."""
    seconds = values.get("worked_s")
    if seconds is None and values.get("start_at") and values.get("end_at"):
        seconds = int((values["end_at"] - values["start_at"]).total_seconds())
    return None if seconds is None else round(seconds / _HOUR_S, 4)


def span(values: Values) -> dict[str, Any]:
    """Return when and how long an entry was worked.

    Raises:
        RejectedError: Hours or dates are not such as the vendor takes.
    """
    start, end, day = values.get("start_at"), values.get("end_at"), values.get("work_date")
    hours = hours_of(values)
    if start is not None and end is None and values.get("worked_s"):
        end = start + timedelta(seconds=values["worked_s"])
    if (start is None) != (end is None):
        raise refused("a start needs an end or a duration, and an end needs a start.", "start_at", "end_at")
    if start is not None and end is not None and end <= start:
        raise refused("it ends before it starts.", "end_at")
    if hours is None or not 0 < hours * _HOUR_S <= LONGEST_S:
        raise refused("Autotask takes more than 0 and at most 24 hours in one entry.", "worked_s")
    body: dict[str, Any] = {"hoursWorked": hours}
    if start is not None and end is not None:
        body |= {"startDateTime": wire_instant(start), "endDateTime": wire_instant(end)}
    # Without a day the vendor takes that of the start, in the technician's zone, which is not known here.
    return body if day is None else {**body, "dateWorked": f"{day.isoformat()}T00:00:00"}
