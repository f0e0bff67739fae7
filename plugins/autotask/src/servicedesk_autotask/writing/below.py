"""What a ticket has at most one of: a helper, a step of some wording. What is there is not added again."""

from servicedesk_autotask.api.client import Api, Row
from servicedesk_autotask.api.query import where
from servicedesk_autotask.meaning.shapes import BY_ENTITY
from servicedesk_autotask.writing.checking import Values, number_of
from servicedesk_autotask.writing.comparing import same
from servicedesk_autotask.writing.kinds import entity_of
from servicedesk_autotask.writing.roles import role_of
from servicedesk_autotask.writing.rows import all_rows
from servicedesk_autotask.writing.wire import Body, to_wire
from servicedesk_autotask.writing.words import Words
from servicedesk_core.hooks import WriteCapability


def address_of(entity: str, row: Row) -> str:
    """Return where a row is changed: a step below its ticket, all else at the root."""
    return f"Tickets/{row['ticketID']}/ChecklistItems" if entity == "TicketChecklistItems" else entity


async def there(api: Api, kind: WriteCapability, parent: int, values: Values) -> Row | None:
    """Return the row of the ticket that says what a write would add, if there is one.

    Raises:
        ConnectorError: The vendor could not be asked.
    """
    shape = BY_ENTITY[entity_of(kind)]
    texts = {vendor: values[ours] for vendor, ours in shape.texts.items() if ours in kind.unique_by}
    refs = {vendor: number_of(values[ours], ours) for vendor, ours in shape.refs.items() if ours in kind.unique_by}
    rows = await all_rows(api, entity_of(kind), [where("ticketID", "eq", parent)])
    return next(
        (row for row in rows if all(same(row.get(name), value) for name, value in (texts | refs).items())), None
    )


async def new_row(api: Api, kind: WriteCapability, values: Values, words: Words) -> Body:
    """Return the fields of a new row.

    Raises:
        RejectedError: Nobody can say in which role a technician helps.
    """
    body = to_wire(BY_ENTITY[entity_of(kind)], values, words)
    if "resourceID" in body and body.get("roleID") is None:
        resource = number_of(values["technician_ref"], "technician_ref")
        body["roleID"] = await role_of(api, resource, name="role_ref")
    return body
