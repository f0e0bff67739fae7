"""Created, modified and activity stamps of the plain entities."""

from servicedesk_autotask.sandbox.desk import Act


def _stamp(act: Act, created: str, modified: tuple[str, ...], creator: str | None) -> None:
    if act.before is None:
        act.row[created] = act.at
        if creator:
            act.row[creator] = act.author
        if "impersonatorCreatorResourceID" in act.row:
            act.row["impersonatorCreatorResourceID"] = act.impersonator
    elif "impersonatorUpdaterResourceID" in act.row:
        act.row["impersonatorUpdaterResourceID"] = act.impersonator
    for name in modified:
        act.row[name] = act.at


def note(act: Act) -> None:
    """Stamp a note of a ticket, task or project; its contact cannot be set, although the field says so."""
    act.row["createdByContactID"] = None if act.before is None else act.before["createdByContactID"]
    _stamp(act, "createDateTime", ("lastActivityDate",), "creatorResourceID")


def contact(act: Act) -> None:
    """Stamp a contact."""
    _stamp(act, "createDate", ("lastActivityDate", "lastModifiedDate"), None)


def company(act: Act) -> None:
    """Stamp a company; a new one is active."""
    if act.before is None and act.row["isActive"] is None:
        act.row["isActive"] = True
    _stamp(act, "createDate", ("lastActivityDate", "lastTrackedModifiedDateTime"), "createdByResourceID")


def asset(act: Act) -> None:
    """Stamp a configuration item."""
    _stamp(act, "createDate", ("lastModifiedTime",), "createdByPersonID")


def service_call(act: Act) -> None:
    """Stamp a service call."""
    if act.row["status"] is None:
        act.row["status"] = 1
    act.row["isComplete"] = int(act.row["status"] == 2)  # noqa: PLR2004  the vendor's Complete
    _stamp(act, "createDateTime", ("lastModifiedDateTime",), "creatorResourceID")


def appointment(act: Act) -> None:
    """Stamp an appointment."""
    _stamp(act, "createDateTime", ("updateDateTime",), "creatorResourceID")


def company_note(act: Act) -> None:
    """Stamp a company note."""
    _stamp(act, "createDateTime", ("lastModifiedDate",), None)


def task(act: Act) -> None:
    """Stamp a task or project."""
    _stamp(act, "createDateTime", ("lastActivityDateTime",), "creatorResourceID")


def opportunity(act: Act) -> None:
    """Stamp an opportunity; the vendor says when it was closed or lost."""
    closed, lost = (act.row["status"] == status for status in (3, 2))
    for name, is_so in (("closedDate", closed), ("lostDate", lost)):
        act.row[name] = (act.row[name] or act.at) if is_so else None
    _stamp(act, "createDate", ("lastActivity",), "creatorResourceID")


def phase(act: Act) -> None:
    """Stamp a phase."""
    _stamp(act, "createDate", ("lastActivityDateTime",), "creatorResourceID")


def service(act: Act) -> None:
    """Stamp a service."""
    _stamp(act, "createDate", ("lastModifiedDate",), "creatorResourceID")


def checklist_item(act: Act) -> None:
    """Note who completed a checklist item and when."""
    done = bool(act.row["isCompleted"])
    if done and act.row["completedDateTime"] is None:
        act.row["completedDateTime"], act.row["completedByResourceID"] = act.at, act.author
    elif not done:
        act.row["completedDateTime"] = act.row["completedByResourceID"] = None
