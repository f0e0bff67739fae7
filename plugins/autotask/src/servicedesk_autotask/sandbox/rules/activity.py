"""Notes and time entries, which also move their ticket's clocks."""

from typing import Any

from servicedesk_autotask.sandbox.desk import Act
from servicedesk_autotask.sandbox.values import parse_instant

VISIBLE = 1
GENERAL_ALLOCATION = 1
LONGEST_DAY = 24


def check_note(act: Act, sent: dict[str, Any]) -> list[str]:
    """A changed note must repeat its type and visibility."""
    if act.before is None:
        return [] if act.row["title"] else ["title is required"]
    return [
        f"Value does not exist for the required field {name}"
        for name in ("noteType", "publish")
        if sent.get(name.lower()) is None
    ]


def note_touches_ticket(act: Act) -> None:
    """A note is an activity of its ticket."""
    _touch(act, visible=act.row["publish"] == VISIBLE)


def complete_time(act: Act) -> None:
    """Hours from start and stop, stamps, and what is billed."""
    row = act.row
    if act.before is None:
        row["createDateTime"], row["creatorUserID"] = act.at, act.author
        row["impersonatorCreatorResourceID"] = act.impersonator
    else:
        row["impersonatorUpdaterResourceID"] = act.impersonator
    start, end = row["startDateTime"], row["endDateTime"]
    if row["hoursWorked"] is None and start and end:
        row["hoursWorked"] = round((parse_instant(end) - parse_instant(start)).total_seconds() / 3600, 4)
    if row["dateWorked"] is None and start:
        row["dateWorked"] = f"{start[:10]}T00:00:00Z"
    row["hoursToBill"] = 0.0 if row["isNonBillable"] else (row["hoursWorked"] or 0) + (row["offsetHours"] or 0)
    row["lastModifiedDateTime"], row["lastModifiedUserID"] = act.at, act.author


def check_time(act: Act, sent: dict[str, Any]) -> list[str]:  # noqa: ARG001  every check takes the body
    """Role, hours, date and work type."""
    row, errors = act.row, []
    timed = row["startDateTime"] and row["endDateTime"]
    if row["ticketID"] is not None and row["roleID"] is None:
        errors.append("TimeEntries for Tickets must have a roleID")
    if row["hoursWorked"] is None and not timed:
        errors.append("Must have at least one of hoursWorked or startDateTime/endDateTime")
    elif not 0 < (row["hoursWorked"] or 0) <= LONGEST_DAY:
        errors.append("hoursWorked must be greater than 0 and no more than 24")
    if row["dateWorked"] is None and row["startDateTime"] is None:
        errors.append("dateWorked is required when no value is supplied for startDateTime")
    contract = act.desk.store.get("Contracts", row["contractID"]) if row["contractID"] is not None else None
    if contract and contract["timeReportingRequiresStartAndStopTimes"] and not timed:
        errors.append("TimeEntries for Service tickets require a start and stop time.")
    code = row["billingCodeID"]
    found = act.desk.store.get("BillingCodes", code) if code is not None else None
    if found and not (found["isActive"] and found["useType"] == GENERAL_ALLOCATION):
        errors.append("The given allocation code is not an active general allocation code")
    return errors


def time_touches_ticket(act: Act) -> None:
    """A time entry is an activity of its ticket."""
    _touch(act, visible=False)


def _touch(act: Act, *, visible: bool) -> None:
    number = act.row["ticketID"]
    ticket = act.desk.store.get("Tickets", number) if number is not None else None
    if ticket is None:
        return
    ticket["lastActivityDate"], ticket["lastActivityResourceID"] = act.at, act.author
    ticket["lastActivityPersonType"] = 1
    if visible:
        ticket["lastCustomerVisibleActivityDateTime"] = act.at
        if ticket["firstResponseDateTime"] is None:
            ticket["firstResponseDateTime"], ticket["firstResponseInitiatingResourceID"] = act.at, act.author
    act.desk.store.put("Tickets", [ticket])
