"""What a ticket needs beside the fields that somebody wants to change."""

from servicedesk_autotask.api.client import Api, Row
from servicedesk_autotask.meaning.shapes import TICKET
from servicedesk_autotask.writing.checking import Values
from servicedesk_autotask.writing.refusing import refused
from servicedesk_autotask.writing.roles import role_of
from servicedesk_autotask.writing.wire import Body, to_wire
from servicedesk_autotask.writing.words import Words

NEW = 1
"""The vendor's own first status, whatever the tenant calls it."""


async def new_ticket(api: Api, write_id: str, values: Values, words: Words) -> Body:
    """Return the fields of a new ticket. Its ``externalID`` carries the id of the write, by which it is found again.

    Raises:
        RejectedError: Something that the vendor demands is missing and the tenant has no default for it.
    """
    body = with_defaults(values, words)
    await complete_assignment(api, body, {})
    return {**body, "externalID": write_id}


def with_defaults(values: Values, words: Words) -> Body:
    """Return the fields of a new ticket with what the tenant's lists give where nothing was said.

    Raises:
        RejectedError: Something that the vendor demands is missing and the tenant has no default for it.
    """
    body = to_wire(TICKET, values, words)
    body.setdefault("status", int(words.lists.default("Tickets", "status") or NEW))
    if "priority" not in body:
        default = words.lists.default("Tickets", "priority")
        if default is None:
            raise refused("a new ticket needs a priority, and the tenant has no default one.", "priority")
        body["priority"] = int(default)
    if body.get("queueID") is None and body.get("assignedResourceID") is None:
        default = words.lists.default("Tickets", "queueID")
        if default is None:
            raise refused("a new ticket needs a queue or an assignee.", "queue_ref", "assignee_ref")
        body["queueID"] = int(default)
    return body


async def complete_assignment(api: Api, body: Body, row: Row) -> None:
    """Add the role to a new assignee, and take it away with the old one: the vendor wants the pair.

    Args:
        api: The vendor.
        body: What is going to be sent; changed here.
        row: The ticket as it stands.

    Raises:
        RejectedError: Nobody can say in which role the technician works.
    """
    if "assignedResourceID" not in body:
        if "assignedResourceRoleID" in body:
            body["assignedResourceID"] = row.get("assignedResourceID")
        return
    resource = body["assignedResourceID"]
    if resource is None:
        body["assignedResourceRoleID"] = None
    elif body.get("assignedResourceRoleID") is None:
        preferred = [row.get("assignedResourceRoleID")]
        body["assignedResourceRoleID"] = await role_of(api, resource, preferred=preferred, name="assignee_role_ref")
