"""From domain values to the vendor's fields: the shapes of the reading side, read backwards."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from servicedesk_autotask.api.query import wire_instant
from servicedesk_autotask.meaning.shape import Shape
from servicedesk_autotask.writing.checking import Values, number_of
from servicedesk_autotask.writing.refusing import refused
from servicedesk_autotask.writing.words import Words

Body = dict[str, Any]

_LIST_REFS = {("Tickets", "queue_ref")}
"""References to values of a list rather than to records."""


def to_wire(shape: Shape, values: Values, words: Words) -> Body:
    """Return what the vendor is told.

    Args:
        shape: Which field goes where.
        values: Typed domain values.
        words: The tenant's lists.

    Raises:
        RejectedError: A value has no counterpart at the vendor.
    """
    body: Body = {}
    meanings: dict[str, tuple[str, Callable[[Any], int]]] = {
        "status": ("status", lambda word: words.value(shape.entity, "status", word, "status")),
        "status_category": ("status", words.status),
        "priority_name": ("priority", lambda word: words.value(shape.entity, "priority", word, "priority")),
        "priority": ("priority", words.priority),
        "kind": ("ticketType", words.kind),
    }
    for name, value in values.items():
        if shape.entity == "Tickets" and name in meanings:
            field, translate = meanings[name]
            if value is None:
                raise refused(f"{name} cannot be emptied.", name)
            _put(body, field, translate(value), name)
        elif name == "custom_fields":
            body["userDefinedFields"] = _custom(shape.entity, value, words)
        else:
            field, wire = _plain(shape, name, value, words)
            _put(body, field, wire, name)
    return body


def _put(body: Body, field: str, value: Any, name: str) -> None:
    if body.get(field, value) != value:
        raise refused(f"its values contradict each other in {name}.", name)
    body[field] = value


def _plain(shape: Shape, name: str, value: Any, words: Words) -> tuple[str, Any]:
    for table, convert in (
        (shape.texts, _text),
        (shape.instants, _instant),
        (shape.days, _day),
        (shape.hours, _hours),
        (shape.amounts, _as_it_is),
        (shape.flags, _as_it_is),
        (shape.numbers, _as_it_is),
    ):
        if field := _field_of(table, name):
            return field, None if value is None else convert(value)
    if field := _field_of(shape.refs, name):
        number = None if value is None else number_of(value, name)
        if number is not None and (shape.entity, name) in _LIST_REFS:
            words.checked(shape.entity, field, number, name)
        return field, number
    if field := _field_of(shape.labels, name):
        return field, None if value is None else words.value(shape.entity, field, value, name)
    raise refused(f"{name} has no counterpart at Autotask.", name)


def _field_of(table: Mapping[str, str], name: str) -> str | None:
    return next((field for field, ours in table.items() if ours == name), None)


def _text(value: str) -> str:
    # The vendor keeps null bytes and everybody else's database refuses them.
    return value.replace("\x00", "")


def _instant(value: datetime) -> str:
    return wire_instant(value)


def _day(value: date) -> str:
    # A date-only field loses its time without any conversion; a zone would move the day for whoever reads it.
    return f"{value.isoformat()}T00:00:00"


def _hours(value: int) -> float:
    return round(value / 3600, 4)


def _as_it_is(value: Any) -> Any:
    return value


def _custom(entity: str, value: Mapping[str, str | None], words: Words) -> list[Body]:
    lists = words.lists.udfs(entity)
    fields = []
    for name, content in value.items():
        if name not in lists:
            raise refused(
                f'Autotask has no user-defined field "{name}".',
                "custom_fields",
                hint=f"It has: {', '.join(sorted(lists)) or 'none'}.",
            )
        labels = lists[name]
        found = [one for one, label in labels.items() if label == content]
        if labels and content is not None and not found:
            raise refused(
                f'"{name}" has no such value.', "custom_fields", hint=f"It has: {', '.join(labels.values())}."
            )
        fields.append({"name": name, "value": found[0] if found else content})
    return fields
