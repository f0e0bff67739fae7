"""Tickets: number, clocks, assignment and history."""

from typing import Any

from servicedesk_autotask.sandbox.desk import COMPLETE, NEW, WORKFLOW_RESOURCE, Act
from servicedesk_autotask.sandbox.picklists import label
from servicedesk_autotask.sandbox.sla import TARGETS, result_row
from servicedesk_autotask.sandbox.values import plus

_TRACKED = ("status", "priority", "queueID", "assignedResourceID", "dueDateTime", "title", "serviceLevelAgreementID")
_NAMES = {"queueID": "Queue", "assignedResourceID": "Primary Resource", "dueDateTime": "Due Date"}


def complete_row(act: Act) -> None:
    """Fill in what the server keeps itself."""
    row, before = act.row, act.before
    if before is None:
        _first_values(act)
    _clocks(act)
    row["lastActivityDate"] = act.at
    row["lastActivityResourceID"] = act.author
    row["lastActivityPersonType"] = 1
    if before is None or any(act.changed(name) for name in row if not name.startswith("last")):
        row["lastTrackedModificationDateTime"] = act.at


def _first_values(act: Act) -> None:
    row = act.row
    row["ticketNumber"] = next_number(act)
    row["createDate"] = act.at
    row["creatorResourceID"], row["creatorType"] = act.author, 1
    row["impersonatorCreatorResourceID"] = act.impersonator
    row["ticketCategory"] = row["ticketCategory"] or 3
    row["ticketType"] = row["ticketType"] or 1
    targets = TARGETS.get(row["priority"])
    if targets and row["dueDateTime"] is None:
        row["dueDateTime"] = plus(act.at, hours=targets[2])
    if targets and row["serviceLevelAgreementID"] is not None:
        row["firstResponseDueDateTime"] = plus(act.at, hours=targets[0])
        row["resolvedDueDateTime"] = plus(act.at, hours=targets[2])


def _clocks(act: Act) -> None:
    row = act.row
    complete = row["status"] == COMPLETE
    if complete and row["completedDate"] is None:
        row["completedDate"] = row["resolvedDateTime"] = act.at
        row["completedByResourceID"] = act.author
        due = row["resolvedDueDateTime"]
        row["serviceLevelAgreementHasBeenMet"] = None if due is None else act.at <= due
    elif not complete:
        row["completedDate"] = row["completedByResourceID"] = row["resolvedDateTime"] = None
        row["serviceLevelAgreementHasBeenMet"] = None
    if row["status"] not in {NEW, None} and row["firstResponseDateTime"] is None:
        row["firstResponseDateTime"] = act.at
        row["firstResponseInitiatingResourceID"] = act.author
        row["firstResponseAssignedResourceID"] = row["assignedResourceID"]


def next_number(act: Act) -> str:
    """The next ticket number of the day."""
    day = act.at[:10].replace("-", "")
    found = act.desk.store.db.execute(
        "SELECT max(ticketNumber) FROM Tickets "
        "WHERE ticketNumber >= ? AND ticketNumber < ? AND length(ticketNumber) = 14",
        (f"T{day}.", f"T{day}/"),
    ).fetchone()[0]
    return f"T{day}.{int(found[10:]) + 1 if found else 1:04d}"


def check(act: Act, sent: dict[str, Any]) -> list[str]:
    """Queue, assignment and secondary resources."""
    row, errors = act.row, []
    if row["queueID"] is None and row["assignedResourceID"] is None:
        errors.append("queueID is required")
    assignment = ("assignedresourceid", "assignedresourceroleid")
    if (act.before is None or any(name in sent for name in assignment)) and row["assignedResourceID"] is not None:
        errors += _check_assignment(act)
    return errors


def _check_assignment(act: Act) -> list[str]:
    store, resource, role = act.desk.store, act.row["assignedResourceID"], act.row["assignedResourceRoleID"]
    errors = []
    roles = store.select("ResourceServiceDeskRoles", '"resourceID" = ?', (resource,))
    if role is None or role not in {row["roleID"] for row in roles if row["isActive"]}:
        errors.append("The specified AssignedResourceID and AssignedRoleID combination is not currently defined")
    if act.before is not None:
        where = '"ticketID" = ? AND "resourceID" = ?'
        if store.count("TicketSecondaryResources", where, (act.row["id"], resource)):
            errors.append("The primary resource may not also be a secondary resource")
    return errors


def record_history(act: Act) -> None:
    """Add a TicketHistory row for what was done."""
    if act.before is None:
        details = ["Ticket created"]
    else:
        details = [_detail(name, act.before[name], act.row[name]) for name in _TRACKED if act.changed(name)]
    for detail in details:
        add_history(act, "Created" if act.before is None else "Edited", detail)
    finished = act.before is not None and act.changed("status") and act.row["status"] == COMPLETE
    if finished and act.row["serviceLevelAgreementID"] is not None:
        act.desk.insert("ServiceLevelAgreementResults", result_row(act.row))


def add_history(act: Act, action: str, detail: str) -> None:
    """Add one row to a ticket's history."""
    row = {"action": action, "date": act.at, "detail": detail, "resourceID": act.author or WORKFLOW_RESOURCE}
    act.desk.insert("TicketHistory", {"id": 0, **row, "ticketID": act.row["id"], "userDefinedFields": []})


def _detail(name: str, old: Any, new: Any) -> str:
    shown = _NAMES.get(name, name[0].upper() + name[1:])
    return f'{shown}: "{_shown(name, old)}" -> "{_shown(name, new)}"'


def _shown(name: str, value: Any) -> str:
    return "" if value is None else label("Tickets", name, value)
