"""Harmless looks at the tenant: whether streams can be read, and how fields are described."""

from datetime import UTC, datetime

from servicedesk_autotask.api.client import Api, Row
from servicedesk_autotask.api.query import where
from servicedesk_autotask.meaning.lists import list_values
from servicedesk_autotask.meaning.shapes import BY_ENTITY
from servicedesk_autotask.reading.stream import Source, Stream
from servicedesk_core.errors import AuthenticationError, PermanentError, PermissionDeniedError
from servicedesk_core.hooks import FieldInfo, FieldValue, StreamCheck

_VOCABULARY = {
    "Tickets": {"status": "status_category", "priority": "priority", "queueid": "queue_ref", "tickettype": "kind"},
    "TicketNotes": {"publish": "visibility"},
    "ServiceCalls": {"status": "state"},
    "Projects": {"status": "state"},
}


async def check_stream(api: Api, stream: Stream) -> StreamCheck:
    """Look at a stream: at most three requests.

    Raises:
        AuthenticationError: The vendor rejected the credentials.
        TransientError: The vendor could not be asked.
    """
    try:
        visible, oldest = await _look(api, stream)
    except AuthenticationError:
        raise
    except PermissionDeniedError:
        return StreamCheck(stream.name, readable=False, note=f"Allow the API user's security level: {stream.right}.")
    except PermanentError as error:
        return StreamCheck(stream.name, readable=False, note=f"{error.message} {error.hint or ''}".strip())
    note = "" if visible else f"Empty, or hidden by the API user's security level. To see more, allow: {stream.right}."
    return StreamCheck(stream.name, readable=True, visible=visible, oldest_at=oldest, note=note)


async def _look(api: Api, stream: Stream) -> tuple[int, datetime | None]:
    if stream.picklist:
        entity, name = stream.picklist
        return len(await picklist_rows(api, entity, name)), None
    visible = 0
    oldest: datetime | None = None
    for source in stream.sources:
        count = await api.count(source.entity, [where("id", "exist")])
        if count and oldest is None:
            oldest = await _oldest(api, source)
        visible += count
    return visible, oldest


async def _oldest(api: Api, source: Source) -> datetime | None:
    """Return the creation of the row with the lowest id: ids rise with time, and the vendor cannot sort."""
    if source.created is None:
        return None
    page = await api.query(source.entity, [where("id", "exist")], fields=["id", source.created], size=1)
    value = page.rows[0].get(source.created) if page.rows else None
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)


async def picklist_rows(api: Api, entity: str, name: str) -> list[Row]:
    """Return the values of a list field as the vendor describes them."""
    for described in await api.fields(entity):
        if str(described.get("name")).lower() == name.lower():
            return list_values(described)
    return []


async def describe_stream(api: Api, stream: Stream) -> tuple[FieldInfo, ...]:
    """Return the vendor's fields behind a stream, user-defined ones included."""
    entity = stream.picklist[0] if stream.picklist else stream.sources[0].entity
    own = await api.fields(entity)
    if stream.picklist:
        return tuple(_field(entity, row) for row in own if str(row.get("name")).lower() == stream.picklist[1].lower())
    user_defined = await api.fields(entity, user_defined=True)
    return (
        *(_field(entity, row) for row in own),
        *(_field(entity, row, custom=True) for row in user_defined),
    )


def _field(entity: str, row: Row, *, custom: bool = False) -> FieldInfo:
    name = str(row.get("name"))
    length = row.get("length")
    return FieldInfo(
        name=name,
        label=str(row.get("label") or name),
        type=str(row.get("dataType") or row.get("type") or ""),
        maps_to="custom_fields" if custom else _maps_to(entity, name),
        is_custom=custom,
        is_required=bool(row.get("isRequired")),
        is_read_only=bool(row.get("isReadOnly")),
        max_length=length if isinstance(length, int) and length > 0 else None,
        values=tuple(_value(value) for value in list_values(row)),
    )


def _value(row: Row) -> FieldValue:
    parent = row.get("parentValue")
    return FieldValue(
        value=str(row.get("value")),
        label=str(row.get("label") or row.get("value")),
        is_active=row.get("isActive") is not False,
        is_system=bool(row.get("isSystem")),
        parent=str(parent) if parent not in {None, ""} else None,
    )


def _maps_to(entity: str, name: str) -> str | None:
    vocabulary = _VOCABULARY.get(entity, {}).get(name.lower())
    shape = BY_ENTITY.get(entity)
    if vocabulary or shape is None:
        return vocabulary
    if name == "id":
        return "external_id"
    tables = (
        shape.texts, shape.refs, shape.instants, shape.days, shape.hours, shape.amounts, shape.flags, shape.numbers,
        shape.labels,
    )  # fmt: skip
    return next((ours for table in tables for vendor, ours in table.items() if vendor.lower() == name.lower()), None)
