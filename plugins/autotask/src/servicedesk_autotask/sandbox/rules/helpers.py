"""Who helps with a ticket."""

from typing import Any

from servicedesk_autotask.sandbox.desk import Act


def check(act: Act, sent: dict[str, Any]) -> list[str]:  # noqa: ARG001  every check takes the body
    """Whoever is assigned does not help as well."""
    number = act.row["ticketID"]
    ticket = act.desk.store.get("Tickets", number) if number is not None else None
    is_assigned = ticket is not None and ticket["assignedResourceID"] == act.row["resourceID"]
    return ["The primary resource may not also be a secondary resource"] if is_assigned else []
