"""The desk's service level targets; the API shows only dates and results, never the targets."""

from typing import Any

from servicedesk_autotask.sandbox.picklists import label
from servicedesk_autotask.sandbox.values import parse_instant

# Hours to first response, resolution plan and resolution by priority.
TARGETS = {4: (0.5, 2, 4), 1: (1, 4, 8), 2: (4, 8, 24), 3: (8, 24, 72)}
# About a third of the wall clock is business time.
BUSINESS_SHARE = 0.36


def result_row(ticket: dict[str, Any]) -> dict[str, Any]:
    """The result of a completed ticket under an agreement, without its id."""
    response, _, resolution = TARGETS.get(ticket["priority"], TARGETS[2])
    first = _hours(ticket["createDate"], ticket["firstResponseDateTime"])
    done = _hours(ticket["createDate"], ticket["completedDate"])
    return {
        "id": 0,
        "firstResponseElapsedHours": first,
        "firstResponseInitiatingResourceID": ticket["firstResponseInitiatingResourceID"],
        "firstResponseResourceID": ticket["firstResponseAssignedResourceID"],
        "isFirstResponseMet": None if first is None else first <= response,
        "isResolutionMet": None if done is None else done <= resolution,
        "isResolutionPlanMet": None,
        "resolutionElapsedHours": done,
        "resolutionPlanElapsedHours": None,
        "resolutionPlanResourceID": None,
        "resolutionResourceID": ticket["completedByResourceID"],
        "serviceLevelAgreementName": label("Tickets", "serviceLevelAgreementID", ticket["serviceLevelAgreementID"]),
        "ticketID": ticket["id"],
        "userDefinedFields": [],
    }


def _hours(start: str | None, end: str | None) -> float | None:
    if start is None or end is None:
        return None
    wall = (parse_instant(end) - parse_instant(start)).total_seconds() / 3600
    return round(wall if wall <= 1 else 1 + (wall - 1) * BUSINESS_SHARE, 4)
